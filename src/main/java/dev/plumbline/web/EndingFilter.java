package dev.plumbline.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * {@code .html}, {@code .xml}, {@code .md} and {@code .json} behind the id of a report say what an {@code Accept} would: for
 * whoever can only follow a link.
 */
final class EndingFilter extends OncePerRequestFilter {

    private static final Pattern REPORT = Pattern.compile("(/v1/[a-z-]+/[^/.]+)\\.(html|xml|md|json)");

    private static final Map<String, String> TYPES =
            Map.of("html", "text/html", "xml", "application/xml", "md", "text/markdown", "json", "application/json");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Matcher report = REPORT.matcher(request.getRequestURI());
        boolean isRead =
                request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        chain.doFilter(
                isRead && report.matches()
                        ? new Ended(request, report.group(1), String.valueOf(TYPES.get(report.group(2))))
                        : request,
                response);
    }

    /** The request without its ending. */
    private static final class Ended extends HttpServletRequestWrapper {

        private final String path;
        private final String type;

        Ended(HttpServletRequest request, String path, String type) {
            super(request);
            this.path = path;
            this.type = type;
        }

        @Override
        public String getRequestURI() {
            return path;
        }

        @Override
        public String getServletPath() {
            return path;
        }

        @Override
        public String getHeader(String name) {
            return name.equalsIgnoreCase(HttpHeaders.ACCEPT) ? type : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return name.equalsIgnoreCase(HttpHeaders.ACCEPT)
                    ? Collections.enumeration(List.of(type))
                    : super.getHeaders(name);
        }
    }
}
