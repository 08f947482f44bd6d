package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import java.util.List;

/** Shards, one behind the other along an axis. They have the same extents along every other axis. */
record Joined(List<Numbers> shards, int axis, Shape shape) implements Numbers {

    static Joined of(List<Numbers> shards, int axis) {
        int[] extents = shards.get(0).shape().extents();
        extents[axis] =
                shards.stream().mapToInt(shard -> shard.shape().extent(axis)).sum();
        return new Joined(shards, axis, Shape.of(extents));
    }

    @Override
    public Datatype datatype() {
        return shards.get(0).datatype();
    }

    @Override
    public void read(int from, double[] into, int count) {
        int stride = shape.strides()[axis];
        int run = shape.extent(axis) * stride;
        double[] piece = new double[Math.min(run, count)];
        int done = 0;
        while (done < count) {
            int block = (from + done) / run;
            int inside = (from + done) % run;
            int before = 0;
            for (Numbers shard : shards) {
                int length = shard.shape().extent(axis) * stride;
                if (inside < before + length) {
                    int taken = Math.min(count - done, before + length - inside);
                    shard.read(block * length + inside - before, piece, taken);
                    System.arraycopy(piece, 0, into, done, taken);
                    done += taken;
                    break;
                }
                before += length;
            }
        }
    }
}
