package dev.plumbline.compute.optimizer;

import static java.lang.Math.max;
import static java.lang.Math.pow;
import static java.lang.Math.sqrt;

import dev.plumbline.compute.optimizer.strip.AdaptiveStep;
import dev.plumbline.compute.optimizer.strip.Chunk;
import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import dev.plumbline.tensor.Shape;
import java.util.List;

/**
 * Muon, momentum orthogonalized by Newton and Schulz (Jordan et al. 2024): matrices move by (nearly) the orthogonal matrix
 * next to their momentum, whatever its singular values.
 *
 * <pre>
 * b = momentum b + (1 - momentum) g
 * d = nesterov: (1 - momentum) g + momentum b, else b
 * X = d / ||d||, wide;  newtonSchulzSteps times:  A = X X',  X = 3.4445 X + (-4.7750 A + 2.0315 A A) X
 * x = x (1 - learningRate weightDecay) - learningRate scale X
 * </pre>
 *
 * A tensor of more axes is a matrix of its first axis by all others. Vectors and scalars have no singular values; they take
 * Adam's steps (beta1, beta2, vectorEpsilon) at learningRate vectorRate, undecayed: as Jordan's MuonWithAuxAdam and Optax do,
 * where PyTorch refuses them. What differs:
 *
 * <ul>
 *   <li>{@code scale}: sqrt(max(1, rows / columns)) (Jordan, PyTorch); the other way round, since its kernels lie the other way
 *       (Optax); 0.2 sqrt(max(rows, columns)) (Moonshot, PyTorch's match_rms_adamw)
 *   <li>{@code biasCorrection}: Optax corrects b by 1 - momentum^(t + 1) and g by 1 - momentum^t (b by 1 - momentum^t without
 *       Nesterov); the others do not
 *   <li>{@code norm}: epsilon is added to ||d|| (Jordan, Optax) or is its smallest value (PyTorch)
 * </ul>
 *
 * <p>Iterated here in float64, once rounded. Jordan and PyTorch iterate in bfloat16, which this is no oracle of: with PyTorch
 * 1.13 on a processor, entries of their X differed from the exact one by 5 to 19 parts in 100 of its largest entry (18 random
 * matrices from 3 x 4 to 256 x 512), and by as much from one another where only the order of rounding differs. So no check
 * can tell a bfloat16 step's last digits: one that is near is not accused, and not recognised either.
 */
public record Muon(
        double learningRate,
        double momentum,
        boolean nesterov,
        long newtonSchulzSteps,
        double epsilon,
        Norm norm,
        boolean biasCorrection,
        Scale scale,
        double vectorRate,
        double beta1,
        double beta2,
        double vectorEpsilon,
        WeightDecay weightDecay)
        implements Optimizer {

    /** How epsilon keeps ||d|| from 0. */
    public enum Norm {
        ADDED,
        CLAMPED
    }

    /** What the orthogonal matrix is multiplied by. */
    public enum Scale {
        ROWS_OVER_COLUMNS,
        COLUMNS_OVER_ROWS,
        MATCH_RMS_ADAMW;

        double of(int rows, int columns) {
            return switch (this) {
                case ROWS_OVER_COLUMNS -> sqrt(max(1, (double) rows / columns));
                case COLUMNS_OVER_ROWS -> sqrt(max(1, (double) columns / rows));
                case MATCH_RMS_ADAMW -> 0.2 * sqrt(max(rows, columns));
            };
        }
    }

    public Muon {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.fraction("momentum", momentum);
        Bounds.nonNegative("epsilon", epsilon);
        Bounds.require(
                newtonSchulzSteps >= 1 && newtonSchulzSteps < 100,
                "newtonSchulzSteps",
                newtonSchulzSteps,
                "a whole number from 1 to 99");
        Bounds.nonNegative("vectorRate", vectorRate);
        Bounds.fraction("beta1", beta1);
        Bounds.fraction("beta2", beta2);
        Bounds.nonNegative("vectorEpsilon", vectorEpsilon);
    }

    public static Muon preset(Preset preset) {
        return switch (preset) {
            case PYTORCH ->
                new Muon(
                        1e-3,
                        0.95,
                        true,
                        5,
                        1e-7,
                        Norm.CLAMPED,
                        false,
                        Scale.ROWS_OVER_COLUMNS,
                        1,
                        0.9,
                        0.999,
                        1e-8,
                        WeightDecay.decoupled(0.1));
            case OPTAX ->
                new Muon(
                        1e-3,
                        0.95,
                        true,
                        5,
                        1e-8,
                        Norm.ADDED,
                        true,
                        Scale.COLUMNS_OVER_ROWS,
                        1,
                        0.9,
                        0.999,
                        1e-8,
                        WeightDecay.NONE);
            case KERAS, ND4J, HUGGING_FACE, BITSANDBYTES -> throw preset.lacks("muon", Preset.PYTORCH, Preset.OPTAX);
        };
    }

    @Override
    public Kind kind() {
        return Kind.MUON;
    }

    /** Of a matrix the momentum, of a vector Adam's moments. */
    @Override
    public List<Slot> slots() {
        return List.of(
                Slot.zeros("momentum", shape -> isMatrix(shape) ? shape : null),
                Slot.zeros("m", shape -> isMatrix(shape) ? null : shape),
                Slot.zeros("v", shape -> isMatrix(shape) ? null : shape));
    }

    private static boolean isMatrix(Shape shape) {
        return shape.rank() >= 2;
    }

    @Override
    public boolean wholeTensors() {
        return true;
    }

    @Override
    public boolean decaysItself() {
        return true;
    }

    @Override
    public int scratches() {
        return 1;
    }

    @Override
    public Rule rule(long t) {
        double vectorMeanRate = learningRate * vectorRate / (1 - pow(beta1, t));
        Root root = Epsilon.STANDARD.root(vectorEpsilon, 1 - pow(beta2, t));
        AdaptiveStep vectors = new AdaptiveStep(beta1, beta2, vectorMeanRate, root);
        return chunk -> {
            if (isMatrix(chunk.shape())) {
                stepMatrix(chunk, t);
            } else {
                chunk.parameters().adapt(chunk.gradient(), chunk.slot(1), chunk.slot(2), vectors);
            }
        };
    }

    private void stepMatrix(Chunk chunk, long t) {
        Strip x = chunk.parameters();
        Strip g = chunk.gradient();
        Strip b = chunk.slot(0);
        Strip d = chunk.scratch(0);
        b.accumulate(momentum, 1 - momentum, g);
        double ofMean = nesterov ? momentum : 1;
        double ofGradient = nesterov ? 1 - momentum : 0;
        if (biasCorrection) {
            ofMean /= 1 - pow(momentum, nesterov ? t + 1 : t);
            ofGradient /= 1 - pow(momentum, t);
        }
        d.load(b);
        d.accumulate(ofMean, ofGradient, g);
        int rows = chunk.shape().extent(0);
        int columns = d.length() / rows;
        orthogonalize(d, rows, columns);
        double decay = weightDecay.is(WeightDecay.Kind.DECOUPLED) ? learningRate * weightDecay.rate() : 0;
        x.scale(1 - decay);
        x.accumulate(1, -learningRate * scale.of(rows, columns), d);
    }

    private void orthogonalize(Strip d, int rows, int columns) {
        double size = norm == Norm.ADDED ? d.norm() + epsilon : max(d.norm(), epsilon);
        boolean tall = rows > columns;
        double[][] wide = new double[Math.min(rows, columns)][max(rows, columns)];
        for (int i = 0; i < d.length(); i++) {
            int row = i / columns;
            int column = i % columns;
            wide[tall ? column : row][tall ? row : column] = size == 0 ? 0 : d.at(i) / size;
        }
        double[][] orthogonal = NewtonSchulz.orthogonalized(wide, newtonSchulzSteps);
        for (int i = 0; i < d.length(); i++) {
            int row = i / columns;
            int column = i % columns;
            d.put(i, orthogonal[tall ? column : row][tall ? row : column]);
        }
    }
}
