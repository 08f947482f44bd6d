package dev.plumbline.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.plumbline.jobs.Job.State;
import dev.plumbline.jobs.JobRuns.Lease;
import dev.plumbline.jobs.JobStore.New;
import dev.plumbline.limits.ComeBackLater;
import dev.plumbline.problem.Fault;
import dev.plumbline.problem.Problem;
import dev.plumbline.webhook.Told;
import dev.plumbline.webhook.Webhook;
import dev.plumbline.webhook.WebhooksOfADatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Whose word counts about a job, in which order jobs go, how often one is tried and how much room they have. */
class JobStoreTests {

    private static final JobTerms TERMS = new JobTerms(1, 10, 0, 100, 3, 1000, 3, 7);
    private static final String NODE = "here:1";

    private final List<String> kept = new ArrayList<>();
    private DataSource database;
    private final List<Long> waits = new ArrayList<>();
    private JobStore store;
    private JobNotices notices;
    private JobRuns leases;
    private TransactionTemplate transaction;

    DataSource database() {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL("jdbc:h2:mem:jobs;DB_CLOSE_DELAY=-1");
        migrate(h2, "h2");
        return h2;
    }

    static void migrate(DataSource database, String vendor) {
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration/" + vendor)
                .load()
                .migrate();
    }

    @BeforeEach
    void empty() {
        database = database();
        JdbcClient.create(database).sql("delete from job").update();
        notices = new JobNotices(JdbcClient.create(database), WebhooksOfADatabase.of(JdbcClient.create(database)));
        store = new JobStore(JdbcClient.create(database), JsonMapper.shared(), TERMS, notices);
        leases = new JobRuns(JdbcClient.create(database), JsonMapper.shared(), TERMS, store);
        transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
    }

    private static Inputs inputs(int bytes) {
        return new Inputs(new byte[bytes], List.of(new KeptFile("model", "m.onnx", new byte[] {1, 2})), true);
    }

    private String submitted(String owner, double seconds, long now) {
        String id = UUID.randomUUID().toString();
        store.insert(new New(id, owner, "things", seconds, "", "digest", null), inputs(10), now);
        return id;
    }

    private Job job(String id) {
        return store.find("ann", id).orElseThrow().job();
    }

    private Worker worker(Consumer<Consumer<Progress>> work) {
        Work things = new Work() {
            @Override
            public String kind() {
                return "things";
            }

            @Override
            public Task prepare(String owner, Inputs inputs) {
                assertThat(inputs.files().get(0).body()).containsExactly(1, 2);
                return new Task() {
                    @Override
                    public double seconds() {
                        return 1;
                    }

                    @Override
                    public Done run(Attempt attempt) {
                        work.accept(attempt.progress());
                        return new Done("r", "{\"a\":1}".getBytes(StandardCharsets.UTF_8), () -> kept.add("r"));
                    }
                };
            }
        };
        ShardStore shards = new ShardStore(JdbcClient.create(database), transaction);
        return new Worker(
                store,
                leases,
                shards,
                new CheckpointStore(JdbcClient.create(database), transaction),
                new Calls(database),
                transaction,
                TERMS,
                List.of(things),
                new SimpleMeterRegistry(),
                new JobTraces(ObservationRegistry.NOOP));
    }

    @Test
    void aJobThatIsDoneHasItsReportAndHasItOnce() {
        String id = submitted("ann", 1, 0);
        Worker worker = worker(progress -> progress.accept(new Progress("half", 1, 2, 0.5)));

        assertThat(worker.run(id, NODE)).isEqualTo(Worker.Outcome.OVER);
        assertThat(worker.run(id, NODE)).isEqualTo(Worker.Outcome.OVER);

        assertThat(job(id).state()).isEqualTo(State.DONE);
        assertThat(job(id).reportHref()).isEqualTo("/v1/things/r");
        assertThat(job(id).progress().fraction()).isEqualTo(1);
        assertThat(store.report("ann", id)).contains("{\"a\":1}");
        assertThat(store.report("ben", id)).isEmpty();
        assertThat(kept).containsExactly("r");
    }

    /** A machine that was frozen wakes up after its job was given to another. */
    @Test
    void whoWasTakenForDeadChangesNothing() {
        String id = submitted("ann", 1, 0);
        Worker worker = worker(progress -> {
            assertThat(leases.begin(id, "there:2")).isPresent();
        });

        worker.run(id, NODE);

        assertThat(job(id).state()).isEqualTo(State.RUNNING);
        assertThat(job(id).node()).isEqualTo("there:2");
        assertThat(job(id).attempts()).isEqualTo(2);
        assertThat(kept).isEmpty();
    }

    @Test
    void whoIsNotHeardOfHasNoSay() {
        String id = submitted("ann", 1, 0);
        Worker worker = worker(progress -> {});
        Worker frozen = worker(progress -> worker.lost(id));

        frozen.run(id, NODE);

        assertThat(job(id).state()).isEqualTo(State.QUEUED);
        assertThat(kept).isEmpty();
        worker.run(id, "there:2");
        assertThat(job(id).state()).isEqualTo(State.DONE);
        assertThat(job(id).attempts()).isEqualTo(2);
        assertThat(kept).containsExactly("r");
    }

    @Test
    void afterThreeAttemptsItFailsAndSaysWhy() {
        String id = submitted("ann", 1, 0);
        for (int death = 0; death < 3; death++) {
            assertThat(leases.begin(id, NODE)).isPresent();
        }
        assertThat(worker(progress -> {}).run(id, NODE)).isEqualTo(Worker.Outcome.OVER);
        assertThat(job(id).state()).isEqualTo(State.FAILED);
        assertThat(job(id).error()).extracting(Job.Failure::detail).asString().contains("3 times");
        assertThat(job(id).error()).extracting(Job.Failure::type).isEqualTo("/problems/internal");
        assertThat(job(id).attempts()).isEqualTo(3);

        String faulty = submitted("ann", 1, 0);
        Worker worker = worker(progress -> {
            throw new IllegalStateException("a fault");
        });
        assertThat(worker.run(faulty, NODE)).isEqualTo(Worker.Outcome.AGAIN);
        assertThat(worker.run(faulty, NODE)).isEqualTo(Worker.Outcome.AGAIN);
        assertThat(worker.run(faulty, NODE)).isEqualTo(Worker.Outcome.OVER);
        assertThat(job(faulty).state()).isEqualTo(State.FAILED);
        assertThat(job(faulty).attempts()).isEqualTo(3);
        assertThat(kept).isEmpty();
    }

    /** What was kept before failures had a type, too. */
    @Test
    void aFailureIsToldAsARefusalForTheSameReason() {
        for (Problem.Code code : Problem.Code.values()) {
            Problem problem = new Problem(code, "/model", "it is no model", "a hat", "a model");
            assertThat(Job.Failure.of(problem).refusal())
                    .usingRecursiveComparison()
                    .comparingOnlyFields("code", "pointer", "explanation", "got", "expected")
                    .isEqualTo(problem);
        }
        Fault fault = new Fault("it broke", null, "to be whole");
        assertThat(Job.Failure.of(fault).refusal()).isEqualTo(fault);
        assertThat(new Job.Failure(null, "it broke", null, null, "to be whole").refusal())
                .isEqualTo(fault);
        assertThat(new Job.Failure(null, "no model", "/model", null, null).type())
                .isEqualTo("/problems/invalid");
    }

    /** The caller's mistake is the same each time. */
    @Test
    void aRefusalFailsAtOnceAndSaysWhere() {
        String id = submitted("ann", 1, 0);
        Worker worker = worker(progress -> {
            throw Problem.invalid("/model", "it is no model", "a hat", "a model");
        });

        assertThat(worker.run(id, NODE)).isEqualTo(Worker.Outcome.OVER);

        assertThat(job(id).error())
                .isEqualTo(new Job.Failure("/problems/invalid", "it is no model", "/model", "a hat", "a model"));
    }

    @Test
    void shutDownIsNoAttempt() {
        String id = submitted("ann", 1, 0);
        List<Worker> itself = new ArrayList<>();
        itself.add(worker(progress -> {
            itself.get(0).giveBackAll();
            progress.accept(Progress.NONE);
        }));

        assertThat(itself.get(0).run(id, NODE)).isEqualTo(Worker.Outcome.AGAIN);

        assertThat(job(id).state()).isEqualTo(State.QUEUED);
        assertThat(job(id).attempts()).isZero();
        assertThat(worker(progress -> {}).run(id, NODE)).isEqualTo(Worker.Outcome.OVER);
        assertThat(job(id).state()).isEqualTo(State.DONE);
    }

    /** Others have the memory: that is nobody's fault, and happens as often as it likes. */
    @Test
    void whatFindsNoPlaceWaitsAndHasMadeNoAttempt() {
        String id = submitted("ann", 1, 0);
        AtomicInteger times = new AtomicInteger();
        Worker worker = worker(progress -> {
            if (times.incrementAndGet() <= 4) {
                throw new ComeBackLater("no place", 1);
            }
        });
        long begun = System.nanoTime();
        for (int busy = 0; busy < 4; busy++) {
            assertThat(worker.run(id, NODE)).isEqualTo(Worker.Outcome.LATER);
            assertThat(job(id).state()).isEqualTo(State.QUEUED);
            assertThat(job(id).attempts()).isZero();
        }
        assertThat(System.nanoTime() - begun).isGreaterThan(4_000_000_000L);
        assertThat(worker.run(id, NODE)).isEqualTo(Worker.Outcome.OVER);
        assertThat(job(id).state()).isEqualTo(State.DONE);
        assertThat(job(id).attempts()).isOne();
    }

    /** However late it comes, what is cancelled is never done. */
    @Test
    void whatIsCancelledStaysSo() {
        String waiting = submitted("ann", 1, 0);
        assertThat(store.cancel("ben", waiting)).isFalse();
        assertThat(store.cancel("ann", waiting)).isTrue();
        assertThat(leases.begin(waiting, NODE)).isEmpty();

        String running = submitted("ann", 1, 0);
        Worker worker =
                worker(progress -> assertThat(store.cancel("ann", running)).isTrue());
        worker.run(running, NODE);

        assertThat(job(waiting).state()).isEqualTo(State.CANCELLED);
        assertThat(job(running).state()).isEqualTo(State.CANCELLED);
        assertThat(kept).isEmpty();
    }

    private List<String> told() {
        return JdbcClient.create(database)
                .sql("select body from webhook_delivery order by ordinal")
                .query(String.class)
                .list();
    }

    /** However it ends, in the transaction that ends it; its secret is kept no longer than that. */
    @Test
    void whoWantsToKnowIsToldOfEachEndOnce() {
        JdbcClient jdbc = JdbcClient.create(database);
        jdbc.sql("delete from webhook_delivery").update();
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            jobs.add(submitted("ann", 1, 0));
            notices.keep(jobs.get(i), new Webhook("https://hooks.example/" + i, "0123456789abcdef"));
        }
        String untold = submitted("ann", 1, 0);
        worker(progress -> {}).run(untold, NODE);
        assertThat(told()).isEmpty();

        worker(progress -> {}).run(jobs.get(0), NODE);
        worker(progress -> {}).run(jobs.get(0), NODE);
        worker(progress -> {
                    throw Problem.invalid("/model", "it is no model", "a hat", "a model");
                })
                .run(jobs.get(1), NODE);
        store.cancel("ann", jobs.get(2));
        store.cancel("ann", jobs.get(2));
        worker(progress -> store.cancel("ann", jobs.get(3))).run(jobs.get(3), NODE);
        worker(progress -> assertThat(leases.begin(jobs.get(4), "there:2")).isPresent())
                .run(jobs.get(4), NODE); // taken for dead

        List<String> told = told();
        List<String> kinds = List.of("done", "failed", "cancelled", "cancelled");
        assertThat(told).hasSameSizeAs(kinds);
        for (int i = 0; i < kinds.size(); i++) {
            assertThat(told.get(i))
                    .contains("\"kind\":\"job." + kinds.get(i) + "\"", "\"path\":\"/v1/jobs/" + jobs.get(i) + "\"")
                    .doesNotContain("null", "0123456789abcdef");
        }
        assertThat(jdbc.sql("select job from job_webhook where secret is not null")
                        .query(String.class)
                        .list())
                .containsExactly(jobs.get(4));
        assertThat(notices.told(jobs.get(0))).isEqualTo(new Told("https://hooks.example/0", 1));
        assertThat(notices.told(untold)).isNull();
    }

    private Workers workers(Worker worker) {
        ShardStore shards = new ShardStore(JdbcClient.create(database), transaction);
        JobTraces untraced = new JobTraces(ObservationRegistry.NOOP);
        return new Workers(database, worker, new Volunteer(store, leases, shards, TERMS, List.of(), untraced), TERMS);
    }

    /** As another process does it, which tells nobody here: db-scheduler by itself would look half a second later. */
    @Test
    void jobsOfOtherProcessesAreTakenUpSoon() throws Exception {
        assumeThat(database)
                .isInstanceOf(JdbcDataSource.class); // a new connection to the other takes longer than all this
        Worker worker = worker(progress -> {});
        Workers workers = workers(worker);
        workers.start();
        try {
            for (int i = 0; i < 9; i++) {
                long begun = System.nanoTime();
                String id = submitted("ann", 1, 0);
                workers.schedule(id, 0);
                while (job(id).state() != State.DONE) {
                    assertThat(System.nanoTime() - begun).isLessThan(10_000_000_000L);
                    Thread.sleep(1);
                }
                waits.add((System.nanoTime() - begun) / 1_000_000);
            }
        } finally {
            workers.stop();
        }
        assertThat(waits.stream().sorted().toList().get(4)).as(waits.toString()).isLessThan(200);
    }

    @Test
    void whoHasWaitedLongIsLookedForSeldom() {
        assertThat(Lookout.pause(0)).isBetween(5L, 20L);
        assertThat(Lookout.pause(5_000)).isEqualTo(100);
        assertThat(Lookout.pause(3_600_000)).isBetween(200L, 500L);
    }

    @Test
    void progressNeverFalls() {
        assertThat(new Progress("b", 0, 9, 0.2)
                        .notBehind(new Progress("a", 1, 2, 0.5))
                        .fraction())
                .isEqualTo(0.5);
        assertThat(new Progress("b", 0, 9, 1.7).notBehind(Progress.NONE).fraction())
                .isEqualTo(1);
    }

    /** Ten times as slow in its first tenth, as where code is compiled meanwhile. */
    @Test
    void timeLeftIsSaidWithinAFactorOfTwoAfterTheFirstFifth() {
        TimeLeft left = new TimeLeft(0);
        for (int percent = 1; percent < 100; percent++) {
            double seconds = percent <= 10 ? percent : 10 + 0.1 * (percent - 10);
            Double said = left.at(seconds, percent / 100.0);
            double truth = 19 - seconds;
            if (percent < 10) {
                assertThat(said).isNull();
            } else if (percent >= 20) {
                assertThat(said).isBetween(truth / 2, truth * 2);
            }
        }
        TimeLeft even = new TimeLeft(5);
        for (int percent = 1; percent < 100; percent++) {
            Double said = even.at(5 + percent, percent / 100.0);
            if (percent >= 10) {
                assertThat(said).isBetween(0.99 * (100 - percent), 1.01 * (100 - percent));
            }
        }
    }

    /** Small before large, no key before another because it sends more, and everybody's time comes. */
    @Test
    void keysTakeTurnsAndTheLargeWaitNoLongerThanTheyTake() {
        long big = store.throughAt("ann", 1_000, 60);
        assertThat(store.throughAt("ben", 2_000, 1)).isLessThan(big);
        assertThat(store.throughAt("ben", 62_000, 1)).isGreaterThan(big);

        long last = 0;
        for (int i = 0; i < 9; i++) {
            submitted("ann", 10, 1_000);
            last = store.throughAt("ann", 1_000, 10);
        }
        assertThat(last).isEqualTo(101_000);
        assertThat(store.throughAt("ben", 1_000, 20)).isEqualTo(21_000);
    }

    private long throughAt(String id) {
        return store.throughAt(id).orElseThrow();
    }

    /** The large one is through so much later, and its key's share is what it was. */
    @Test
    void aSmallJobGoesBeforeALargeOneOfItsKey() {
        String big = submitted("ann", 60, 1_000);
        String small = submitted("ann", 2, 3_000);
        String smaller = submitted("ann", 1, 3_500);
        String others = submitted("ben", 60, 1_000);

        assertThat(throughAt(smaller)).isEqualTo(4_500);
        assertThat(throughAt(small)).isEqualTo(6_000);
        assertThat(throughAt(big)).isEqualTo(64_000);
        assertThat(throughAt(others)).isEqualTo(61_000);
    }

    /** One that has waited as long as it takes has nobody of its key before it any more. */
    @Test
    void aLargeJobDoesNotWaitForEverForTheSmallOfItsKey() {
        String big = submitted("ann", 60, 1_000);
        for (int second = 2; second < 200; second++) {
            submitted("ann", 1, 1_000L * second);
        }
        assertThat(throughAt(big)).isEqualTo(119_000);
        assertThat(throughAt(submitted("ann", 1, 200_000))).isGreaterThan(200_000);
    }

    /** However they come, a key's jobs are through when all that is before them is. */
    @Test
    void theSmallOfAKeyTakeNothingOfAnothers() {
        List<String> all = new ArrayList<>();
        for (int seconds = 10; seconds > 0; seconds--) {
            all.add(submitted("ann", seconds, 1_000));
        }
        assertThat(all.stream().map(this::throughAt))
                .containsExactly(56_000L, 46_000L, 37_000L, 29_000L, 22_000L, 16_000L, 11_000L, 7_000L, 4_000L, 2_000L);
    }

    /** What db-scheduler takes next goes by the places as they are, and not as they were. */
    @Test
    void whoIsMovedIsMovedInTheOrderOfWorkToo() {
        Workers workers = workers(worker(progress -> {}));
        String big = submitted("ann", 60, 1_000);
        workers.schedule(big, throughAt(big));
        Instant before = due(big);

        JobStore.Placed placed = store.insert(
                new New(UUID.randomUUID().toString(), "ann", "things", 2, "", "digest", null), inputs(10), 3_000);
        placed.moved().forEach(workers::move);

        assertThat(placed.moved()).containsExactly(new JobStore.Place(big, 63_000));
        assertThat(due(big)).isEqualTo(before.plusSeconds(2));
    }

    private Instant due(String id) {
        return JdbcClient.create(database)
                .sql("select execution_time from scheduled_tasks where task_instance = :id")
                .param("id", id)
                .query((row, number) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .single();
    }

    @Test
    void theOldestThatHaveEndedMakeRoomAndNobodyElsesDo() {
        List<String> hers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String id = submitted("ann", 1, i);
            Lease lease = leases.begin(id, NODE).orElseThrow();
            assertThat(leases.done(lease, "/v1/things/" + i, new byte[] {1})).isTrue();
            hers.add(id);
        }
        String waiting = submitted("ann", 1, 9);

        assertThat(store.makeRoom("ben", 999, "new")).isTrue();
        assertThat(hers).allMatch(id -> store.find("ann", id).isPresent());
        assertThat(store.makeRoom("ann", 10, "new")).isTrue();
        assertThat(hers.subList(0, 2)).noneMatch(id -> store.find("ann", id).isPresent());
        assertThat(hers.subList(2, 5)).allMatch(id -> store.find("ann", id).isPresent());
        assertThat(store.makeRoom("ann", 989, "new")).isFalse();
        assertThat(store.find("ann", waiting)).isPresent();
    }

    /** Whole, the last one, in place of the one before; from who leads the job, and from nobody who did. */
    @Test
    void aCheckpointIsTheLastOfWhoLeads() {
        String id = submitted("ann", 1, 0);
        CheckpointStore states = new CheckpointStore(JdbcClient.create(database), transaction);
        Lease frozen = leases.begin(id, NODE).orElseThrow();
        byte[] large = new byte[2_500_000];
        new java.util.Random(1).nextBytes(large);
        assertThat(states.last(id)).isEmpty();
        assertThat(states.keep(frozen, large)).isTrue();
        assertThat(states.last(id)).contains(large);
        Lease next = leases.begin(id, "there:2").orElseThrow();
        assertThat(next.fruitless()).isOne();
        assertThat(states.keep(next, new byte[] {1, 2})).isTrue();
        assertThat(states.keep(frozen, large)).isFalse();
        assertThat(states.last(id)).contains(new byte[] {1, 2});

        JdbcClient.create(database)
                .sql("update job_checkpoint set content = :other")
                .param("other", new byte[40])
                .update();
        assertThat(states.last(id)).isEmpty();
        assertThat(leases.done(next, "/v1/things/r", new byte[0])).isTrue();
        assertThat(JdbcClient.create(database)
                        .sql("select count(*) from job_checkpoint")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void aStateThatIsTooLargeIsNotKept() {
        String id = submitted("ann", 1, 0);
        CheckpointStore states = new CheckpointStore(JdbcClient.create(database), transaction);
        Lease lease = leases.begin(id, NODE).orElseThrow();
        AtomicInteger resumed = new AtomicInteger();
        Checkpoints checkpoints = new KeptCheckpoints(states, lease, TERMS, () -> false, resumed::incrementAndGet);

        assertThat(checkpoints.isDue()).isFalse();
        checkpoints.keep(new byte[251]);
        assertThat(checkpoints.last()).isEmpty();
        assertThat(resumed).hasValue(0);
        checkpoints.keep(new byte[250]);
        assertThat(checkpoints.last()).contains(new byte[250]);
        assertThat(resumed).hasValue(1);
        assertThat(checkpoints.isDue()).isFalse();
    }

    /** What was done before the restart says nothing about the speed after it. */
    @Test
    void timeLeftGoesByWhatWasDoneSinceTheRestart() {
        TimeLeft left = new TimeLeft(0);
        left.at(1, 0.05);
        left.resumes(2, 0.6);
        assertThat(left.at(3, 0.62)).isNull();
        assertThat(left.at(6, 0.68)).isBetween(15.9, 16.1);
        assertThat(left.at(12, 0.8)).isBetween(9.9, 10.1);
    }
}
