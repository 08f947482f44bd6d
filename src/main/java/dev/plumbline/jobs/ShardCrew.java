package dev.plumbline.jobs;

import static dev.plumbline.jobs.Patience.patiently;

import dev.plumbline.jobs.Job.Failure;
import dev.plumbline.jobs.JobRuns.Lease;
import dev.plumbline.jobs.ShardStore.Claim;
import dev.plumbline.jobs.ShardStore.HeapId;
import dev.plumbline.jobs.ShardStore.Range;
import dev.plumbline.jobs.ShardStore.Shard;
import dev.plumbline.limits.Presence;
import dev.plumbline.problem.Fault;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Does the shards of a job with whoever else does: takes up one that is free, keeps what comes of it, takes in what others have
 * kept, until the heap has everything. Who leads the job cuts the heap, calls volunteers, and waits for the last of them; a volunteer
 * leaves when there is nothing for it to do.
 */
final class ShardCrew implements Consumer<Piecework> {

    /** The holder of whatever the lead takes up. */
    static final String LEAD = "lead";

    /** Milliseconds between two looks at what others do. */
    private static final long BETWEEN_LOOKS = 50;

    /** Of the bytes that a key's jobs may have, what the shards of one may. */
    private static final int SHARE = 4;

    private final ShardStore store;
    private final Lease lease;
    private final Member member;
    private final JobTerms terms;

    ShardCrew(ShardStore store, Lease lease, Member member, JobTerms terms) {
        this.store = store;
        this.lease = lease;
        this.member = member;
        this.terms = terms;
    }

    /**
     * One who does shards.
     *
     * @param holder who holds what it takes up
     * @param leads whether it leads the job
     */
    record Member(String holder, Presence caller, boolean leads, BooleanSupplier stopping, Events events) {}

    /** What happens on the way. */
    interface Events {

        /** So many shards are open: others may come. */
        boolean begins(long open);

        /** What was kept before has been taken in. */
        void resumed();

        /** One more is kept; throws where somebody else goes first. */
        void kept();
    }

    /** A shard has had all its attempts: the job fails, and the others' results stay. */
    static final class Spent extends RuntimeException {
        private final Failure failure;

        Spent(Failure failure) {
            super(failure.detail(), null, false, false);
            this.failure = failure;
        }

        Failure failure() {
            return failure;
        }
    }

    @Override
    public void accept(Piecework pieces) {
        HeapId heap = HeapId.of(lease.id(), pieces.name());
        List<Shard> shards = ask(() -> store.shards(heap));
        if (shards.isEmpty() && !member.leads()) {
            leave();
        }
        int ahead = 0; // pieces that are done here, whosever they are
        if (shards.isEmpty()) {
            Pilot pilot = Pilot.of(pieces, Runtime.getRuntime().availableProcessors());
            ahead = pilot.pieces();
            shards = ahead == pieces.count() ? List.of() : cut(heap, pieces, pilot.factor());
            if (shards.isEmpty()) {
                work(pieces, ahead, pieces.count());
                return;
            }
        }
        long open = shards.stream().filter(shard -> !shard.done()).count();
        ask(() -> member.events().begins(open));
        Set<Integer> taken = new HashSet<>(); // in, by where they begin
        for (boolean first = true; ; first = false) {
            member.caller().check();
            if (member.leads() || shards.stream().allMatch(Shard::done)) {
                takeIn(heap, pieces, shards, taken);
            }
            if (first) {
                member.events().resumed();
            }
            if (taken.size() == shards.size()) {
                return;
            }
            if (!takesUpOne(new Hand(heap, pieces, ahead), shards, taken)) {
                await(shards);
            }
            shards = ask(() -> store.shards(heap));
        }
    }

    /** Nothing where the heap is too small to be worth it, or too large to be kept. */
    private List<Shard> cut(HeapId heap, Piecework pieces, double factor) {
        List<Range> ranges = Cut.of(pieces, factor);
        long bytes = ranges.stream().mapToLong(Range::bytes).sum();
        if (ranges.size() < 2 || ask(() -> store.bytes(lease.id())) + bytes > terms.bytes() / SHARE) {
            return List.of();
        }
        ask(() -> store.plan(lease, heap, ranges));
        return ask(() -> store.shards(heap));
    }

    private void takeIn(HeapId heap, Piecework pieces, List<Shard> shards, Set<Integer> taken) {
        for (Shard shard : shards) {
            Range range = shard.range();
            if (shard.done() && !taken.contains(range.begins())) {
                ask(() -> store.result(heap, range)).ifPresent(result -> {
                    pieces.put(range.begins(), range.ends(), result);
                    taken.add(range.begins());
                });
            }
        }
    }

    /** A heap, and how many of its first pieces are done here already. */
    private record Hand(HeapId heap, Piecework pieces, int ahead) {}

    private static void work(Piecework pieces, int from, int to) {
        if (from < to) {
            pieces.work(from, to);
        }
    }

    /** The first that is free and nobody else is faster at; whether there was one. */
    private boolean takesUpOne(Hand hand, List<Shard> shards, Set<Integer> taken) {
        for (Shard shard : shards) {
            if (shard.free() && shard.attempts() >= terms.attempts()) {
                if (member.leads()) {
                    throw new Spent(spent(shard));
                }
            } else if (shard.free() && !taken.contains(shard.range().begins())) {
                Optional<Claim> claim = ask(() -> store.claim(hand.heap(), shard.range(), member.holder()));
                if (claim.isPresent()) {
                    work(claim.get(), hand);
                    taken.add(shard.range().begins());
                    member.events().kept();
                    return true;
                }
            }
        }
        return false;
    }

    private void work(Claim claim, Hand hand) {
        Piecework pieces = hand.pieces();
        Range range = claim.range();
        boolean kept = false;
        boolean counted = true;
        try {
            work(pieces, Math.max(range.begins(), hand.ahead()), range.ends());
            byte[] result = pieces.result(range.begins(), range.ends());
            ask(() -> store.keep(
                    claim, result)); // who is refused here has lost the claim: the same bits come from another
            kept = true;
        } catch (Presence.CallerGone gone) {
            counted = false;
            throw gone;
        } finally {
            if (!kept) {
                store.release(claim, counted);
            }
        }
    }

    /** For what others have in hand. Whoever leads sees to the rest. */
    private void await(List<Shard> shards) {
        boolean over = shards.stream().allMatch(Shard::done);
        if (!member.leads() && !over) {
            leave();
        }
        Patience.pause(BETWEEN_LOOKS);
    }

    private void leave() {
        member.caller().leave();
        member.caller().check();
    }

    private Failure spent(Shard shard) {
        return Failure.of(new Fault(
                "The process that did pieces %d to %d of this job died, or met a fault of the service, %d times"
                        .formatted(shard.range().begins(), shard.range().ends() - 1, shard.attempts()),
                shard.attempts() + " attempts",
                "fewer (plumbline.jobs.attempts); the log of the service knows the job by its id"));
    }

    private <T> T ask(Supplier<T> question) {
        return patiently(member.stopping(), question);
    }
}
