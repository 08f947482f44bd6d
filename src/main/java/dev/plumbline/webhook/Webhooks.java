package dev.plumbline.webhook;

import dev.plumbline.problem.Problem;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** What features see of this room: is an address one that news may go to, and here are news. */
@Service
@EnableConfigurationProperties(WebhookTerms.class)
public class Webhooks {

    private final WebhookTerms terms;
    private final DeliveryStore store;
    private final JsonMapper json;
    private final Addresses addresses;

    Webhooks(WebhookTerms terms, DeliveryStore store, JsonMapper json) {
        this.terms = terms;
        this.store = store;
        this.json = json;
        this.addresses = new Addresses(terms, InetAddress::getAllByName);
    }

    /** Before anything is made that has one. */
    public void require(@Nullable Webhook webhook) {
        if (webhook == null) {
            return;
        }
        if (!terms.enabled()) {
            throw Problem.unsupported(
                    "/webhook",
                    "webhooks are off, because the service would call addresses that its callers name",
                    "a webhook",
                    "none, or an operator who sets plumbline.webhooks.enabled=true");
        }
        String objection = addresses.objection(webhook.address());
        if (objection != null) {
            throw Problem.invalid("/webhook/url", objection, webhook.address().getHost(), "a public host, by https");
        }
    }

    /** Within the caller's transaction, so that nothing is told that did not happen, and nothing happens untold. */
    public void tell(String owner, @Nullable Webhook webhook, Notice notice) {
        if (webhook == null || !terms.enabled()) {
            return;
        }
        String id = UUID.randomUUID().toString();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("delivery", id);
        body.put("kind", notice.kind());
        body.put("id", notice.id());
        body.put("path", notice.path());
        if (notice.finding() != null) {
            body.put("finding", notice.finding());
        }
        if (notice.step() != null) {
            body.put("step", notice.step());
        }
        body.put("time", notice.time().toString());
        long now = System.currentTimeMillis();
        Delivery delivery = new Delivery(id, owner, webhook, json.writeValueAsString(body), 0, now);
        store.insert(delivery, notice.id(), terms.queue());
    }

    /** Deliveries of a monitor or job that nobody has taken yet. */
    public long waiting(String subject) {
        return store.waiting(subject);
    }
}
