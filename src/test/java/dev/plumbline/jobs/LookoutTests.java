package dev.plumbline.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookoutTests {

    /** Jobs that come every second wait 20 ms; one after an hour a quarter of a second; and nobody spins. */
    @ParameterizedTest
    @CsvSource({"0, 10", "400, 10", "1000, 20", "10000, 200", "3600000, 250"})
    void looksTheOftenerTheNearerTheLastJob(long since, long milliseconds) {
        assertThat(Lookout.pause(since)).isEqualTo(milliseconds);
    }

    /** It takes what waits, does not look while it is busy, and goes on after the database was away. */
    @Test
    void takesWhatWaitsAndOutlivesTheDatabase() {
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger rounds = new AtomicInteger();
        new Lookout(
                        () -> rounds.incrementAndGet() <= 5,
                        () -> rounds.get() == 1,
                        () -> {
                            if (looks.incrementAndGet() == 1) {
                                throw new IllegalStateException("the database is away");
                            }
                            return rounds.get() % 2 == 0;
                        },
                        taken::incrementAndGet)
                .run();
        assertThat(looks).hasValue(4); // but for the first round
        assertThat(taken).hasValue(1); // in the fourth: in the second the database was away
    }
}
