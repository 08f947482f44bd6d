package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Dropout that can be differentiated and repeated. Without a seed it does nothing, as in inference. With one, a share {@code
 * rate} of the numbers is set to 0 and the rest divided by {@code 1 - rate}, by a mask drawn once from the seed for the
 * shape at hand: the same for every evaluation, and so for every mini-batch of a training run.
 */
record Dropout(double rate, @Nullable Long seed) implements Layer {

    static Dropout of(Attributes attributes) {
        double rate = attributes.number("rate", 0.5);
        if (!(rate >= 0 && rate < 1)) {
            throw Problem.invalid(attributes.pointer("rate"), "a rate is a share", rate, "from 0 to below 1");
        }
        return new Dropout(rate, attributes.has("seed") ? (long) attributes.count("seed", 0) : null);
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        return seed == null || rate == 0 ? x : b.multiply(x, b.constant(mask(x.shape(), seed)));
    }

    private Tensor mask(Shape shape, long from) {
        SplittableRandom random = new SplittableRandom(from);
        return Tensor.filled(shape, 1).map(one -> random.nextDouble() < rate ? 0 : one / (1 - rate));
    }
}
