package dev.plumbline.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * One line in the log {@code plumbline.audit} for each call of the API, when it is over: the key's name, method, path, status
 * and milliseconds, and nothing of what was sent. {@code logging.level.plumbline.audit=off} silences it.
 */
final class AuditFilter extends OncePerRequestFilter implements ServletRequestListener {

    private static final Logger log = LoggerFactory.getLogger("plumbline.audit");
    private static final String CALL = AuditFilter.class.getName();

    /** What servers commonly log, and never send, where nobody was left to answer to. */
    private static final int HUNG_UP = 499;

    private static final int LONGEST_PATH = 200;

    private record Call(HttpServletRequest request, HttpServletResponse response, String path, long started) {

        void tell() {
            Object owner = request.getAttribute(ApiKeyFilter.OWNER);
            log.info(
                    "key={} method={} path={} status={} ms={}",
                    owner == null ? "-" : owner,
                    request.getMethod(),
                    path,
                    status(),
                    (System.nanoTime() - started) / 1_000_000);
        }

        private int status() {
            boolean unheard = !response.isCommitted() && ComputeGate.hasHungUp(request);
            return unheard ? HUNG_UP : response.getStatus();
        }
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String path = request.getRequestURI().replaceAll("[^!-~]", "?");
        String shown = path.length() > LONGEST_PATH ? path.substring(0, LONGEST_PATH) + "..." : path;
        request.setAttribute(CALL, new Call(request, response, shown, System.nanoTime()));
        chain.doFilter(request, response);
    }

    @Override
    public void requestDestroyed(ServletRequestEvent event) {
        if (log.isInfoEnabled() && event.getServletRequest().getAttribute(CALL) instanceof Call call) {
            call.tell();
        }
    }
}
