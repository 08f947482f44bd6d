package dev.plumbline.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.problem.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class LimitsTests {

    private final Limits limits = Limits.defaults();

    @EnableConfigurationProperties(Limits.class)
    static class Configured {}

    @Test
    void hasTheDocumentedDefaults() {
        int processors = Runtime.getRuntime().availableProcessors();
        assertThat(limits)
                .isEqualTo(new Limits(
                        64 << 20,
                        1L << 30,
                        2,
                        1000,
                        200,
                        168,
                        100,
                        10_000,
                        8,
                        4L << 30,
                        300,
                        processors,
                        64,
                        30,
                        4L << 30));
    }

    @Test
    void refusesWhatWouldCostTooMuchWithBothNumbers() {
        assertThatCode(() -> limits.requireSeconds(590 / Pace.here(1))).doesNotThrowAnyException();
        assertThatThrownBy(() -> limits.requireSeconds(700 / Pace.here(1)))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.code()).isEqualTo(Problem.Code.COST);
                    assertThat(problem.got()).isEqualTo("about 700 s of one core, by estimate");
                    assertThat(problem.expected()).startsWith("at most 300 s ");
                });
        long most = Math.min(4L << 30, Runtime.getRuntime().maxMemory() / 3 * 2);
        assertThat(limits.bytes()).isCloseTo(most, within(2L));
        assertThatThrownBy(() -> limits.requireBytes(5e9))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.expected())
                        .startsWith("at most %d bytes".formatted(limits.bytes())));
    }

    /** An estimate that has lost its number is no reason to go ahead. */
    @Test
    void refusesAnEstimateThatIsNotANumber() {
        assertThatThrownBy(() -> limits.requireSeconds(Double.NaN)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> limits.requireBytes(Double.POSITIVE_INFINITY)).isInstanceOf(Problem.class);
    }

    @Test
    void givesARequestUpOnceItsTimeIsOver() {
        assertThatCode(Deadline.in(Duration.ofHours(1))::check).doesNotThrowAnyException();
        assertThatThrownBy(Deadline.in(Duration.ZERO)::check)
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(Problem.Code.COST));
    }

    @ParameterizedTest
    @ValueSource(strings = {"body-bytes=0", "json-depth=100000", "tensors=0", "request-seconds=-1", "queue=-1"})
    void refusesToStartWithALimitThatMakesNoSense(String setting) {
        new ApplicationContextRunner()
                .withUserConfiguration(Configured.class)
                .withPropertyValues("plumbline.limits." + setting)
                .run(context -> assertThat(context).hasFailed());
    }

    private static Limits widest() {
        return new Binder(new MapConfigurationPropertySource(Map.of("plumbline.limits.bytes", Long.MAX_VALUE)))
                .bindOrCreate("plumbline.limits", Limits.class);
    }

    private static void work(double bytes, Limits limits, CountDownLatch begun, CountDownLatch over) {
        new Presence(() -> {}, Duration.ofSeconds(20)).begin();
        try {
            limits.requireBytes(bytes);
            limits.requireBytes(bytes / 2); // is there already
            begun.countDown();
            over.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            Presence.end();
        }
    }

    /** Each of two would fit, and both together would not. */
    @Test
    void letsWorkWaitForTheMemoryOfOtherWork() throws Exception {
        CountDownLatch one = new CountDownLatch(1);
        CountDownLatch two = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        double bytes = 0.7 * HeapRoom.bytes();
        Limits wide = widest();
        Thread first = new Thread(() -> work(bytes, wide, one, over));
        first.start();
        one.await();
        Thread second = new Thread(() -> work(bytes, wide, two, over));
        second.start();
        new Presence(() -> {}, Duration.ZERO).begin();
        assertThatThrownBy(() -> wide.requireBytes(bytes)).isInstanceOf(ComeBackLater.class);
        assertThatCode(() -> wide.requireBytes(1000)).doesNotThrowAnyException();
        Presence.end();

        assertThat(two.await(100, TimeUnit.MILLISECONDS)).isFalse();
        over.countDown();
        assertThat(two.await(20, TimeUnit.SECONDS)).isTrue();
        first.join();
        second.join();
    }

    @Test
    void waitsForNoMemoryWhereTheCallerIsGone() {
        HeapRoom room = new HeapRoom(10, Duration.ZERO);
        Presence caller = new Presence();
        caller.leave();
        assertThatThrownBy(() -> room.exchange(0, 11, Duration.ofMinutes(1), caller::check))
                .isInstanceOf(Presence.CallerGone.class);
        assertThatCode(() -> room.exchange(0, 10, Duration.ZERO, () -> {})).doesNotThrowAnyException();
    }

    /** Each has some, and wants more than there is while the other has that. */
    @Test
    void twoThatNeedMoreThanTheyTookDoNotWaitForEachOther() throws Exception {
        HeapRoom room = new HeapRoom(10, Duration.ofMinutes(1));
        CountDownLatch both = new CountDownLatch(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<Integer>> workers = Stream.of(4, 5)
                .map(some -> threads.submit(() -> {
                    room.exchange(0, some, Duration.ofSeconds(20), () -> {});
                    both.countDown();
                    both.await();
                    room.exchange(some, 9, Duration.ofSeconds(20), () -> {});
                    room.release(9);
                    return some;
                }))
                .toList();
        for (Future<Integer> worker : workers) {
            assertThat(worker.get(10, TimeUnit.SECONDS)).isPositive();
        }
        threads.shutdown();
    }

    /** A file that was read stays in memory while its request waits for more. */
    @Test
    void whatIsFilledIsNotGivenBackWhileMoreIsWaitedFor() throws Exception {
        double all = HeapRoom.bytes();
        Limits wide = widest();
        CountDownLatch waited = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        new Presence(() -> {}, Duration.ZERO).begin();
        wide.fillBytes(0.5 * all);
        Thread other = new Thread(() -> {
            new Presence(() -> {}, Duration.ZERO).begin();
            wide.fillBytes(0.4 * all);
            assertThatThrownBy(() -> wide.requireBytes(0.8 * all)).isInstanceOf(ComeBackLater.class);
            waited.countDown();
            try {
                over.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            Presence.end();
        });
        other.start();
        waited.await();
        assertThatThrownBy(() -> wide.requireBytes(0.65 * all)).isInstanceOf(ComeBackLater.class);
        assertThatCode(() -> wide.requireBytes(0.55 * all)).doesNotThrowAnyException();
        over.countDown();
        other.join();
        assertThatCode(() -> wide.requireBytes(0.95 * all)).doesNotThrowAnyException();
        wide.settleBytes(0);
        other = new Thread(() -> work(0.45 * all, wide, new CountDownLatch(1), over));
        other.start();
        other.join();
        Presence.end();
    }

    @Test
    void whatIsSmallGoesBeforeWhatIsLargeForAWhileOnly() throws Exception {
        HeapRoom room = new HeapRoom(10, Duration.ofSeconds(2));
        room.exchange(0, 5, Duration.ZERO, () -> {});
        CountDownLatch large = new CountDownLatch(1);
        Thread waiting = new Thread(() -> {
            room.exchange(0, 10, Duration.ofSeconds(20), () -> {});
            large.countDown();
        });
        waiting.start();
        Thread.sleep(500);
        room.exchange(0, 3, Duration.ZERO, () -> {});
        room.release(3);
        Thread.sleep(2_000); // its place is kept however often it looks
        assertThatThrownBy(() -> room.exchange(0, 3, Duration.ofMillis(100), () -> {}))
                .isInstanceOf(ComeBackLater.class);
        assertThat(large.getCount()).isOne();
        room.release(5);
        assertThat(large.await(10, TimeUnit.SECONDS)).isTrue();
        waiting.join();
    }

    @Test
    void anEstimateTakesNoMemoryAndWaitsForNone() throws Exception {
        Limits wide = widest();
        double bytes = 0.7 * HeapRoom.bytes();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        Thread other = new Thread(() -> work(bytes, wide, begun, over));
        other.start();
        begun.await();
        new Presence(() -> {}, Duration.ZERO).begin();
        assertThat(Presence.estimating(() -> required(wide, bytes))).isEqualTo(bytes);
        assertThatThrownBy(() -> Presence.estimating(() -> required(wide, 2 * HeapRoom.bytes())))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> wide.requireBytes(bytes)).isInstanceOf(ComeBackLater.class);
        over.countDown();
        other.join();
        wide.requireBytes(bytes);
        wide.settleBytes(bytes / 2);
        assertThat(afterAnother(wide, bytes)).isTrue();
        Presence.end();
    }

    private static double required(Limits limits, double bytes) {
        limits.requireBytes(bytes);
        return bytes;
    }

    /** Whether somebody else gets so much at once. */
    private static boolean afterAnother(Limits limits, double bytes) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Thread other = new Thread(() -> work(bytes / 2, limits, begun, new CountDownLatch(0)));
        other.start();
        other.join();
        return begun.getCount() == 0;
    }
}
