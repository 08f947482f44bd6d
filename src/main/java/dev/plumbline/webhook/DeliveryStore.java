package dev.plumbline.webhook;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Deliveries that wait, in the database: written in the transaction of what they tell, gone once they are taken. Whoever
 * sends one first puts its next attempt off, so that of several processes one sends it, and that it is sent again where that
 * one dies.
 */
@Repository
class DeliveryStore {

    private final JdbcClient jdbc;

    DeliveryStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The oldest ones of the same owner make room. */
    void insert(Delivery delivery, String subject, int kept) {
        jdbc.sql("""
                        insert into webhook_delivery (id, owner, subject, url, secret, body, attempts, due_at)
                        values (:id, :owner, :subject, :url, :secret, :body, :attempts, :due)
                        """)
                .param("id", delivery.id())
                .param("owner", delivery.owner())
                .param("subject", subject)
                .param("url", delivery.to().url())
                .param("secret", delivery.to().secret())
                .param("body", delivery.body())
                .param("attempts", delivery.attempts())
                .param("due", delivery.due())
                .update();
        jdbc.sql("""
                        delete from webhook_delivery where owner = :owner and ordinal <=
                            (select ordinal from webhook_delivery where owner = :owner
                             order by ordinal desc offset :kept rows fetch next 1 rows only)
                        """).param("owner", delivery.owner()).param("kept", kept).update();
    }

    /** The first one of each owner: a thousand of somebody whose machine is slow hold up nobody else. */
    List<Delivery> due(long now, int most) {
        return jdbc.sql("""
                        select id, owner, url, secret, body, attempts, due_at from (
                            select id, owner, url, secret, body, attempts, due_at,
                                row_number() over (partition by owner order by due_at, ordinal) as place
                            from webhook_delivery where due_at <= :now) firsts
                        where place = 1 order by due_at fetch first :most rows only
                        """)
                .param("now", now)
                .param("most", most)
                .query((row, number) -> new Delivery(
                        row.getString("id"),
                        row.getString("owner"),
                        new Webhook(row.getString("url"), row.getString("secret")),
                        row.getString("body"),
                        row.getInt("attempts"),
                        row.getLong("due_at")))
                .list();
    }

    /** Counts an attempt and puts the next one off; false if somebody else was faster. */
    boolean claim(Delivery delivery, long until) {
        return jdbc.sql("""
                        update webhook_delivery set attempts = attempts + 1, due_at = :until
                        where id = :id and attempts = :attempts
                        """)
                        .param("id", delivery.id())
                        .param("attempts", delivery.attempts())
                        .param("until", until)
                        .update()
                == 1;
    }

    void putOff(String id, long until) {
        jdbc.sql("update webhook_delivery set due_at = :until where id = :id")
                .param("id", id)
                .param("until", until)
                .update();
    }

    void delete(String id) {
        jdbc.sql("delete from webhook_delivery where id = :id").param("id", id).update();
    }

    /** Of one monitor or job. */
    long waiting(String subject) {
        return jdbc.sql("select count(*) from webhook_delivery where subject = :subject")
                .param("subject", subject)
                .query(Long.class)
                .single();
    }
}
