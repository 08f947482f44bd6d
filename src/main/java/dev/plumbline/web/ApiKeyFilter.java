package dev.plumbline.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Asks every call of the API for its key, before a byte of its body is read, and notes the key's name as the request's
 * {@value #OWNER}: reports, sessions and jobs belong to it. Without configured keys everybody is {@value #ANYBODY}.
 */
final class ApiKeyFilter extends OncePerRequestFilter {

    static final String OWNER = "owner";
    static final String ANYBODY = "anybody";

    private static final String BEARER = "Bearer ";

    private final ApiKeys keys;
    private final RefusalWriter refusals;

    ApiKeyFilter(ApiKeys keys, RefusalWriter refusals) {
        this.keys = keys;
        this.refusals = refusals;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String key = key(request);
        Optional<String> owner =
                keys.isOpen() ? Optional.of(ANYBODY) : Optional.ofNullable(key).flatMap(keys::owner);
        if (owner.isPresent()) {
            request.setAttribute(OWNER, owner.get());
            chain.doFilter(request, response);
        } else {
            refuse(key == null ? "no key" : "an unknown key", request, response);
        }
    }

    private static @Nullable String key(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : request.getHeader("X-API-Key");
    }

    private void refuse(String got, HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"plumbline\"");
        String expected = "a configured key, as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'";
        refusals.refuse(
                ProblemReport.of(ProblemType.UNAUTHORIZED, "The call needs an API key", got, expected),
                headers,
                request,
                response);
    }
}
