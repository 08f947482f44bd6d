package dev.plumbline.webhook;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Webhooks that are on, without Spring: what is told stays in the database. */
public final class WebhooksOfADatabase {

    private WebhooksOfADatabase() {}

    public static Webhooks of(JdbcClient jdbc) {
        return new Webhooks(
                new WebhookTerms(true, List.of(), 6, 5000, 10_000, 1000), new DeliveryStore(jdbc), JsonMapper.shared());
    }
}
