package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * A body on its way in. It is taken as it comes, and no thread waits for it; once it is here, or will not be taken, the
 * request goes through the filters again, as an asynchronous dispatch.
 *
 * <p>A caller who is refused is heard out, up to a bound, and what he says is dropped: he would not read the answer before.
 */
final class Arrival implements ReadListener, AsyncListener {

    private static final int PIECE = 8 << 10;

    /** Why the body is not taken, and the headers of the answer. */
    record Refusal(ProblemReport report, HttpHeaders headers) {}

    private final AsyncContext exchange;
    private final ServletInputStream input;
    private final @Nullable Intake intake;
    private final Arrivals house;
    private final BodyLimit limit;
    private final Runnable ending;
    private final long started = System.nanoTime();

    private volatile long refused = started;
    private volatile @Nullable Refusal refusal;
    private volatile long count;
    private boolean over;

    /** @param intake null where everything is dropped */
    Arrival(
            AsyncContext exchange,
            ServletInputStream input,
            @Nullable Intake intake,
            @Nullable Refusal refusal,
            Arrivals house,
            BodyLimit limit,
            Runnable ending) {
        this.ending = ending;
        this.exchange = exchange;
        this.input = input;
        this.intake = intake;
        this.refusal = refusal;
        this.house = house;
        this.limit = limit;
    }

    @Nullable
    Refusal refusal() {
        return refusal;
    }

    @Nullable
    Intake intake() {
        return intake;
    }

    @Override
    public void onDataAvailable() throws IOException {
        byte[] piece = new byte[PIECE];
        while (!isOver() && input.isReady()) {
            int read = input.read(piece);
            if (read < 0) {
                return;
            }
            count += read;
            take(piece, read);
        }
    }

    private void take(byte[] piece, int read) {
        Intake open = intake;
        if (refusal == null && open != null) {
            if (count > limit.bytes()) {
                refuse(ProblemReport.of(limit.exceeded("more than " + limit.bytes() + " bytes")));
            } else {
                refusing(() -> open.take(piece, read));
            }
        }
        if (refusal != null && count > house.mostDropped()) {
            goOn();
        }
    }

    @Override
    public void onAllDataRead() {
        Intake open = intake;
        if (refusal == null && open != null) {
            refusing(open::finish);
        }
        goOn();
    }

    /** The caller is gone, or what he sends is no HTTP any more. */
    @Override
    public void onError(Throwable failure) {
        if (refusal == null) {
            refuse(ProblemReport.of(
                    Problem.malformed("", "the body breaks off", count + " bytes", "a whole body, well framed")));
        }
        goOn();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        if (refusal == null) {
            refuse(ProblemReport.of(
                    ProblemType.TOO_SLOW,
                    "The body came too slowly",
                    "%d bytes in %.0f s".formatted(count, age().toMillis() / 1e3),
                    house.terms().expected()));
        }
        goOn();
    }

    @FunctionalInterface
    private interface Taking {
        void take() throws IOException;
    }

    private void refusing(Taking taking) {
        try {
            taking.take();
        } catch (Problem problem) {
            refuse(ProblemReport.of(problem));
        } catch (SpoolRoom.Full full) {
            refuse(Busy.report("There is no room for the body: " + full.getMessage()));
        } catch (IOException disk) {
            house.complain(disk);
            refuse(Storage.report(disk));
        }
    }

    private void refuse(ProblemReport report) {
        HttpHeaders headers =
                report.status() == ProblemType.BUSY.status().value() ? Busy.retryAfter(5) : new HttpHeaders();
        refused = System.nanoTime();
        refusal = new Refusal(report, headers);
        house.drop(intake);
    }

    void end() {
        ending.run();
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    private synchronized boolean isOver() {
        return over;
    }

    private synchronized void goOn() {
        if (!over) {
            over = true;
            house.left(this);
            exchange.dispatch();
        }
    }

    /** Has the container find out that the time is up, on a thread of its own. */
    synchronized void hurry() {
        boolean slow = refusal == null
                ? house.terms().isTooSlow(count, age())
                : System.nanoTime() - refused > Arrivals.HEARD_OUT.toNanos();
        if (!over && slow) {
            exchange.setTimeout(1);
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        house.left(this);
    }

    @Override
    public void onError(AsyncEvent event) {
        house.left(this);
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // The body is here by then.
    }
}
