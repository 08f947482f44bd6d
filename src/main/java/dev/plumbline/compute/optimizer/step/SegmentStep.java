package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.WeightDecay.Kind;
import dev.plumbline.compute.optimizer.strip.AdaptiveStep;
import dev.plumbline.compute.optimizer.strip.Chunk;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
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

    Movement take(TensorArrays segment) {
        if (optimizer.wholeTensors()) {
            return takeWhole(segment);
        }
        if (!(rule instanceof AdaptiveStep step) || changesGradients() || !Registers.suit(segment.parameters())) {
            return takeByChunks(segment);
        }
        int whole = VectorStep.whole(segment.length());
        Movement movement = new VectorStep(step, clipFactor, keep()).take(segment.window(0, whole));
        return whole == segment.length()
                ? movement
                : movement.and(takeByChunks(segment.window(whole, segment.length() - whole)));
    }

    Movement takeByChunks(TensorArrays segment) {
        Buffers buffers = new Buffers(segment.parameters(), optimizer, runsInPlace() ? 0 : CHUNK);
        Gauge gauge = Gauge.of(segment, norms, !rule.parametersTellOfMoments());
        for (int start = 0; start < segment.length(); start += CHUNK) {
            TensorArrays chunk = segment.window(start, Math.min(CHUNK, segment.length() - start));
            gauge.before(chunk);
            apply(chunk, buffers);
            gauge.after(chunk);
        }
        return gauge.movement(segment.tensor());
    }

    /** Steps on a copy, which is then stored and measured chunk by chunk. */
    private Movement takeWhole(TensorArrays tensor) {
        Chunk chunk = Buffers.copyOf(tensor, optimizer.scratches());
        prepareGradient(chunk);
        decayDecoupled(chunk.parameters());
        if (tensor.length() > 0) {
            rule.apply(chunk);
        }
        Gauge gauge = Gauge.of(tensor, norms, false);
        TensorArrays bare = new TensorArrays(tensor.tensor(), tensor.parameters(), tensor.gradient(), List.of());
        for (int start = 0; start < tensor.length(); start += CHUNK) {
            int length = Math.min(CHUNK, tensor.length() - start);
            TensorArrays window = bare.window(start, length);
            gauge.before(window);
            window.parameters().load(chunk.parameters().window(start, length));
            gauge.after(window);
        }
        boolean finite = true;
        for (int i = 0; i < tensor.slots().size(); i++) {
            tensor.slots().get(i).load(chunk.slot(i));
            finite &= chunk.slot(i).firstNonFinite() < 0;
        }
        Movement moved = gauge.movement(tensor.tensor());
        return new Movement(
                moved.tensor(),
                moved.finite() && finite,
                moved.updateNorm(),
                moved.parameterNorm(),
                moved.gradientNorm());
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
        if (keep() != 1) {
            x.scale(keep());
        }
    }

    /** What decoupled decay leaves of a parameter. */
    private double keep() {
        WeightDecay decay = optimizer.weightDecay();
        return decay.is(Kind.DECOUPLED) && !optimizer.decaysItself() ? 1 - optimizer.learningRate() * decay.rate() : 1;
    }

    /** One worker's working space, a chunk long. */
    private record Buffers(Strip parameters, Strip gradient, List<Strip> slots, List<Strip> scratches) {

        /** @param length elements of the buffers that chunks are loaded into; 0 where they never are */
        Buffers(Strip kind, Optimizer optimizer, int length) {
            this(
                    kind.zeros(length),
                    kind.zeros(length),
                    optimizer.slots().stream().map(slot -> kind.zeros(length)).toList(),
                    Stream.generate(() -> kind.zeros(length))
                            .limit(optimizer.scratches())
                            .toList());
        }

        /** All of a tensor, each array copied to where the others begin. */
        static Chunk copyOf(TensorArrays tensor, int scratches) {
            return new Chunk(
                    tensor.shape(),
                    copy(tensor.parameters()),
                    copy(tensor.gradient()),
                    tensor.slots().stream().map(Buffers::copy).toList(),
                    Stream.generate(() -> tensor.parameters().zeros(tensor.length()))
                            .limit(scratches)
                            .toList());
        }

        private static Strip copy(Strip source) {
            Strip copy = source.zeros(source.length());
            copy.load(source);
            return copy;
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
    }
}
