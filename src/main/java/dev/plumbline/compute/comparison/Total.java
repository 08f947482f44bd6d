package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import java.util.List;

/** The sum of tensors of one shape, times a factor: what an all-reduce makes of the ranks' parts. */
record Total(List<Numbers> parts, double factor) implements Numbers {

    @Override
    public Shape shape() {
        return parts.get(0).shape();
    }

    @Override
    public Datatype datatype() {
        return parts.get(0).datatype();
    }

    @Override
    public void read(int from, double[] into, int count) {
        double[] part = new double[count];
        parts.get(0).read(from, into, count);
        for (Numbers other : parts.subList(1, parts.size())) {
            other.read(from, part, count);
            for (int i = 0; i < count; i++) {
                into[i] += part[i];
            }
        }
        for (int i = 0; i < count; i++) {
            into[i] *= factor;
        }
    }
}
