package dev.plumbline.jobs;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.plumbline.problem.Fault;
import dev.plumbline.problem.Problem;
import dev.plumbline.webhook.Told;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job, as its key sees it.
 *
 * @param kind the last part of the address that the request was sent to
 * @param attempts that were begun, and not given back by a process that was shut down
 * @param node that runs it, or ran it last
 * @param estimatedSeconds of one core, before it began
 * @param secondsLeft at the present speed
 * @param error why it failed
 * @param report as the address would have answered it; null in lists
 * @param webhook who is told of its end; null in lists, and where nobody is
 */
public record Job(
        String id,
        String kind,
        State state,
        @Schema(description = "the job's own address") String href,
        Instant createdAt,

        @Schema(description = "when its last attempt began; absent while it waits") @Nullable
        Instant startedAt,

        @Nullable Instant endedAt,

        @Schema(description = "that were begun; one that a shutdown interrupts does not count")
        int attempts,

        @Schema(description = "the machine that runs it, or ran it last") @Nullable
        String node,

        @Schema(description = "of one core, before it began; the order of work goes by it")
        double estimatedSeconds,

        Progress progress,

        @Schema(
                description =
                        "at the speed of late, mostly right within a factor of two; absent before a tenth is done")
        @Nullable
        Double secondsLeft,

        @Schema(description = "why it failed; absent where it did not") @Nullable
        Failure error,

        @Schema(description = "where its report is kept; absent before it is done") @Nullable
        String reportHref,

        @Schema(
                description =
                        "the report as its address would have answered it; absent before it is done, and in lists",
                type = "object",
                additionalProperties = Schema.AdditionalPropertiesValue.TRUE,
                types = {"object", "null"})
        @JsonRawValue
        @Nullable
        String report,

        @Schema(description = "who is told of its end; absent where nobody is, and in lists") @Nullable
        Told webhook) {

    /** Where a job is on its way. */
    public enum State {
        QUEUED,
        RUNNING,
        DONE,
        FAILED,
        CANCELLED;

        boolean isOver() {
            return this != QUEUED && this != RUNNING;
        }
    }

    /**
     * Why a job failed: what its address would have refused it with, or that it could not be run.
     *
     * @param type of a refusal for the same reason; null is {@link Fault#TYPE}, or with a pointer what is invalid
     * @param detail one sentence
     * @param pointer a JSON pointer into the request; null where the request is not to blame
     */
    public record Failure(
            @Schema(description = "as of any problem of this kind; `/problems/internal` for a fault of the service")
            @Nullable
            String type,

            String detail,
            @Nullable String pointer,
            @Nullable String got,
            @Nullable String expected) {

        private static final int LONGEST = 1000;

        public Failure {
            if (type == null) {
                type = pointer == null ? Fault.TYPE : Problem.Code.INVALID.type();
            }
            detail = shortened(detail);
            pointer = pointer == null ? null : shortened(pointer);
            got = got == null ? null : shortened(got);
            expected = expected == null ? null : shortened(expected);
        }

        static Failure of(Problem refused) {
            return new Failure(
                    refused.code().type(), refused.explanation(), refused.pointer(), refused.got(), refused.expected());
        }

        static Failure of(Fault fault) {
            return new Failure(Fault.TYPE, fault.detail(), null, fault.got(), fault.expected());
        }

        /** As a refusal for the same reason is written: a {@link Problem} or a {@link Fault}. */
        Object refusal() {
            for (Problem.Code code : Problem.Code.values()) {
                if (code.type().equals(type)) {
                    return new Problem(code, Objects.requireNonNullElse(pointer, ""), detail, got, expected);
                }
            }
            return new Fault(detail, got, expected);
        }

        private static String shortened(String text) {
            return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        }
    }

    Job with(@Nullable String itsReport, @Nullable Told whoIsTold) {
        return new Job(
                id,
                kind,
                state,
                href,
                createdAt,
                startedAt,
                endedAt,
                attempts,
                node,
                estimatedSeconds,
                progress,
                secondsLeft,
                error,
                reportHref,
                itsReport,
                whoIsTold);
    }

    static String href(String id) {
        return JobController.PATH + "/" + id;
    }
}
