package dev.plumbline.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.limits.KeyLimits;
import dev.plumbline.limits.ReportTerms;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.KeptReports.Place;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

class KeptReportsTests {

    private static final int ROOM = 10_000;
    private static final String CHECKS = "gradient-checks";

    private static final JdbcDataSource DATABASE = database();

    private final KeptReports reports = reports(new KeyLimits(
            0, 0, 5, ROOM, 0, 0, 0, 0, Map.of("ben", new KeyLimits.Own(null, null, 2, null, null, null, null, null))));

    @BeforeEach
    void empty() {
        JdbcClient.create(DATABASE).sql("delete from report").update();
    }

    private static JdbcDataSource database() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration/h2")
                .load()
                .migrate();
        return database;
    }

    private KeptReports reports(KeyLimits limits) {
        return new KeptReports(
                JdbcClient.create(DATABASE),
                new TransactionTemplate(new DataSourceTransactionManager(DATABASE)),
                JsonMapper.shared(),
                limits,
                new ReportTerms(90),
                new SimpleMeterRegistry());
    }

    private void keep(String owner, String id, byte[] report) {
        keep(owner, id, report, "PASS", null);
    }

    private void keep(String owner, String id, byte[] report, String verdict, @Nullable String label) {
        reports.keep(owner, new KeptReports.Report(id, CHECKS, verdict, label, "item " + id, report, null));
    }

    private Page<String> page(String owner, int limit, @Nullable String after) {
        return page(owner, new ReportFilter(null, null, null, limit, after));
    }

    private Page<String> page(String owner, ReportFilter filter) {
        return reports.page(owner, CHECKS, filter, String.class);
    }

    private static Place place(String owner, String id) {
        return new Place(owner, CHECKS, id);
    }

    /** Random bytes cannot be packed. */
    private static byte[] ofBytes(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    @Test
    void givesBackWhatWasAnsweredToTheKeyThatAskedAndToNoOther() {
        byte[] report = "{\"verdict\":\"PASS\"}".getBytes(StandardCharsets.UTF_8);
        keep("ann", "1", report);
        assertThat(reports.find(place("ann", "1"))).hasValue(report);
        assertThat(reports.find(place("ben", "1"))).isEmpty();
        assertThat(reports.find(new Place("ann", "diagnoses", "1"))).isEmpty();
        assertThat(page("ben", 20, null).items()).isEmpty();
    }

    @Test
    void givesBackWhatThePageDraws() {
        reports.keep("ann", new KeptReports.Report("1", CHECKS, "PASS", null, "item", ofBytes(10), List.of(1, 2)));
        KeptReports.Kept kept = reports.findDrawn(place("ann", "1")).orElseThrow();
        assertThat(kept.body()).isEqualTo(ofBytes(10));
        assertThat(kept.figures()).asString(StandardCharsets.UTF_8).isEqualTo("[1,2]");
    }

    @Test
    void outlivesTheProcess() {
        keep("ann", "1", ofBytes(10));
        assertThat(reports(KeyLimits.defaults()).find(place("ann", "1"))).hasValue(ofBytes(10));
    }

    @Test
    void letsTheOldestGoByNumberOfTheirOwnKeyOnly() {
        keep("ann", "a", new byte[1]);
        for (int i = 0; i < 100; i++) {
            keep("ben", "b" + i, new byte[1]);
        }
        assertThat(reports.find(place("ann", "a"))).isPresent();
        assertThat(page("ben", 20, null).items()).containsExactly("item b99", "item b98");
    }

    @Test
    void letsTheOldestGoByBytes() {
        keep("ann", "1", ofBytes(4_000));
        keep("ann", "2", ofBytes(4_000));
        keep("ann", "3", ofBytes(4_000));
        assertThat(page("ann", 20, null).items()).containsExactly("item 3", "item 2");
        keep("ann", "4", ofBytes(9_900));
        assertThat(page("ann", 20, null).items()).containsExactly("item 4");
    }

    @Test
    void doesNotKeepWhatIsLargerThanAllItsRoomAndLetsNothingGoForIt() {
        keep("ann", "1", ofBytes(4_000));
        keep("ann", "2", ofBytes(ROOM + 1));
        assertThat(page("ann", 20, null).items()).containsExactly("item 1");
    }

    @Test
    void letsThoseGoThatAreTooOld() {
        keep("ann", "1", ofBytes(10));
        JdbcClient.create(DATABASE).sql("update report set expires_at = 1").update();
        assertThat(reports.find(place("ann", "1"))).isEmpty();
        assertThat(page("ann", 20, null).items()).isEmpty();
        keep("ben", "2", ofBytes(10));
        assertThat(JdbcClient.create(DATABASE)
                        .sql("select count(*) from report")
                        .query(Long.class)
                        .single())
                .isOne();
    }

    @Test
    void turnsPagesFromTheNewestToTheOldest() {
        for (int i = 1; i <= 5; i++) {
            keep("ann", "" + i, new byte[1]);
        }
        Page<String> first = page("ann", 2, null);
        Page<String> second = page("ann", 2, first.next());
        Page<String> third = page("ann", 2, second.next());
        assertThat(first.items()).containsExactly("item 5", "item 4");
        assertThat(second.items()).containsExactly("item 3", "item 2");
        assertThat(third).isEqualTo(new Page<>(List.of("item 1"), null));
    }

    @Test
    void findsThoseOfOneVerdictOrLabelOrSinceATime() {
        keep("ann", "1", new byte[1], "PASS", "nightly");
        keep("ann", "2", new byte[1], "FAIL", "nightly");
        keep("ann", "3", new byte[1], "FAIL", null);
        JdbcClient.create(DATABASE)
                .sql("update report set created_at = 1000 where id = '1'")
                .update();
        assertThat(page("ann", new ReportFilter("FAIL", null, null, 9, null)).items())
                .containsExactly("item 3", "item 2");
        assertThat(page("ann", new ReportFilter(null, "nightly", null, 9, null)).items())
                .containsExactly("item 2", "item 1");
        assertThat(page("ann", new ReportFilter("FAIL", "nightly", null, 9, null))
                        .items())
                .containsExactly("item 2");
        assertThat(page("ann", new ReportFilter(null, null, "1970-01-01T00:00:02Z", 9, null))
                        .items())
                .containsExactly("item 3", "item 2");
    }

    @Test
    void refusesWhatIsNoTimeAndNoPlace() {
        assertThatThrownBy(() -> page("ann", new ReportFilter(null, null, "yesterday", 9, null)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.pointer()).isEqualTo("since"));
        assertThatThrownBy(() -> page("ann", 9, "none")).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> page("ann", 0, null)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> ReportFilter.label("x".repeat(256))).isInstanceOf(Problem.class);
    }

    /** 10,000 kept ones, by hand, on a quiet machine: -Dplumbline.reports=10000. The figure is 50 ms. */
    @Test
    @EnabledIfSystemProperty(named = "plumbline.reports", matches = "\\d+")
    void listsTenThousandInAMoment() {
        int count = Integer.getInteger("plumbline.reports", 10_000);
        JdbcClient.create(DATABASE)
                .sql("insert into report (id, owner, kind, verdict, label, item, body, bytes, created_at, expires_at)"
                        + " select 'r' || x, 'ann', 'gradient-checks', case mod(x, 100) when 0 then 'FAIL' else 'PASS'"
                        + " end, 'label ' || mod(x, 7), '\"item\"', x'00', 1, x, 9000000000000000 from system_range(1, "
                        + count + ")")
                .update();
        for (ReportFilter filter : List.of(
                new ReportFilter(null, null, null, 20, null),
                new ReportFilter("FAIL", "label 3", null, 20, null),
                new ReportFilter("FAIL", null, "1970-01-01T00:00:00Z", 200, "r" + count / 2))) {
            long best = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long started = System.nanoTime();
                assertThat(page("ann", filter).items()).isNotEmpty();
                best = Math.min(best, System.nanoTime() - started);
            }
            assertThat(best / 1e6).as("milliseconds for %s", filter).isLessThan(50);
        }
    }
}
