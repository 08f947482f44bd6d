package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.WeightDecay.Kind;
import java.util.List;
import java.util.stream.Stream;

/**
 * One step over a segment, chunk by chunk, each small enough to stay in the first-level cache.
 *
 * <p>Where the equations need nothing but the arrays themselves they run right on them. Where the gradient must be clipped
 * or decayed first, or working space is needed, the chunk is loaded into buffers that begin at 0 like the working space and
 * stored back afterwards: see {@link Strip} for why. Large float32 tensors under one of the Adam family go through
 * {@link VectorStep}, where the JVM has it.
 */
record SegmentStep(Optimizer optimizer, Rule rule, double clipValue, double clipFactor, boolean norms) {

    static final int CHUNK = 1024;

    /** Whether the JVM was started with what {@link VectorStep} needs. */
    private static final boolean REGISTERS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    /** Smaller tensors, which may never get so far as to be compiled, are faster by chunks. */
    private static final int WORTH_COMPILING = 1 << 16;

    Movement take(TensorArrays segment) {
        if (!(rule instanceof AdaptiveStep step) || changesGradients() || !suitsRegisters(segment)) {
            return takeByChunks(segment);
        }
        int whole = VectorStep.whole(segment.length());
        Movement movement = new VectorStep(step, clipFactor, keep()).take(segment.window(0, whole));
        return whole == segment.length()
                ? movement
                : movement.and(takeByChunks(segment.window(whole, segment.length() - whole)));
    }

    private static boolean suitsRegisters(TensorArrays segment) {
        return REGISTERS && segment.parameters() instanceof FloatStrip && segment.length() >= WORTH_COMPILING;
    }

    /** The ordinary way. */
    Movement takeByChunks(TensorArrays segment) {
        Strip kind = segment.parameters();
        Buffers buffers = new Buffers(kind, optimizer, runsInPlace() ? 0 : CHUNK);
        SumOfSquares before = new SumOfSquares(kind, norms ? CHUNK : 0);
        SumOfSquares moved = new SumOfSquares(kind, norms ? CHUNK : 0);
        SumOfSquares gradient = new SumOfSquares(kind, norms ? CHUNK : 0);
        for (int start = 0; start < segment.length(); start += CHUNK) {
            TensorArrays chunk = segment.window(start, Math.min(CHUNK, segment.length() - start));
            Strip old = buffers.old().window(0, chunk.length());
            if (norms) {
                old.load(chunk.parameters());
                before.add(old);
                gradient.add(buffers.loaded(chunk.gradient()));
            }
            apply(chunk, buffers);
            Strip now = buffers.loaded(chunk.parameters());
            if (norms) {
                moved.addDifference(now, old);
            }
            buffers.mark(now);
            if (!rule.parametersTellOfMoments()) {
                chunk.slots().forEach(slot -> buffers.mark(buffers.loaded(slot)));
            }
        }
        return new Movement(segment.tensor(), buffers.finite(), moved.norm(), before.norm(), gradient.norm());
    }

    private void apply(TensorArrays arrays, Buffers buffers) {
        if (runsInPlace()) {
            decayDecoupled(arrays.parameters());
            rule.apply(new Chunk(arrays.parameters(), arrays.gradient(), arrays.slots(), List.of()));
            return;
        }
        Chunk chunk = buffers.load(arrays);
        prepareGradient(chunk);
        decayDecoupled(chunk.parameters());
        rule.apply(chunk);
        arrays.parameters().load(chunk.parameters());
        for (int i = 0; i < arrays.slots().size(); i++) {
            arrays.slots().get(i).load(chunk.slot(i));
        }
    }

    private boolean runsInPlace() {
        return optimizer.scratches() == 0 && clipFactor == 1 && !changesGradients();
    }

    /** Otherwise than by a factor. */
    private boolean changesGradients() {
        return clipValue < Double.POSITIVE_INFINITY || optimizer.weightDecay().is(Kind.L2);
    }

    private void prepareGradient(Chunk chunk) {
        Strip g = chunk.gradient();
        if (clipValue < Double.POSITIVE_INFINITY) {
            g.clamp(-clipValue, clipValue);
        }
        if (clipFactor != 1) {
            g.scale(clipFactor);
        }
        if (optimizer.weightDecay().is(Kind.L2)) {
            g.accumulate(1, optimizer.weightDecay().rate(), chunk.parameters());
        }
    }

    private void decayDecoupled(Strip x) {
        if (optimizer.weightDecay().is(Kind.DECOUPLED)) {
            x.scale(keep());
        }
    }

    /** What decoupled decay leaves of a parameter. */
    private double keep() {
        WeightDecay decay = optimizer.weightDecay();
        return decay.is(Kind.DECOUPLED) ? 1 - optimizer.learningRate() * decay.rate() : 1;
    }

    /** One worker's working space, a chunk long. */
    private record Buffers(
            Strip old,
            Strip current,
            Strip mark,
            Strip parameters,
            Strip gradient,
            List<Strip> slots,
            List<Strip> scratches) {

        /** @param loaded elements of the buffers that chunks are loaded into; 0 where they never are */
        Buffers(Strip kind, Optimizer optimizer, int loaded) {
            this(
                    kind.zeros(CHUNK),
                    kind.zeros(CHUNK),
                    kind.zeros(CHUNK),
                    kind.zeros(loaded),
                    kind.zeros(loaded),
                    optimizer.slots().stream().map(slot -> kind.zeros(loaded)).toList(),
                    Stream.generate(() -> kind.zeros(loaded))
                            .limit(optimizer.scratches())
                            .toList());
        }

        Chunk load(TensorArrays arrays) {
            int length = arrays.length();
            Chunk chunk = new Chunk(
                    parameters.window(0, length),
                    gradient.window(0, length),
                    slots.stream().map(slot -> slot.window(0, length)).toList(),
                    scratches.stream().map(scratch -> scratch.window(0, length)).toList());
            chunk.parameters().load(arrays.parameters());
            chunk.gradient().load(arrays.gradient());
            for (int i = 0; i < slots.size(); i++) {
                chunk.slot(i).load(arrays.slots().get(i));
            }
            return chunk;
        }

        Strip loaded(Strip source) {
            Strip strip = current.window(0, source.length());
            strip.load(source);
            return strip;
        }

        void mark(Strip values) {
            mark.window(0, values.length()).markNonFinite(values);
        }

        boolean finite() {
            return mark.firstNonFinite() < 0;
        }
    }
}
