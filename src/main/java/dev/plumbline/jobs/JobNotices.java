package dev.plumbline.jobs;

import dev.plumbline.webhook.Notice;
import dev.plumbline.webhook.Told;
import dev.plumbline.webhook.Webhook;
import dev.plumbline.webhook.Webhooks;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Who is told when a job has ended, and of what: its address and its end, not its report. */
@Component
class JobNotices {

    private final JdbcClient jdbc;
    private final Webhooks webhooks;

    JobNotices(JdbcClient jdbc, Webhooks webhooks) {
        this.jdbc = jdbc;
        this.webhooks = webhooks;
    }

    /** In the transaction that keeps the job. */
    void keep(String job, @Nullable Webhook webhook) {
        if (webhook != null) {
            jdbc.sql("insert into job_webhook (job, url, secret) values (:job, :url, :secret)")
                    .param("job", job)
                    .param("url", webhook.url())
                    .param("secret", webhook.secret())
                    .update();
        }
    }

    /** In the transaction that ends the job. */
    void tell(String job) {
        record Ended(String owner, String state, Webhook webhook) {}
        Optional<Ended> ended = jdbc.sql("select owner, state, url, secret from job join job_webhook on job = id"
                        + " where id = :job and secret is not null")
                .param("job", job)
                .query((row, number) ->
                        new Ended(row.getString(1), row.getString(2), new Webhook(row.getString(3), row.getString(4))))
                .optional();
        ended.ifPresent(end -> {
            String kind = "job." + end.state().toLowerCase(Locale.ROOT);
            webhooks.tell(end.owner(), end.webhook(), new Notice(kind, job, Job.href(job), null, null, Instant.now()));
            jdbc.sql("update job_webhook set secret = null where job = :job")
                    .param("job", job)
                    .update();
        });
    }

    /** Null where nobody is told. */
    @Nullable
    Told told(String job) {
        return jdbc.sql("select url from job_webhook where job = :job")
                .param("job", job)
                .query(String.class)
                .optional()
                .map(url -> new Told(url, webhooks.waiting(job)))
                .orElse(null);
    }
}
