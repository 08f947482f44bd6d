package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.strip.Strip;

/** Measures in the language of strips, at any precision, on copies that begin at 0 as the sums do: see {@link Strip} for why. */
final class ChunkGauge implements Gauge {

    private final boolean norms;
    private final boolean slotsToo;
    private final Strip old;
    private final Strip copy;
    private final Strip mark;
    private final SumOfSquares parameters;
    private final SumOfSquares updates;
    private final SumOfSquares gradients;

    ChunkGauge(Strip kind, boolean norms, boolean slotsToo) {
        this.norms = norms;
        this.slotsToo = slotsToo;
        int length = norms ? SegmentStep.CHUNK : 0;
        old = kind.zeros(length);
        copy = kind.zeros(SegmentStep.CHUNK);
        mark = kind.zeros(SegmentStep.CHUNK);
        parameters = new SumOfSquares(kind, length);
        updates = new SumOfSquares(kind, length);
        gradients = new SumOfSquares(kind, length);
    }

    @Override
    public void before(TensorArrays chunk) {
        if (norms) {
            Strip before = old.window(0, chunk.length());
            before.load(chunk.parameters());
            parameters.add(before);
            gradients.add(copied(chunk.gradient()));
        }
    }

    @Override
    public void after(TensorArrays chunk) {
        Strip now = copied(chunk.parameters());
        if (norms) {
            updates.addDifference(now, old.window(0, chunk.length()));
        }
        mark(now);
        if (slotsToo) {
            chunk.slots().forEach(slot -> mark(copied(slot)));
        }
    }

    private Strip copied(Strip source) {
        Strip strip = copy.window(0, source.length());
        strip.load(source);
        return strip;
    }

    private void mark(Strip values) {
        mark.window(0, values.length()).markNonFinite(values);
    }

    @Override
    public Movement movement(String tensor) {
        return new Movement(tensor, mark.firstNonFinite() < 0, updates.norm(), parameters.norm(), gradients.norm());
    }
}
