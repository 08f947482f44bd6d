package dev.plumbline.optimize.session;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Sessions in a real PostgreSQL do what they do in the embedded database. */
class PostgreSqlSessionTests extends SessionTests {

    private static EmbeddedPostgres database;

    @BeforeAll
    static void start() throws IOException {
        if (database == null) {
            database = EmbeddedPostgres.start();
        }
    }

    @AfterAll
    static void stop() throws IOException {
        database.close();
    }

    @DynamicPropertySource
    static void connect(DynamicPropertyRegistry properties) throws IOException {
        start();
        properties.add("spring.datasource.url", () -> database.getJdbcUrl("postgres", "postgres"));
        properties.add("spring.datasource.username", () -> "postgres");
        properties.add("spring.datasource.hikari.maximum-pool-size", () -> "4");
    }
}
