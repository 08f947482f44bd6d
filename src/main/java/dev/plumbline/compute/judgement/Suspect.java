package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One tensor whose claim {@code a} fails, as those who look for its mistake see it. */
final class Suspect {

    private final Comparison comparison;
    private final @Nullable Tensor parameter;
    private final double[] claimed;
    private final double[] reference;
    private final double[] allowance;
    private final double unitRoundoff;

    Suspect(Comparison comparison, @Nullable Tensor parameter) {
        this.comparison = comparison;
        this.parameter = parameter != null && parameter.shape().equals(shape(comparison)) ? parameter : null;
        this.claimed = comparison.claimed().values();
        this.reference = comparison.reference().values();
        this.allowance = comparison.allowance().values();
        this.unitRoundoff = unitRoundoff(comparison.claimed());
    }

    private static Shape shape(Comparison comparison) {
        return comparison.claimed().shape();
    }

    /** Of the datatype that the claim was computed in: a float64 file of float32 numbers was computed in float32. */
    private static double unitRoundoff(Tensor claimed) {
        if (claimed.datatype().isFloat() && claimed.datatype() != Datatype.FP64) {
            return claimed.datatype().unitRoundoff();
        }
        return consistsOf(claimed, Datatype.FP32) ? Datatype.FP32.unitRoundoff() : Datatype.FP64.unitRoundoff();
    }

    /** Whether every value is a number of that type. */
    static boolean consistsOf(Tensor tensor, Datatype datatype) {
        for (double value : tensor.values()) {
            if (datatype.round(value) != value) {
                return false;
            }
        }
        return true;
    }

    /** At most {@code most} entries, evenly spread, as a vector. */
    Suspect thinned(int most) {
        int step = size() / most + 1;
        if (step == 1) {
            return this;
        }
        Comparison fewer = new Comparison(
                        name(),
                        thinned(comparison.claimed(), step),
                        thinned(comparison.reference(), step),
                        thinned(comparison.allowance(), step))
                .under(comparison.mask().thinned(step));
        return new Suspect(fewer, parameter == null ? null : thinned(parameter, step));
    }

    private static Tensor thinned(Tensor tensor, int step) {
        double[] values = new double[(tensor.size() - 1) / step + 1];
        for (int k = 0; k < values.length; k++) {
            values[k] = tensor.at(k * step);
        }
        return Tensor.of(Shape.of(values.length), tensor.datatype(), values);
    }

    Comparison comparison() {
        return comparison;
    }

    String name() {
        return comparison.name();
    }

    Shape shape() {
        return shape(comparison);
    }

    int size() {
        return claimed.length;
    }

    double claimed(int i) {
        return claimed[i];
    }

    double reference(int i) {
        return reference[i];
    }

    double allowance(int i) {
        return allowance[i];
    }

    /** The parameter at the point, if it is known. */
    @Nullable
    Tensor parameter() {
        return parameter;
    }

    /** What a few roundings of a number of this size amount to, in the claim's own precision. */
    double rounding(double size) {
        return 3 * unitRoundoff * Math.abs(size);
    }

    /** Whether the entry says anything at all: claim or reference is larger than the allowance. */
    boolean isInformative(int i) {
        return Math.abs(claimed[i]) > allowance[i] || Math.abs(reference[i]) > allowance[i];
    }

    /** Whether the entry counts: any mistake explains one that does not. */
    boolean isJudged(int i) {
        return comparison.isJudged(i);
    }

    boolean isWrong(int i) {
        return Comparison.isBeyond(claimed[i], reference[i], allowance[i]);
    }

    /** The positions of the wrong entries. */
    int[] wrong() {
        return IntStream.range(0, size()).filter(this::isWrong).toArray();
    }

    /** How well {@code predicted}, each entry within its tolerance, explains the claim. */
    Support support(IntToDoubleFunction predicted, IntToDoubleFunction tolerance) {
        double bits = 0;
        double largest = 0;
        for (int i = 0; i < claimed.length; i++) {
            double tolerated = tolerance.applyAsDouble(i);
            if (isJudged(i) && !(Math.abs(claimed[i] - predicted.applyAsDouble(i)) <= tolerated)) {
                return Support.NONE;
            }
            if (bits < Support.AMPLE && isWrong(i)) {
                double gap = Math.abs(claimed[i] - reference[i]);
                double term = Math.min(Support.CAP, Support.choice(gap / tolerated));
                bits += term;
                largest = Math.max(largest, term);
            }
        }
        return new Support(bits, largest);
    }

    /** How well the claim is explained as the reference with its entries in other places. */
    Support rearranged(IntUnaryOperator source) {
        return borrowed(comparison, source);
    }

    /** How well the claim is explained as entries of {@code other}'s reference; source -1 stands for a zero. */
    Support borrowed(Comparison other, IntUnaryOperator source) {
        double[] values = other.reference().values();
        double[] allowances = other.allowance().values();
        return support(
                i -> {
                    int from = source.applyAsInt(i);
                    return from < 0 ? 0 : values[from];
                },
                i -> {
                    int from = source.applyAsInt(i);
                    return from < 0 ? 0 : allowances[from] + rounding(values[from]);
                });
    }
}
