package dev.plumbline.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Deliveries in an embedded database of their own. */
class DeliveryStoreTests {

    private static final Path TABLES = Path.of("src/main/resources/db/migration/h2/V24__webhooks.sql");

    private DeliveryStore store;

    @BeforeEach
    void open() throws Exception {
        JdbcClient jdbc = JdbcClient.create(new SingleConnectionDataSource("jdbc:h2:mem:", true));
        for (String statement : Files.readString(TABLES).split(";")) {
            if (!statement.isBlank() && !statement.contains("alter table")) {
                jdbc.sql(statement).update();
            }
        }
        store = new DeliveryStore(jdbc);
    }

    private static Delivery delivery(String id, String owner, long due) {
        return new Delivery(id, owner, new Webhook("https://hooks.example/", "0123456789abcdef"), "{}", 0, due);
    }

    @Test
    void servesOneOfEachOwnerFirst() {
        for (int i = 0; i < 50; i++) {
            store.insert(delivery("ann" + i, "ann", i), "m", 1000);
        }
        store.insert(delivery("bob", "bob", 60), "m", 1000);
        store.insert(delivery("eve", "eve", 200), "m", 1000);

        assertThat(store.due(100, 8)).extracting(Delivery::id).containsExactly("ann0", "bob");
        assertThat(store.due(100, 1)).extracting(Delivery::id).containsExactly("ann0");
    }

    @Test
    void letsTheOldestOfTheSameOwnerMakeRoom() {
        store.insert(delivery("bob", "bob", 0), "m", 3);
        for (int i = 0; i < 5; i++) {
            store.insert(delivery("ann" + i, "ann", i), "n", 3);
        }

        assertThat(store.waiting("n")).isEqualTo(3);
        assertThat(store.waiting("m")).isEqualTo(1);
        assertThat(store.due(100, 8)).extracting(Delivery::id).containsExactlyInAnyOrder("bob", "ann2");
    }

    /** Of two processes that found the same one, one sends it; and it comes again if that one dies. */
    @Test
    void isSentByWhoeverClaimsItFirst() {
        store.insert(delivery("a", "ann", 0), "m", 3);
        Delivery found = store.due(10, 8).get(0);

        assertThat(store.claim(found, 500)).isTrue();
        assertThat(store.claim(found, 500)).isFalse();
        assertThat(store.due(499, 8)).isEmpty();
        assertThat(store.due(500, 8)).extracting(Delivery::attempts).containsExactly(1);
    }
}
