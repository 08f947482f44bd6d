package dev.plumbline.jobs;

import java.util.function.Consumer;

/** What one kind of job does; a feature's. */
public interface Work {

    /** The last part of the address whose requests become such jobs, and which keeps their reports. */
    String kind();

    /**
     * Reads the request and says what it costs, without doing it; a {@link dev.plumbline.problem.Problem} where its address
     * would refuse it. It is asked when the request comes and at each attempt, and says the same each time.
     */
    Task prepare(String owner, Inputs inputs);

    /** A request that has been read. */
    interface Task {

        /** Of one core, by estimate. */
        double seconds();

        /**
         * Does it, from the beginning or from what an earlier attempt has left, and tells how far it is; whatever the attempt
         * throws gives it up. Nothing is kept of the report yet.
         */
        Done run(Attempt attempt);

        /** Does {@link Piecework} of it for another process that runs it; whatever the crew throws ends that. */
        default void help(Consumer<Piecework> crew) {}
    }

    /**
     * What came of it.
     *
     * @param id of its report
     * @param report as its address would have answered it
     * @param keep keeps the report with those of its kind; called once at most, in the transaction that ends the job
     */
    record Done(String id, byte[] report, Runnable keep) {}
}
