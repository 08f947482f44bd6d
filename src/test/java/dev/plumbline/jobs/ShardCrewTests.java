package dev.plumbline.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.jobs.Job.State;
import dev.plumbline.jobs.JobRuns.Lease;
import dev.plumbline.jobs.JobStore.New;
import dev.plumbline.jobs.ShardStore.Claim;
import dev.plumbline.jobs.ShardStore.HeapId;
import dev.plumbline.jobs.ShardStore.Range;
import dev.plumbline.jobs.ShardStore.Shard;
import dev.plumbline.limits.Presence;
import dev.plumbline.webhook.WebhooksOfADatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Shards of a job: done once each, by whoever, whatever dies; what is merged is what one run in one go gives. */
class ShardCrewTests {

    private static final JobTerms TERMS = new JobTerms(1, 10, 0, 100, 3, 1000, 3, 7);
    private static final String HERE = "here:1";
    private static final String THERE = "there:2";
    private static final int COUNT = 12;

    private final List<String> kept = new ArrayList<>();
    private JdbcClient jdbc;
    private DataSource database;
    private JobStore store;
    private JobRuns leases;
    private ShardStore shards;
    private TransactionTemplate transaction;

    DataSource database() {
        JdbcDataSource h2 = new JdbcDataSource();
        h2.setURL("jdbc:h2:mem:shards;DB_CLOSE_DELAY=-1");
        JobStoreTests.migrate(h2, "h2");
        return h2;
    }

    @BeforeEach
    void empty() {
        database = database();
        jdbc = JdbcClient.create(database);
        jdbc.sql("delete from job").update();
        jdbc.sql("delete from scheduled_tasks").update();
        store = new JobStore(jdbc, JsonMapper.shared(), TERMS, new JobNotices(jdbc, WebhooksOfADatabase.of(jdbc)));
        leases = new JobRuns(jdbc, JsonMapper.shared(), TERMS, store);
        transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
        shards = new ShardStore(jdbc, transaction);
    }

    /** Twelve pieces of a second each; what one gives is its number's square. */
    private static final class Squares extends Piecework {
        private final byte[] squares = new byte[COUNT];
        private final BitSet done = new BitSet();
        private final List<Integer> worked = new ArrayList<>();
        private final IntConsumer before;

        private Squares(IntConsumer before) {
            this.before = before;
        }

        private static byte[] all() {
            byte[] all = new byte[COUNT];
            IntStream.range(0, COUNT).forEach(i -> all[i] = (byte) (i * i));
            return all;
        }

        @Override
        protected String name() {
            return "squares";
        }

        @Override
        protected int count() {
            return COUNT;
        }

        @Override
        protected double seconds(int piece) {
            return 1;
        }

        @Override
        protected long bytes(int piece) {
            return 1;
        }

        @Override
        protected long nanoseconds() {
            return 1_000_000_000L * worked.size();
        }

        @Override
        protected void work(int from, int to) {
            if (to > 1) { // the first piece alone is the pilot
                before.accept(from == 1 ? 0 : from);
            }
            for (int i = from; i < to; i++) {
                worked.add(i);
                squares[i] = (byte) (i * i);
                done.set(i);
            }
        }

        @Override
        protected byte[] result(int from, int to) {
            return Arrays.copyOfRange(squares, from, to);
        }

        @Override
        protected void put(int from, int to, byte[] result) {
            System.arraycopy(result, 0, squares, from, to - from);
            done.set(from, to);
        }

        private void assertWhole() {
            assertThat(done.cardinality()).isEqualTo(COUNT);
            assertThat(squares).isEqualTo(all());
        }
    }

    private String submitted(String owner, double seconds, long now) {
        String id = UUID.randomUUID().toString();
        store.insert(
                new New(id, owner, "squares", seconds, "", "digest", null),
                new Inputs(new byte[0], List.of(), false),
                now);
        return id;
    }

    private Job job(String id) {
        return store.find("ann", id).orElseThrow().job();
    }

    private List<Shard> rows(String id) {
        return shards.shards(HeapId.of(id, "squares"));
    }

    private Work work(Squares pieces, Consumer<Attempt> around) {
        return new Work() {
            @Override
            public String kind() {
                return "squares";
            }

            @Override
            public Task prepare(String owner, Inputs inputs) {
                return new Task() {
                    @Override
                    public double seconds() {
                        return 1;
                    }

                    @Override
                    public Done run(Attempt attempt) {
                        around.accept(attempt);
                        attempt.crew().accept(pieces);
                        return new Done("r", "{}".getBytes(StandardCharsets.UTF_8), () -> kept.add("r"));
                    }

                    @Override
                    public void help(Consumer<Piecework> crew) {
                        crew.accept(pieces);
                    }
                };
            }
        };
    }

    private Worker worker(Squares pieces) {
        return worker(pieces, attempt -> {});
    }

    private Worker worker(Squares pieces, Consumer<Attempt> around) {
        return new Worker(
                store,
                leases,
                shards,
                new CheckpointStore(jdbc, transaction),
                new Calls(database),
                transaction,
                TERMS,
                List.of(work(pieces, around)),
                new SimpleMeterRegistry(),
                new JobTraces(ObservationRegistry.NOOP));
    }

    private Volunteer volunteer(Squares pieces) {
        return new Volunteer(
                store,
                leases,
                shards,
                TERMS,
                List.of(work(pieces, attempt -> {})),
                new JobTraces(ObservationRegistry.NOOP));
    }

    /** As kill -9 leaves it: some shards kept, one in the hands of a dead process; db-scheduler says so. */
    private String halfDone() {
        String id = submitted("ann", 12, 0);
        Lease lease = leases.begin(id, THERE).orElseThrow();
        HeapId heap = HeapId.of(id, "squares");
        shards.plan(lease, heap, Cut.of(new Squares(from -> {}), 1));
        Squares dead = new Squares(from -> {});
        for (Shard shard : rows(id).subList(0, 3)) {
            Claim claim = shards.claim(heap, shard.range(), ShardCrew.LEAD).orElseThrow();
            dead.work(shard.range().begins(), shard.range().ends());
            assertThat(shards.keep(
                            claim,
                            dead.result(shard.range().begins(), shard.range().ends())))
                    .isTrue();
        }
        assertThat(shards.claim(heap, rows(id).get(3).range(), ShardCrew.LEAD)).isPresent();
        return id;
    }

    @Test
    void afterADeathOnlyWhatWasNotFinishedIsDoneAgain() {
        String id = halfDone();
        Squares pieces = new Squares(from -> {});

        assertThat(worker(pieces).run(id, HERE)).isEqualTo(Worker.Outcome.OVER);

        pieces.assertWhole();
        assertThat(pieces.worked).containsExactly(6, 7, 8, 9, 10, 11);
        assertThat(job(id).state()).isEqualTo(State.DONE);
        assertThat(rows(id)).isEmpty();
        assertThat(kept).containsExactly("r");
    }

    /** It dies five times, and is begun three times at most without something new: each time there is something. */
    @Test
    void whoGetsOnMayDieMoreOften() {
        String id = submitted("ann", 12, 0);
        for (int death = 0; death < 5; death++) {
            AtomicInteger taken = new AtomicInteger();
            Worker dying = worker(new Squares(from -> {
                if (taken.incrementAndGet() == 2) {
                    throw new IllegalStateException("dies");
                }
            }));
            assertThat(dying.run(id, HERE)).isEqualTo(Worker.Outcome.AGAIN);
        }
        Squares last = new Squares(from -> {});
        worker(last).run(id, HERE);

        last.assertWhole();
        assertThat(last.worked).containsExactly(10, 11);
        assertThat(job(id).state()).isEqualTo(State.DONE);
        assertThat(job(id).attempts()).isEqualTo(6);
    }

    /** What an earlier attempt has told is not taken back, and the rest is no slower for it. */
    @Test
    void progressNeverFallsOverARestart() {
        String id = submitted("ann", 12, 0);
        Lease first = leases.begin(id, THERE).orElseThrow();
        leases.note(first, new Progress("squares", 6, 12, 0.5), null);
        List<Double> seen = new ArrayList<>();
        worker(new Squares(from -> {}), attempt -> {
                    seen.add(job(id).progress().fraction());
                    attempt.progress().accept(new Progress("reading", 0, 1, 0.1));
                    sleep(600);
                    seen.add(job(id).progress().fraction());
                    attempt.progress().accept(new Progress("squares", 7, 12, 0.6));
                    sleep(600);
                    seen.add(job(id).progress().fraction());
                })
                .run(id, HERE);

        assertThat(seen).containsExactly(0.5, 0.5, 0.6);
    }

    private static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    void whoWasFrozenAndWakesUpChangesNothing() {
        String id = halfDone();
        HeapId heap = HeapId.of(id, "squares");
        Range range = rows(id).get(4).range();
        Claim frozen = shards.claim(heap, range, id + "/0").orElseThrow();
        assertThat(shards.claim(heap, range, "another")).isEmpty();

        volunteer(new Squares(from -> {})).lost(id + "/0");
        assertThat(shards.keep(frozen, new byte[] {66, 66})).isFalse();
        Claim next = shards.claim(heap, range, "another").orElseThrow();
        assertThat(shards.keep(frozen, new byte[] {66, 66})).isFalse();
        shards.release(frozen, false);
        assertThat(shards.keep(next, new byte[] {64, 81})).isTrue();
        assertThat(shards.keep(next, new byte[] {66, 66})).isFalse();
        assertThat(shards.keep(frozen, new byte[] {66, 66})).isFalse();
        assertThat(shards.result(heap, range)).contains(new byte[] {64, 81});

        // Nor does one who led: it may not even cut another heap.
        Lease old = new Lease(id, "ann", "squares", 0, 0, 0, null);
        shards.plan(old, HeapId.of(id, "more"), List.of(new Range(0, 1, 1)));
        assertThat(shards.shards(HeapId.of(id, "more"))).isEmpty();
    }

    @Test
    void aShardThatKillsEachTimeSpendsItsBudgetAndTheOthersResultsStay() {
        String id = halfDone();
        HeapId heap = HeapId.of(id, "squares");
        Range deadly = rows(id).get(3).range();
        for (int death = 1; death < 3; death++) {
            shards.release(id, ShardCrew.LEAD);
            assertThat(shards.claim(heap, deadly, ShardCrew.LEAD)).isPresent();
        }

        assertThat(worker(new Squares(from -> {})).run(id, HERE)).isEqualTo(Worker.Outcome.OVER);

        assertThat(job(id).state()).isEqualTo(State.FAILED);
        assertThat(job(id).error()).extracting(Job.Failure::detail).asString().contains("pieces 6 to 7", "3 times");
        assertThat(rows(id).stream().filter(Shard::done)).hasSize(3);
        assertThat(shards.result(heap, rows(id).get(2).range())).contains(new byte[] {16, 25});
        assertThat(kept).isEmpty();
        assertThat(jdbc.sql("select bytes from job where id = :id")
                        .param("id", id)
                        .query(Long.class)
                        .single())
                .isEqualTo(6);
        store.drop("ann", id);
        assertThat(rows(id)).isEmpty();
    }

    /** One whose attempts are left is tried, by whoever leads. */
    @Test
    void aShardIsTriedAsOftenAsAJob() {
        String id = halfDone();
        HeapId heap = HeapId.of(id, "squares");
        shards.release(id, ShardCrew.LEAD);
        assertThat(shards.claim(heap, rows(id).get(3).range(), ShardCrew.LEAD)).isPresent();

        worker(new Squares(from -> {})).run(id, HERE);

        assertThat(job(id).state()).isEqualTo(State.DONE);
    }

    @Test
    void processesShareTheShardsOfAJobAndNobodyDoesOneTwice() throws Exception {
        String id = submitted("ann", 12, 0);
        CountDownLatch helped = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        Squares led = new Squares(from -> {
            begun.countDown();
            try {
                helped.await();
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        });
        CompletableFuture<Worker.Outcome> run =
                CompletableFuture.supplyAsync(() -> worker(led).run(id, HERE));
        begun.await();
        List<String> calls = jdbc.sql("select task_instance from scheduled_tasks where task_name = 'shards' order by 1")
                .query(String.class)
                .list();
        assertThat(calls).hasSize(5).contains(id + "/0");

        Squares beside = new Squares(from -> {});
        assertThat(volunteer(beside).follow(calls.get(0), HERE)).isTrue();
        assertThat(beside.worked).isEmpty(); // it leads the job itself
        Squares elsewhere = new Squares(from -> {});
        assertThat(volunteer(elsewhere).follow(calls.get(0), THERE)).isTrue();
        helped.countDown();
        assertThat(run.get()).isEqualTo(Worker.Outcome.OVER);

        led.assertWhole();
        assertThat(led.worked).containsExactly(0, 1);
        assertThat(elsewhere.worked)
                .containsExactlyElementsOf(IntStream.range(2, COUNT).boxed().toList());
        assertThat(job(id).state()).isEqualTo(State.DONE);
        assertThat(volunteer(elsewhere).follow(calls.get(0), THERE)).isFalse();
        assertThat(jdbc.sql("select count(*) from scheduled_tasks")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void whoVolunteersLeavesWhereAJobWaits() {
        String id = submitted("ann", 12, 0);
        Squares elsewhere = new Squares(from -> {});
        Volunteer volunteer = volunteer(elsewhere);
        Squares led = new Squares(from -> {
            if (from == 0) {
                String waiting = submitted("ben", 1, 0);
                volunteer.follow(id + "/0", THERE);
                assertThat(elsewhere.worked).isEmpty();
                store.cancel("ben", waiting);
                Squares interrupted = new Squares(begins -> submitted("ben", 100, 50_000));
                volunteer(interrupted).follow(id + "/0", THERE);
                assertThat(interrupted.worked).containsExactly(2, 3);
            }
        });

        worker(led).run(id, HERE);

        led.assertWhole();
        assertThat(led.worked).hasSize(10);
    }

    /** Whosever it is. */
    @ParameterizedTest
    @ValueSource(strings = {"ann", "eve"})
    void betweenTwoShardsASmallerJobGoesFirstAndNothingIsLost(String owner) {
        String id = submitted("ann", 12, 0);
        List<String> small = new ArrayList<>();
        Squares pieces = new Squares(from -> {
            if (small.isEmpty()) {
                submitted("ben", 100, 0);
                small.add(submitted(owner, 1, 0));
                sleep(300); // coming back has to be worth it
            }
        });
        assertThat(worker(pieces).run(id, HERE)).isEqualTo(Worker.Outcome.LATER);
        assertThat(pieces.worked).hasSizeBetween(2, COUNT - 2);
        assertThat(job(id).state()).isEqualTo(State.QUEUED);
        assertThat(job(id).attempts()).isZero();

        store.cancel(owner, small.get(0));
        Squares rest = new Squares(from -> {});
        assertThat(worker(rest).run(id, HERE)).isEqualTo(Worker.Outcome.OVER);
        rest.assertWhole();
        assertThat(rest.worked).doesNotContainAnyElementsOf(pieces.worked);
    }

    @Test
    void aResultThatIsNotWhatWasKeptIsDoneAgain() {
        String id = halfDone();
        jdbc.sql("update job_shard set result = (select r.result from job_shard r where r.begins = 2) where begins = 4")
                .update();
        Squares pieces = new Squares(from -> {});

        worker(pieces).run(id, HERE);

        pieces.assertWhole();
        assertThat(pieces.worked).containsOnlyOnce(4, 5).doesNotContain(0, 1, 2, 3);
    }

    /** A heap that would take more than a quarter of the key's bytes is done in one go, as before there were shards. */
    @Test
    void whatIsTooLargeToBeKeptIsNotCut() {
        String id = submitted("ann", 12, 0);
        Lease lease = leases.begin(id, HERE).orElseThrow();
        shards.plan(lease, HeapId.of(id, "another"), List.of(new Range(0, 1, 239)));
        Squares pieces = new Squares(from -> {});

        worker(pieces).run(id, HERE);

        assertThat(pieces.worked).hasSize(COUNT);
        pieces.assertWhole();
        assertThat(jdbc.sql("select count(*) from scheduled_tasks")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void cancellingEndsItBetweenTwoPieces() {
        String id = submitted("ann", 12, 0);
        Squares pieces = new Squares(from -> {
            store.cancel("ann", id);
            sleep(600);
            Presence.current().check();
        });
        worker(pieces).run(id, HERE);

        assertThat(pieces.worked).containsExactly(0); // the pilot
        assertThat(job(id).state()).isEqualTo(State.CANCELLED);
        assertThat(rows(id)).isEmpty();
    }

    @Test
    void aFaultOfAShardIsItsAttempt() {
        String id = submitted("ann", 12, 0);
        Worker worker = worker(new Squares(from -> {
            if (from == 4) {
                throw new IllegalStateException("always");
            }
        }));
        assertThat(worker.run(id, HERE)).isEqualTo(Worker.Outcome.AGAIN);
        assertThat(worker.run(id, HERE)).isEqualTo(Worker.Outcome.AGAIN);
        worker.run(id, HERE);
        worker.run(id, HERE);

        assertThat(job(id).state()).isEqualTo(State.FAILED);
        assertThat(rows(id).get(2).attempts()).isEqualTo(3);
        assertThat(rows(id).stream().filter(Shard::done)).hasSize(2);
        assertThatThrownBy(() -> leases.begin(id, HERE).orElseThrow()).isInstanceOf(RuntimeException.class);
    }
}
