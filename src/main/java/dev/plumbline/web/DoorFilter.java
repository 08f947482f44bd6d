package dev.plumbline.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/** Without API keys: answers under this machine's names only, and no page of another site. */
final class DoorFilter extends OncePerRequestFilter {

    private static final String HEALTH = "/actuator/health";
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private final Door door;
    private final RefusalWriter refusals;

    DoorFilter(Door door, RefusalWriter refusals) {
        this.door = door;
        this.refusals = refusals;
    }

    /** Whoever asks for health by an address has nothing from it but health. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getServletPath().startsWith(HEALTH);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ProblemReport refusal = refusal(request);
        if (refusal == null) {
            chain.doFilter(request, response);
        } else {
            refusals.refuse(refusal, new HttpHeaders(), request, response);
        }
    }

    private @Nullable ProblemReport refusal(HttpServletRequest request) {
        String host = request.getServerName();
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        String site = request.getHeader("Sec-Fetch-Site");
        if (!door.isOurs(host)) {
            return ProblemReport.of(
                    ProblemType.MISDIRECTED,
                    "Without API keys the service answers under the names of this machine only",
                    host,
                    "localhost, 127.0.0.1 or [::1] as the Host, or one of plumbline.door.hosts");
        }
        if (origin != null && !door.isWelcome(origin, request.getHeader(HttpHeaders.HOST))) {
            return strange(origin);
        }
        boolean foreign = origin == null && site != null && !site.equals("same-origin") && !site.equals("none");
        boolean acts = request.getServletPath().startsWith("/v1") || !SAFE.contains(request.getMethod());
        return foreign && acts ? strange("Sec-Fetch-Site: " + site) : null;
    }

    private static ProblemReport strange(String got) {
        return ProblemReport.of(
                ProblemType.FORBIDDEN,
                "Without API keys the service answers no page of another site",
                got,
                "a page of the service's own, one of plumbline.door.origins, or a program that is no browser");
    }
}
