package dev.plumbline.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.Status;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** A disk or a database that fails is told apart from a request that is wrong, and in one sentence. */
class StorageTests {

    private static final Exception FULL = new UncategorizedSQLException(
            "insert", "", new SQLException("failed", "50000", 50_000, new IOException("No space left on device")));

    @Test
    void answersForAFullDiskAndForADatabaseThatIsAway() {
        assertThat(Storage.isDown(FULL)).isTrue();
        assertThat(Storage.refusal(FULL).report().status()).isEqualTo(507);
        Exception closed = new DataAccessResourceFailureException("", new SQLException("closed", "90098", 90_098));
        assertThat(Storage.isDown(closed)).isTrue();
        assertThat(Storage.refusal(closed).report().status()).isEqualTo(503);
        assertThat(Storage.refusal(closed).headers().containsHeader("Retry-After"))
                .isTrue();
    }

    /** Of H2 and PostgreSQL: rows that others hold for too long, deadlocks, and transactions that cannot both be. */
    @ParameterizedTest
    @ValueSource(strings = {"HYT00", "40001", "40P01", "55P03"})
    void comeBackLaterWhereOthersAreInTheWay(String state) {
        Exception locked = new QueryTimeoutException("", new SQLException("Timeout trying to lock table", state));
        assertThat(Storage.isDown(locked)).isTrue();
        assertThat(Storage.refusal(locked).report().status()).isEqualTo(503);
        assertThat(Storage.refusal(locked).headers().containsHeader("Retry-After"))
                .isTrue();
    }

    /** A restart of PostgreSQL: the pool says only that the connection is closed, and the cause is lost on the way. */
    @Test
    void aRollbackThatFailsIsADatabaseThatIsAway() {
        Exception lost =
                new TransactionSystemException("JDBC rollback failed", new SQLException("Connection is closed"));
        assertThat(Storage.isDown(lost)).isTrue();
        assertThat(Storage.refusal(lost).report().status()).isEqualTo(503);
    }

    @Test
    void callsADiskFullOnlyWhereItIs() {
        assertThat(Storage.report(new IOException("No space left on device")).status())
                .isEqualTo(507);
        assertThat(Storage.report(new IOException("Too many open files")).status())
                .isEqualTo(503);
    }

    @Test
    void leavesWhatIsTheRequestsFaultOrOursAlone() {
        assertThat(Storage.isDown(new DuplicateKeyException("", new SQLException("", "23505"))))
                .isFalse();
        assertThat(Storage.isDown(new UncategorizedSQLException("selct", "", new SQLException("", "42000"))))
                .isFalse();
        assertThat(Storage.isDown(new IllegalStateException("No space left on device")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "90020, 90020, Database may be already in use, Another service is using the database",
        "90097, 90097, The database is read only, it is read-only for this user",
        "53100, 0, could not extend file, The disk of the database is full",
        "08001, 0, Connection refused, The database does not answer"
    })
    void saysInOneSentenceWhyItCannotStart(String state, int code, String said, String expected) {
        FailureAnalysis analysis = Objects.requireNonNull(
                new DatabaseFailureAnalyzer().analyze(new IllegalStateException(new SQLException(said, state, code))));
        assertThat(analysis.getDescription()).contains(expected);
        assertThat(analysis.getAction()).isNotEmpty();
    }

    /** H2 opens it all the same, and fails each request that writes. */
    @Test
    void refusesToStartWithADatabaseThatCannotBeWritten(@TempDir Path directory) throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("plumbline");
        DriverManager.getConnection(url).close();
        DataSource readOnly = new DriverManagerDataSource(url + ";ACCESS_MODE_DATA=r");
        DatabaseHealth health = new DatabaseHealth(readOnly, JdbcClient.create(readOnly), directory.toString(), url);

        SQLException failure = catchThrowableOfType(SQLException.class, health::afterPropertiesSet);
        assertThat(Objects.requireNonNull(new DatabaseFailureAnalyzer().analyze(failure))
                        .getDescription())
                .contains("read-only");
        DataSource writable = new DriverManagerDataSource(url);
        new DatabaseHealth(writable, JdbcClient.create(writable), directory.toString(), url).afterPropertiesSet();
    }

    @Test
    void knowsADamagedDatabase(@TempDir Path directory) throws IOException {
        byte[] noise = new byte[50_000];
        new Random(1).nextBytes(noise);
        Files.write(directory.resolve("plumbline.mv.db"), noise);
        SQLException failure = catchThrowableOfType(
                SQLException.class, () -> DriverManager.getConnection("jdbc:h2:file:" + directory.resolve("plumbline"))
                        .close());
        assertThat(Objects.requireNonNull(new DatabaseFailureAnalyzer().analyze(failure))
                        .getDescription())
                .isEqualTo("The database in plumbline.data is damaged.");
    }

    /** H2 itself would begin anew in it. */
    @ParameterizedTest
    @CsvSource({"12288, true", "53248, true", "8192, false", "0, false"})
    void knowsADatabaseOfWhichOnlyTheHeadersAreLeft(int length, boolean isDamaged, @TempDir Path directory)
            throws Exception {
        Path file = directory.resolve("plumbline.mv.db");
        String url = "jdbc:h2:file:" + directory.resolve("plumbline");
        DatabaseFile.requireContent(file.toString());
        try (Connection database = DriverManager.getConnection(url)) {
            database.createStatement().execute("create table kept (id int)");
        }
        DatabaseFile.requireContent(file.toString());
        byte[] whole = Files.readAllBytes(file);
        byte[] headers = Arrays.copyOf(whole, Math.min(8192, length));
        Files.write(file, Arrays.copyOf(headers, length));
        IllegalStateException failure =
                catchThrowableOfType(IllegalStateException.class, () -> DatabaseFile.requireContent(file.toString()));

        if (isDamaged) {
            assertThat(Objects.requireNonNull(new DatabaseFailureAnalyzer().analyze(failure))
                            .getDescription())
                    .isEqualTo("The database in plumbline.data is damaged.");
        } else {
            assertThat(failure).isNull();
        }
    }

    @Test
    void aConnectionThatCannotBeHadIsADatabaseThatIsAway() {
        SQLException refused = new SQLException("FATAL: could not write init file", "XX000");
        SQLException pool = new SQLTransientConnectionException("not available, timed out after 5000ms", refused);
        assertThat(Storage.isDown(new CannotGetJdbcConnectionException("", refused)))
                .isTrue();
        assertThat(Storage.isDown(new CannotCreateTransactionException("", pool)))
                .isTrue();
    }

    /** It still reads, which is no sign of room. */
    @Test
    void aFullDiskElsewhereIsToldByHealth(@TempDir Path directory) {
        DataSource elsewhere = new DriverManagerDataSource("jdbc:h2:mem:elsewhere;DB_CLOSE_DELAY=-1");
        JdbcClient jdbc = JdbcClient.create(elsewhere);
        jdbc.sql("create table monitor (id int)").update();
        DatabaseHealth health =
                new DatabaseHealth(elsewhere, jdbc, directory.toString(), "jdbc:postgresql://elsewhere/plumbline");
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        health.fail(new SQLException("terminating connection", "57P01"));
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        health.fail(new UncategorizedSQLException("insert", "", new SQLException("could not extend file", "53100")));

        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
    }
}
