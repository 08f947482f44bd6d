package dev.plumbline.web;

import com.zaxxer.hikari.HikariDataSource;
import java.io.File;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Whether the database works. Once it has failed it counts as down, until it answers again and its disk has room; each time
 * somebody asks, or the database fails, its old connections are given up, because an embedded database that met a full disk
 * has closed itself, and only a new connection opens it again.
 */
@Component("storage")
final class DatabaseHealth implements HealthIndicator, InitializingBean {

    private static final Logger log = LoggerFactory.getLogger(DatabaseHealth.class);
    private static final long ROOM = 4 << 20;
    private static final String FULL = "the disk is full";

    /** A database elsewhere whose disk is full still reads; it counts as full until so long after the last write that failed. */
    private static final Duration QUIET = Duration.ofSeconds(10);

    private final DataSource connections;
    private final JdbcClient jdbc;
    private final File data;
    private final boolean ofThisDisk;
    private final AtomicReference<@Nullable String> failed = new AtomicReference<>();
    private volatile long failedAt;

    DatabaseHealth(
            DataSource connections,
            JdbcClient jdbc,
            @Value("${plumbline.data}") String data,
            @Value("${spring.datasource.url}") String url) {
        this.connections = connections;
        this.jdbc = jdbc;
        this.ofThisDisk = url.startsWith("jdbc:h2:file:");
        this.data = new File(data.replaceFirst("^~", Matcher.quoteReplacement(System.getProperty("user.home"))));
    }

    /** Refuses to start with a database that H2 opens and cannot write, for every request that keeps something would fail. */
    @Override
    public void afterPropertiesSet() throws SQLException {
        try (Connection connection = connections.getConnection()) {
            if (connection.isReadOnly()) {
                throw new SQLException(
                        "the database is read-only", Storage.READ_ONLY, Integer.parseInt(Storage.READ_ONLY));
            }
        }
    }

    /** The database has failed a request. */
    void fail(Throwable failure) {
        String reason = Storage.isFull(failure) ? FULL : "the database cannot be used";
        failedAt = System.nanoTime();
        if (failed.getAndSet(reason) == null) {
            log.error(
                    "The database has failed a request, and the service is not healthy until it works again: {}",
                    reason,
                    failure);
        }
        renew();
    }

    private void renew() {
        try {
            connections.unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
        } catch (SQLException otherPool) {
            log.debug("This pool renews its connections by itself", otherPool);
        }
    }

    @Override
    public Health health() {
        String reason = failed.get();
        if (reason == null) {
            return Health.up().build();
        }
        if (ofThisDisk ? data.exists() && data.getUsableSpace() < ROOM : isFullElsewhere(reason)) {
            return Health.down().withDetail("reason", reason).build();
        }
        try {
            jdbc.sql("select count(*) from monitor").query(Long.class).single();
            failed.set(null);
            log.info("The database works again");
            return Health.up().build();
        } catch (DataAccessException still) {
            renew();
            return Health.down().withDetail("reason", reason).build();
        }
    }

    private boolean isFullElsewhere(String reason) {
        return reason.equals(FULL) && System.nanoTime() - failedAt < QUIET.toNanos();
    }
}
