package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Integers as their types hold them. Programs compute in float64, which goes on where a type ends: what is known then wraps
 * around, as two's complement does; 64-bit integers beyond 2^53, which float64 would round, are refused.
 */
final class IntegerRange {

    /** What files use to say <i>to the end</i>. */
    private static final double ENDLESS = 0x1p62;

    private IntegerRange() {}

    static Value within(ProgramBuilder builder, Value value) {
        if (value.isFloat() || value.type() == Datatype.BOOL || value.items() != null) {
            return value;
        }
        Tensor known = known(builder, value);
        if (known == null || holds(known, value.type())) {
            return value;
        }
        double[] values = new double[known.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = wrapped(known.at(i), value.type());
        }
        Tensor tensor = Tensor.of(known.shape(), value.type(), values);
        return new Value(builder.constant(tensor), value.type(), false);
    }

    private static @Nullable Tensor known(ProgramBuilder builder, Value value) {
        try {
            return builder.knownValue(value.node());
        } catch (Problem later) {
            return null; // an index out of range, which is told where it is looked up
        }
    }

    private static boolean holds(Tensor tensor, Datatype type) {
        for (int i = 0; i < tensor.size(); i++) {
            double value = tensor.at(i);
            if (!type.holds(value) && !(type == Datatype.INT64 && Math.abs(value) >= ENDLESS)) {
                return false;
            }
        }
        return true;
    }

    private static double wrapped(double value, Datatype type) {
        if (type.holds(value)) {
            return value;
        }
        if (!Double.isFinite(value)) {
            throw Problem.invalid("", "integers cannot be divided by zero", value, "a divisor other than 0");
        }
        if (type == Datatype.INT64 || Math.abs(value) > 0x1p53) {
            throw Problem.unsupported(
                    "", "float64 does not hold this integer", value, "integers of at most 2^53 in size");
        }
        double span = Math.scalb(1.0, 8 * type.bytes());
        double low = type == Datatype.UINT8 ? 0 : -span / 2;
        double whole = Math.rint(value);
        return whole - span * Math.floor((whole - low) / span);
    }
}
