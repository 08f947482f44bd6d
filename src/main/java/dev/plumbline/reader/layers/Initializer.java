package dev.plumbline.reader.layers;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.SplittableRandom;

/**
 * How a parameter is filled before training. With fanIn the numbers that one output is summed from and fanOut those that
 * one input goes to:
 *
 * <table>
 * <caption>Variance of the values; a uniform one reaches to sqrt(3 variance) on either side</caption>
 * <tr><td>he, heUniform</td><td>2 / fanIn (He et al., 2015)</td></tr>
 * <tr><td>glorot, glorotUniform</td><td>2 / (fanIn + fanOut) (Glorot and Bengio, 2010)</td></tr>
 * <tr><td>leCun, leCunUniform</td><td>1 / fanIn (LeCun et al., 1998)</td></tr>
 * <tr><td>normal</td><td>scale^2</td></tr>
 * <tr><td>uniform</td><td>scale^2 / 3: values within scale of 0</td></tr>
 * <tr><td>zeros, ones, constant</td><td>0</td></tr>
 * </table>
 *
 * <p>A constant is {@code value} everywhere. Values are drawn in row-major order from a {@link SplittableRandom}; normal ones by Box and Muller (1958), the cosine
 * only, in {@link StrictMath}: the same seed gives the same bits on every machine. No framework's values are reproduced.
 */
record Initializer(Kind kind, double scale) {

    enum Kind {
        HE,
        HE_UNIFORM,
        GLOROT,
        GLOROT_UNIFORM,
        LE_CUN,
        LE_CUN_UNIFORM,
        NORMAL,
        UNIFORM,
        ZEROS,
        ONES,
        CONSTANT
    }

    static final Initializer ZEROS = new Initializer(Kind.ZEROS, 0);
    static final Initializer ONES = new Initializer(Kind.ONES, 0);
    static final Initializer GLOROT_UNIFORM = new Initializer(Kind.GLOROT_UNIFORM, 0);
    static final Initializer STANDARD_NORMAL = new Initializer(Kind.NORMAL, 1);

    /** A kind's name, or {@code {"kind": "normal", "scale": 0.01}}. */
    static Initializer of(Attributes layer, String name, Initializer absent) {
        if (!layer.has(name)) {
            return absent;
        }
        Attributes own = layer.nested(name);
        Kind kind = own.choice("kind", Kind.class, null);
        boolean scaled = kind == Kind.NORMAL || kind == Kind.UNIFORM;
        double scale = kind == Kind.CONSTANT ? own.number("value", 0) : scaled ? own.number("scale", 0.05) : 0;
        if (scaled && scale < 0) {
            throw Problem.invalid(own.pointer("scale"), "a scale is not negative", scale, "a number from 0");
        }
        own.requireAllKnown();
        return new Initializer(kind, scale);
    }

    /** Of the bias that a layer has unless {@code bias} is false. */
    static Initializer ofBias(Attributes layer) {
        if (layer.has("biasInitializer") && !layer.flag("bias", true)) {
            throw Problem.invalid(
                    layer.pointer("biasInitializer"), "this layer has no bias", "bias false", "no biasInitializer");
        }
        return of(layer, "biasInitializer", ZEROS);
    }

    Tensor tensor(Shape shape, SplittableRandom random) {
        double[] values = new double[shape.size()];
        double spread = Math.sqrt(variance(shape));
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (kind) {
                case ZEROS -> 0;
                case ONES -> 1;
                case CONSTANT -> scale;
                case HE, GLOROT, LE_CUN, NORMAL -> spread * normal(random);
                case HE_UNIFORM, GLOROT_UNIFORM, LE_CUN_UNIFORM, UNIFORM ->
                    Math.sqrt(3) * spread * (2 * random.nextDouble() - 1);
            };
        }
        return Tensor.of(shape, values);
    }

    private double variance(Shape shape) {
        double receptive = 1;
        for (int axis = 2; axis < shape.rank(); axis++) {
            receptive *= shape.extent(axis);
        }
        double fanOut = shape.rank() > 0 ? shape.extent(0) * receptive : 1;
        double fanIn = shape.rank() > 1 ? shape.extent(1) * receptive : fanOut;
        return switch (kind) {
            case HE, HE_UNIFORM -> 2 / fanIn;
            case GLOROT, GLOROT_UNIFORM -> 2 / (fanIn + fanOut);
            case LE_CUN, LE_CUN_UNIFORM -> 1 / fanIn;
            case NORMAL -> scale * scale;
            case UNIFORM -> scale * scale / 3;
            case ZEROS, ONES, CONSTANT -> 0;
        };
    }

    private static double normal(SplittableRandom random) {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }
}
