package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Without API keys: from a browser that does not say whose page it shows, the part {@code request} must be called
 * application/json, which no form of another site can do. Programs may call it what they like ({@link JsonParts}).
 */
final class JsonRequestPart implements HandlerInterceptor {

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException, ServletException {
        Part part = request instanceof MultipartHttpServletRequest && isBrowser(request)
                ? request.getPart("request")
                : null;
        String type = part == null ? null : part.getContentType();
        if (part != null && (type == null || !type.startsWith("application/json"))) {
            throw Problem.malformed(
                    "request",
                    "a browser must call this part JSON",
                    type == null ? "no Content-Type" : type,
                    "Content-Type: application/json");
        }
        return true;
    }

    /** Every browser says so; an Origin has been looked at by {@link DoorFilter}. */
    private static boolean isBrowser(HttpServletRequest request) {
        String agent = request.getHeader(HttpHeaders.USER_AGENT);
        return request.getHeader(HttpHeaders.ORIGIN) == null && agent != null && agent.startsWith("Mozilla/");
    }
}
