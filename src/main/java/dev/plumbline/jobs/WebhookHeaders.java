package dev.plumbline.jobs;

import dev.plumbline.problem.Problem;
import dev.plumbline.webhook.Webhook;
import dev.plumbline.webhook.Webhooks;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * The headers that say who is told when a job has ended: the address that the request goes to is another one's, and its body
 * says what is computed and not how it is asked for.
 */
final class WebhookHeaders {

    static final String URL = "Webhook-URL";
    static final String SECRET = "Webhook-Secret";

    private WebhookHeaders() {}

    /** Null where nobody is; a problem where the address is none that news may go to, or there is no secret to sign with. */
    static @Nullable Webhook of(HttpServletRequest request, Webhooks webhooks) {
        String url = request.getHeader(URL);
        String secret = request.getHeader(SECRET);
        if (url == null && secret == null) {
            return null;
        }
        try {
            Webhook webhook = new Webhook(url, secret);
            webhooks.require(webhook);
            return webhook;
        } catch (Problem refused) {
            String header = refused.pointer().endsWith("secret") ? SECRET : URL;
            throw new Problem(
                    refused.code(),
                    "",
                    "the header " + header + ": " + refused.explanation(),
                    refused.got(),
                    refused.expected());
        }
    }
}
