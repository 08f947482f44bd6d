package dev.plumbline.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ContinueResponseTiming;
import org.springframework.http.HttpHeaders;

/**
 * Lets a filter say "100 Continue", once it knows that it wants the body. The container says it by itself only to those who
 * wait for the body on a thread.
 */
final class LeaveToSend extends ValveBase {

    private static final String LEAVE = LeaveToSend.class.getName();

    LeaveToSend() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        if (request.getHeader(HttpHeaders.EXPECT) != null) {
            request.setAttribute(
                    LEAVE, (Runnable) () -> response.sendAcknowledgement(ContinueResponseTiming.ON_REQUEST_BODY_READ));
        }
        getNext().invoke(request, response);
    }

    /** To a caller who waits for it, if he does. */
    static void give(ServletRequest request) {
        if (request.getAttribute(LEAVE) instanceof Runnable leave) {
            leave.run();
        }
    }
}
