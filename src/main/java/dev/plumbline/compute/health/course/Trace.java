package dev.plumbline.compute.health.course;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A whole run in outline, whatever its length: at most {@value #MOST} blocks of equally many steps, each with mean and
 * scatter of the loss and of the logarithm of the gradient's norm. Where there are more, the blocks become twice as wide, two
 * becoming one. They begin at multiples of their width, so that blocks of two runs lie on each other.
 *
 * @param width steps of a block, a power of two
 */
public record Trace(long width, List<Block> losses, List<Block> norms) {

    static final Trace NONE = new Trace(1, List.of(), List.of());

    private static final int MOST = 128;

    /**
     * Values of some neighbouring steps.
     *
     * @param index times the width is the first step that may be in it
     * @param from the first step that is in it; {@code to} the last one
     * @param squares the sum of squared distances from the mean
     */
    public record Block(long index, long from, long to, long values, double mean, double squares) {

        /** Chan, Golub and LeVeque (1983). */
        Block and(Block other) {
            double n = values + other.values;
            double apart = other.mean - mean;
            return new Block(
                    index,
                    from,
                    other.to,
                    values + other.values,
                    mean + apart * (other.values / n),
                    squares + other.squares + apart * apart * (values * (double) other.values / n));
        }

        Block doubled() {
            return new Block(index / 2, from, to, values, mean, squares);
        }

        double variance() {
            return squares / Math.max(values - 1, 1);
        }
    }

    Trace with(Snapshot next) {
        double loss = Objects.requireNonNullElse(next.loss(), Double.NaN);
        Trace longer =
                new Trace(width, with(losses, next.step(), loss), with(norms, next.step(), Math.log(next.norm())));
        while (longer.losses.size() > MOST || longer.norms.size() > MOST) {
            longer = longer.coarser();
        }
        return longer;
    }

    private List<Block> with(List<Block> blocks, long step, double value) {
        if (!Double.isFinite(value)) {
            return blocks;
        }
        List<Block> longer = new ArrayList<>(blocks);
        append(longer, new Block(step / width, step, step, 1, value, 0));
        return longer;
    }

    private static void append(List<Block> blocks, Block next) {
        int last = blocks.size() - 1;
        if (last >= 0 && blocks.get(last).index() == next.index()) {
            blocks.set(last, blocks.get(last).and(next));
        } else {
            blocks.add(next);
        }
    }

    Trace coarser() {
        return new Trace(2 * width, coarser(losses), coarser(norms));
    }

    private static List<Block> coarser(List<Block> blocks) {
        List<Block> fewer = new ArrayList<>();
        blocks.forEach(block -> append(fewer, block.doubled()));
        return fewer;
    }
}
