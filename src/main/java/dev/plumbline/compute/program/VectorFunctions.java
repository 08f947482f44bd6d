package dev.plumbline.compute.program;

import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The functions of {@link SmoothFunctions} on whole vector registers: the same operations in the same order, and so the same bits
 * (held by a test). A register with an argument that is not usual is computed one by one. Must not be touched where the JVM lacks
 * {@code jdk.incubator.vector}.
 *
 * <p>Each loop stands whole in its method. A register that is handed to a method that HotSpot does not inline becomes an object, and
 * the loop five to eight times as slow; so does one that is assigned on both sides of a branch.
 *
 * @see <a href="https://openjdk.org/jeps/414">JEP 414</a>
 */
final class VectorFunctions {

    private static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;

    private VectorFunctions() {}

    /** {@code e^x} of the first whole registers; how many numbers they are. */
    static int exp(double[] x, double[] y, int length) {
        int whole = LANES.loopBound(length);
        for (int i = 0; i < whole; i += LANES.length()) {
            DoubleVector v = DoubleVector.fromArray(LANES, x, i);
            if (!v.lanewise(VectorOperators.ABS)
                    .compare(VectorOperators.LE, SmoothFunctions.MOST_EXPONENT)
                    .allTrue()) {
                oneByOne(SmoothFunctions::exp, x, y, i);
                continue;
            }
            DoubleVector rounded = v.mul(SmoothFunctions.LOG2_E).add(SmoothFunctions.MAGIC);
            DoubleVector k = rounded.sub(SmoothFunctions.MAGIC);
            DoubleVector top = v.sub(k.mul(SmoothFunctions.LN2_HIGH));
            DoubleVector bottom = k.mul(SmoothFunctions.LN2_LOW);
            DoubleVector r = top.sub(bottom);
            DoubleVector rest = top.sub(r).sub(bottom);
            DoubleVector r2 = r.mul(r);
            DoubleVector r4 = r2.mul(r2);
            DoubleVector low = r.mul(0.16666666666666669)
                    .add(0.5000000000000001)
                    .add(r.mul(0.008333333333330062).add(0.04166666666662413).mul(r2));
            DoubleVector middle = r.mul(0.0001984126986305428)
                    .add(0.0013888888917214578)
                    .add(r.mul(2.755726845896983e-06).add(2.480152129461859e-05).mul(r2));
            DoubleVector high = r.mul(2.5100385984118463e-08).add(2.7620089080782014e-07);
            DoubleVector after = low.add(middle.mul(r4)).add(high.mul(r4).mul(r4));
            DoubleVector power = rounded.reinterpretAsLongs()
                    .add(1023)
                    .lanewise(VectorOperators.LSHL, 52)
                    .reinterpretAsDoubles();
            r.add(r2.mul(after).add(rest)).add(1).mul(power).intoArray(y, i);
        }
        return whole;
    }

    static int tanh(double[] x, double[] y) {
        int whole = LANES.loopBound(y.length);
        for (int i = 0; i < whole; i += LANES.length()) {
            DoubleVector v = DoubleVector.fromArray(LANES, x, i);
            DoubleVector twice = v.lanewise(VectorOperators.ABS)
                    .min(SmoothFunctions.SATURATED)
                    .mul(-2);
            DoubleVector rounded = twice.mul(SmoothFunctions.LOG2_E).add(SmoothFunctions.MAGIC);
            DoubleVector k = rounded.sub(SmoothFunctions.MAGIC);
            DoubleVector top = twice.sub(k.mul(SmoothFunctions.LN2_HIGH));
            DoubleVector bottom = k.mul(SmoothFunctions.LN2_LOW);
            DoubleVector r = top.sub(bottom);
            DoubleVector rest = top.sub(r).sub(bottom);
            DoubleVector r2 = r.mul(r);
            DoubleVector r4 = r2.mul(r2);
            DoubleVector low = r.mul(0.16666666666666669)
                    .add(0.5000000000000001)
                    .add(r.mul(0.008333333333330062).add(0.04166666666662413).mul(r2));
            DoubleVector middle = r.mul(0.0001984126986305428)
                    .add(0.0013888888917214578)
                    .add(r.mul(2.755726845896983e-06).add(2.480152129461859e-05).mul(r2));
            DoubleVector high = r.mul(2.5100385984118463e-08).add(2.7620089080782014e-07);
            DoubleVector after = low.add(middle.mul(r4)).add(high.mul(r4).mul(r4));
            DoubleVector power = rounded.reinterpretAsLongs()
                    .add(1023)
                    .lanewise(VectorOperators.LSHL, 52)
                    .reinterpretAsDoubles();
            DoubleVector decay = r.add(r2.mul(after).add(rest)).mul(power).add(power.sub(1));
            LongVector size = decay.div(decay.add(2)).reinterpretAsLongs().and(Long.MAX_VALUE);
            size.or(v.reinterpretAsLongs().and(Long.MIN_VALUE))
                    .reinterpretAsDoubles()
                    .intoArray(y, i);
        }
        return whole;
    }

    static int sigmoid(double[] x, double[] y) {
        int whole = LANES.loopBound(y.length);
        for (int i = 0; i < whole; i += LANES.length()) {
            DoubleVector v = DoubleVector.fromArray(LANES, x, i);
            if (!v.compare(VectorOperators.GE, -SmoothFunctions.MOST_EXPONENT).allTrue()) {
                oneByOne(SmoothFunctions::sigmoid, x, y, i);
                continue;
            }
            DoubleVector down = v.lanewise(VectorOperators.ABS)
                    .min(SmoothFunctions.MOST_EXPONENT)
                    .neg();
            DoubleVector rounded = down.mul(SmoothFunctions.LOG2_E).add(SmoothFunctions.MAGIC);
            DoubleVector k = rounded.sub(SmoothFunctions.MAGIC);
            DoubleVector top = down.sub(k.mul(SmoothFunctions.LN2_HIGH));
            DoubleVector bottom = k.mul(SmoothFunctions.LN2_LOW);
            DoubleVector r = top.sub(bottom);
            DoubleVector rest = top.sub(r).sub(bottom);
            DoubleVector r2 = r.mul(r);
            DoubleVector r4 = r2.mul(r2);
            DoubleVector low = r.mul(0.16666666666666669)
                    .add(0.5000000000000001)
                    .add(r.mul(0.008333333333330062).add(0.04166666666662413).mul(r2));
            DoubleVector middle = r.mul(0.0001984126986305428)
                    .add(0.0013888888917214578)
                    .add(r.mul(2.755726845896983e-06).add(2.480152129461859e-05).mul(r2));
            DoubleVector high = r.mul(2.5100385984118463e-08).add(2.7620089080782014e-07);
            DoubleVector after = low.add(middle.mul(r4)).add(high.mul(r4).mul(r4));
            DoubleVector power = rounded.reinterpretAsLongs()
                    .add(1023)
                    .lanewise(VectorOperators.LSHL, 52)
                    .reinterpretAsDoubles();
            DoubleVector decay = r.add(r2.mul(after).add(rest)).add(1).mul(power);
            DoubleVector.broadcast(LANES, 1)
                    .blend(decay, v.compare(VectorOperators.LT, 0))
                    .div(decay.add(1))
                    .intoArray(y, i);
        }
        return whole;
    }

    /**
     * The error function of whole registers.
     *
     * @param decays {@code e^(-far^2)}, from 0 on
     * @return how many numbers they are
     */
    static int erf(double[] x, double[] y, int from, int count, double[] decays) {
        int whole = LANES.loopBound(count);
        for (int i = 0; i < whole; i += LANES.length()) {
            DoubleVector v = DoubleVector.fromArray(LANES, x, from + i);
            DoubleVector near = v.min(1).max(-1);
            DoubleVector z = near.mul(near);
            DoubleVector inside = z.mul(-7.798543850549947e-10)
                    .add(1.3721520406351094e-08)
                    .mul(z)
                    .add(-1.6208829856810202e-07)
                    .mul(z)
                    .add(1.6447471190594618e-06)
                    .mul(z)
                    .add(-1.4924740785377576e-05)
                    .mul(z)
                    .add(0.00012055295112667001)
                    .mul(z)
                    .add(-0.0008548325982543225)
                    .mul(z)
                    .add(0.005223977607269946)
                    .mul(z)
                    .add(-0.026866170643256995)
                    .mul(z)
                    .add(0.1128379167094513)
                    .mul(z)
                    .add(-0.37612638903183543)
                    .mul(z)
                    .add(1.1283791670955126);
            DoubleVector far = v.lanewise(VectorOperators.ABS).max(1).min(6);
            DoubleVector t = DoubleVector.broadcast(LANES, 9.6).div(far.add(2)).sub(2.2);
            DoubleVector scaled = t.mul(1.8387975053360618e-11)
                    .add(-7.289620091064385e-11)
                    .mul(t)
                    .add(-2.6260844505113417e-10)
                    .mul(t)
                    .add(2.622321114247012e-09)
                    .mul(t)
                    .add(-5.937584299614852e-10)
                    .mul(t)
                    .add(-7.005166584109191e-08)
                    .mul(t)
                    .add(1.6350178932803755e-07)
                    .mul(t)
                    .add(1.9795611364327234e-06)
                    .mul(t)
                    .add(-7.340518553134352e-06)
                    .mul(t)
                    .add(-8.079220411167214e-05)
                    .mul(t)
                    .add(0.0001971391778048136)
                    .mul(t)
                    .add(0.005588816281825079)
                    .mul(t)
                    .add(0.03856057042517876)
                    .mul(t)
                    .add(0.1618935680410254)
                    .mul(t)
                    .add(0.22142954022993183);
            DoubleVector tail = DoubleVector.fromArray(LANES, decays, i).mul(scaled);
            DoubleVector outside = tail.neg().add(1).sub(SmoothFunctions.ERF_OF_ONE);
            near.mul(inside).add(near.mul(outside)).intoArray(y, from + i);
        }
        return whole;
    }

    static int log(double[] x, double[] y) {
        int whole = LANES.loopBound(y.length);
        for (int i = 0; i < whole; i += LANES.length()) {
            DoubleVector v = DoubleVector.fromArray(LANES, x, i);
            VectorMask<Double> usual = v.compare(VectorOperators.GE, Double.MIN_NORMAL)
                    .and(v.compare(VectorOperators.LT, Double.POSITIVE_INFINITY));
            if (!usual.allTrue()) {
                oneByOne(SmoothFunctions::log, x, y, i);
                continue;
            }
            LongVector bits = v.reinterpretAsLongs().add(SmoothFunctions.ONE - SmoothFunctions.ROOT_HALF);
            DoubleVector k = bits.lanewise(VectorOperators.LSHR, 52)
                    .or(0x4330000000000000L) // 2^52 and the exponent
                    .reinterpretAsDoubles()
                    .sub(0x1p52 + 1023);
            DoubleVector f = bits.and(SmoothFunctions.MANTISSA)
                    .add(SmoothFunctions.ROOT_HALF)
                    .reinterpretAsDoubles()
                    .sub(1);
            DoubleVector s = f.div(f.add(2));
            DoubleVector z = s.mul(s);
            DoubleVector z2 = z.mul(z);
            DoubleVector odd = z.mul(0.3999999999989889)
                    .add(0.666666666666667)
                    .add(z.mul(0.22222211089379496).add(0.28571428626253836).mul(z2))
                    .add(z.mul(0.15331611722055008)
                            .add(0.1818289243253687)
                            .add(z2.mul(0.14617807153417325))
                            .mul(z2.mul(z2)));
            DoubleVector half = f.mul(f).mul(0.5);
            DoubleVector low = s.mul(half.add(z.mul(odd))).add(k.mul(SmoothFunctions.LN2_LOW));
            k.mul(SmoothFunctions.LN2_HIGH).sub(half.sub(low).sub(f)).intoArray(y, i);
        }
        return whole;
    }

    /** The sine of x and so many quarter turns more. */
    static int turned(double[] x, double[] y, int more) {
        int whole = LANES.loopBound(y.length);
        for (int i = 0; i < whole; i += LANES.length()) {
            DoubleVector v = DoubleVector.fromArray(LANES, x, i);
            if (!v.lanewise(VectorOperators.ABS)
                    .compare(VectorOperators.LE, SmoothFunctions.MOST_ANGLE)
                    .allTrue()) {
                oneByOne(more == 0 ? SmoothFunctions::sin : SmoothFunctions::cos, x, y, i);
                continue;
            }
            DoubleVector rounded = v.mul(SmoothFunctions.QUARTERS).add(SmoothFunctions.MAGIC);
            DoubleVector k = rounded.sub(SmoothFunctions.MAGIC);
            DoubleVector high = v.sub(k.mul(SmoothFunctions.QUARTER_HIGH));
            DoubleVector middle = k.mul(SmoothFunctions.QUARTER_MIDDLE);
            DoubleVector first = high.sub(middle);
            DoubleVector low = high.sub(first).sub(middle).sub(k.mul(SmoothFunctions.QUARTER_LOW));
            DoubleVector r = first.sub(DoubleVector.zero(LANES).sub(low));
            DoubleVector rest = first.sub(r).add(low);
            DoubleVector z = r.mul(r);
            DoubleVector z2 = z.mul(z);
            DoubleVector sin = z.mul(0.008333333333330936)
                    .sub(0.16666666666666666)
                    .add(z.mul(2.7557316093198404e-06)
                            .sub(0.00019841269836740532)
                            .mul(z2))
                    .add(z.mul(1.5917988979397435e-10)
                            .sub(2.5051129896450185e-08)
                            .mul(z2.mul(z2)));
            DoubleVector half = z.mul(0.5);
            DoubleVector most = half.neg().add(1);
            DoubleVector less = DoubleVector.zero(LANES).sub(r.mul(z).mul(sin).add(rest.mul(most)));
            DoubleVector odd = r.sub(less);
            DoubleVector cos = z.mul(-0.0013888888888887389)
                    .add(0.041666666666666664)
                    .add(z.mul(-2.755731726587808e-07).add(2.48015872987544e-05).mul(z2))
                    .add(z.mul(-1.138254464534925e-11)
                            .add(2.087614504941318e-09)
                            .mul(z2.mul(z2)));
            DoubleVector lost = most.neg().add(1).sub(half);
            DoubleVector even = most.add(lost.add(z2.mul(cos).sub(r.mul(rest))));
            LongVector quarters = rounded.reinterpretAsLongs().add(more);
            LongVector sign = quarters.and(2).lanewise(VectorOperators.LSHL, 62);
            VectorMask<Long> isEven = quarters.and(1).compare(VectorOperators.NE, 0);
            odd.blend(even, isEven.cast(LANES))
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.XOR, sign)
                    .reinterpretAsDoubles()
                    .intoArray(y, i);
        }
        return whole;
    }

    private static void oneByOne(DoubleUnaryOperator function, double[] x, double[] y, int from) {
        for (int i = from; i < from + LANES.length(); i++) {
            y[i] = function.applyAsDouble(x[i]);
        }
    }
}
