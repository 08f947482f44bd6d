package dev.plumbline.compute.optimizer;

import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.lang.Math.pow;
import static java.lang.Math.sqrt;

import dev.plumbline.compute.optimizer.strip.Chunk;
import dev.plumbline.compute.optimizer.strip.FloatStrip;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import dev.plumbline.tensor.Shape;
import java.util.List;

/**
 * Adafactor (Shazeer and Stern 2018, Algorithms 4 and 5, without momentum): Adam's second moment of a matrix from the means of
 * its rows and columns, at a rate that goes with the size of each tensor.
 *
 * <pre>
 * beta2 = 1 - t^beta2Decay                 0 in step 1, so nothing needs to be corrected
 * row = beta2 row + (1 - beta2) mean over columns of g^2
 * column = beta2 column + (1 - beta2) mean over rows of g^2          v = row column / mean(row)
 * vectors, small matrices:  v = beta2 v + (1 - beta2) g^2
 * u = g / sqrt(v)                          u = u / max(1, rms(u) / clippingThreshold)
 * rate = min(learningRate, 1 / sqrt(t))    if relativeStep, else learningRate
 * step = rate max(epsilon2, rms(x))        if scaleParameter, else rate
 * x = x - step u
 * </pre>
 *
 * Tensors of more than two axes are matrices of their last two. What differs between the libraries:
 *
 * <ul>
 *   <li>{@code floor}: {@code ADDED} is the paper, Transformers, Optax and Keras: g^2 + epsilon1 goes into the moments.
 *       {@code CLAMPED} is PyTorch: mean(row) is at least epsilon1 and sqrt(v) too; there 0 stands for the datatype's machine
 *       epsilon, its {@code None}
 *   <li>{@code factoredFrom}: the smallest extent of a matrix that is factored; 128 in Optax
 *   <li>{@code decayScale}: weight decay is multiplied by the learning rate (PyTorch, Keras), by the step (Transformers), or by
 *       nothing (Optax)
 * </ul>
 *
 * PyTorch's learning rate is only the cap of the relative step. Sums run in float64, whatever the tensors are.
 */
public record Adafactor(
        double learningRate,
        double beta2Decay,
        double epsilon1,
        double epsilon2,
        Floor floor,
        double clippingThreshold,
        boolean relativeStep,
        boolean scaleParameter,
        long factoredFrom,
        DecayScale decayScale,
        WeightDecay weightDecay)
        implements Optimizer {

    /** How epsilon1 keeps v from 0. */
    public enum Floor {
        ADDED,
        CLAMPED
    }

    /** What a decoupled weight decay is multiplied by. */
    public enum DecayScale {
        LEARNING_RATE,
        STEP,
        NOTHING
    }

    public Adafactor {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.require(beta2Decay <= 0 && beta2Decay >= -10, "beta2Decay", beta2Decay, "a number in [-10, 0]");
        Bounds.nonNegative("epsilon1", epsilon1);
        Bounds.nonNegative("epsilon2", epsilon2);
        Bounds.require(clippingThreshold > 0, "clippingThreshold", clippingThreshold, "a number above 0");
        Bounds.require(factoredFrom >= 1, "factoredFrom", factoredFrom, "a whole number, 1 or more");
    }

    public static Adafactor preset(Preset preset) {
        WeightDecay none = WeightDecay.NONE;
        Floor added = Floor.ADDED;
        return switch (preset) {
            case PYTORCH ->
                new Adafactor(1e-2, -0.8, 0, 1e-3, Floor.CLAMPED, 1, true, true, 1, DecayScale.LEARNING_RATE, none);
            case OPTAX -> new Adafactor(1e-2, -0.8, 1e-30, 1e-3, added, 1, false, true, 128, DecayScale.NOTHING, none);
            case KERAS ->
                new Adafactor(1e-3, -0.8, 1e-30, 1e-3, added, 1, true, true, 1, DecayScale.LEARNING_RATE, none);
            case HUGGING_FACE -> new Adafactor(1e-2, -0.8, 1e-30, 1e-3, added, 1, true, true, 1, DecayScale.STEP, none);
            case ND4J, BITSANDBYTES ->
                throw preset.lacks("adafactor", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.HUGGING_FACE);
        };
    }

    @Override
    public Kind kind() {
        return Kind.ADAFACTOR;
    }

    /** Of a matrix row and column, of the others v. */
    @Override
    public List<Slot> slots() {
        return List.of(
                Slot.zeros("row", shape -> factors(shape) ? without(shape, shape.rank() - 1) : null),
                Slot.zeros("column", shape -> factors(shape) ? without(shape, shape.rank() - 2) : null),
                Slot.zeros("v", shape -> factors(shape) ? null : shape));
    }

    private boolean factors(Shape shape) {
        int rank = shape.rank();
        return rank >= 2 && min(shape.extent(rank - 1), shape.extent(rank - 2)) >= factoredFrom;
    }

    private static Shape without(Shape shape, int axis) {
        int[] extents = new int[shape.rank() - 1];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = shape.extent(i < axis ? i : i + 1);
        }
        return Shape.of(extents);
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
        double take = pow(t, beta2Decay);
        double rate = relativeStep ? min(learningRate, 1 / sqrt(t)) : learningRate;
        return chunk -> {
            Strip x = chunk.parameters();
            Strip u = chunk.scratch(0);
            double step = scaleParameter ? rate * max(epsilon2, rms(x)) : rate;
            if (factors(chunk.shape())) {
                divideByFactors(u, chunk, take);
            } else {
                divideByRoot(u, chunk, take);
            }
            x.scale(1 - decay(step));
            x.accumulate(1, -step / max(1, rms(u) / clippingThreshold), u);
        };
    }

    private double decay(double step) {
        double rate = weightDecay.is(WeightDecay.Kind.DECOUPLED) ? weightDecay.rate() : 0;
        return switch (decayScale) {
            case LEARNING_RATE -> rate * learningRate;
            case STEP -> rate * step;
            case NOTHING -> rate;
        };
    }

    private double least(Strip strip) {
        return epsilon1 > 0 ? epsilon1 : Math.ulp(strip instanceof FloatStrip ? 1f : 1d);
    }

    private double square(double g) {
        return floor == Floor.ADDED ? g * g + epsilon1 : g * g;
    }

    private double root(double v, Strip kind) {
        return floor == Floor.ADDED ? sqrt(v) : max(sqrt(v), least(kind));
    }

    /** u = g / sqrt(v). */
    private void divideByRoot(Strip u, Chunk chunk, double take) {
        Strip g = chunk.gradient();
        Strip v = chunk.slot(2);
        for (int i = 0; i < g.length(); i++) {
            v.put(i, v.at(i) + take * (square(g.at(i)) - v.at(i)));
            u.put(i, g.at(i) / root(v.at(i), v));
        }
    }

    /** u = g / sqrt(row column / mean(row)), matrix by matrix. */
    private void divideByFactors(Strip u, Chunk chunk, double take) {
        Shape shape = chunk.shape();
        int rows = shape.extent(shape.rank() - 2);
        int columns = shape.extent(shape.rank() - 1);
        for (int matrix = 0; matrix < u.length() / (rows * columns); matrix++) {
            new Factors(chunk, matrix, rows, columns).divide(u, take);
        }
    }

    /** One matrix of a tensor. */
    private final class Factors {
        private final Strip g;
        private final Strip row;
        private final Strip column;
        private final int rows;
        private final int columns;
        private final int start;

        Factors(Chunk chunk, int matrix, int rows, int columns) {
            this.g = chunk.gradient();
            this.rows = rows;
            this.columns = columns;
            this.start = matrix * rows * columns;
            this.row = chunk.slot(0).window(matrix * rows, rows);
            this.column = chunk.slot(1).window(matrix * columns, columns);
        }

        void divide(Strip u, double take) {
            double[] rowMeans = new double[rows];
            double[] columnMeans = new double[columns];
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    double square = square(g.at(start + i * columns + j));
                    rowMeans[i] += square / columns;
                    columnMeans[j] += square / rows;
                }
            }
            double mean = 0;
            for (int i = 0; i < rows; i++) {
                row.put(i, row.at(i) + take * (rowMeans[i] - row.at(i)));
                mean += row.at(i) / rows;
            }
            for (int j = 0; j < columns; j++) {
                column.put(j, column.at(j) + take * (columnMeans[j] - column.at(j)));
            }
            double divisor = floor == Floor.CLAMPED ? max(mean, least(row)) : mean;
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    int at = start + i * columns + j;
                    u.put(at, g.at(at) / root(row.at(i) / divisor * column.at(j), row));
                }
            }
        }
    }

    private static double rms(Strip strip) {
        return strip.norm() / sqrt(strip.length());
    }
}
