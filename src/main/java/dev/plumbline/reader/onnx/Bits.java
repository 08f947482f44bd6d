package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.HalfPrecision;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;

/** Operations on the bits of integers, which must be known. */
final class Bits {

    private Bits() {}

    static void addTo(Map<String, Operator> table) {
        table.put("BitwiseAnd", call -> binary(call, (a, b) -> a & b));
        table.put("BitwiseOr", call -> binary(call, (a, b) -> a | b));
        table.put("BitwiseXor", call -> binary(call, (a, b) -> a ^ b));
        table.put("BitwiseNot", Bits::not);
        table.put("BitCast", Bits::reinterpreted);
        table.put("BitShift", call -> {
            boolean left = call.choice("direction", "LEFT", "RIGHT").equals("LEFT");
            return binary(call, (a, b) -> b < 0 || b > 63 ? 0 : left ? a << b : a >> b);
        });
    }

    /** The same bits as another type of the same width; they have no derivative. */
    private static List<Value> reinterpreted(Call call) {
        Datatype from = call.value(0).type();
        Datatype to = Constants.datatype(call.requiredWhole("to"));
        if (from.bytes() != to.bytes() || (from == Datatype.BOOL) != (to == Datatype.BOOL)) {
            throw Problem.unsupported("", "the types have different widths", from + " to " + to, "types of one width");
        }
        Tensor x = call.constant(0);
        return List.of(call.constant(Tensor.of(
                x.shape(), to, x.map(value -> number(to, bits(from, value))).values())));
    }

    private static long bits(Datatype type, double value) {
        return switch (type) {
            case FP64 -> Double.doubleToRawLongBits(value);
            case FP32 -> Float.floatToRawIntBits((float) value);
            case FP16 -> HalfPrecision.toFloat16(value);
            case BF16 -> HalfPrecision.toBfloat16(value);
            default -> (long) value;
        };
    }

    private static double number(Datatype type, long bits) {
        return switch (type) {
            case FP64 -> Double.longBitsToDouble(bits);
            case FP32 -> Float.intBitsToFloat((int) bits);
            case FP16 -> HalfPrecision.fromFloat16((short) bits);
            case BF16 -> HalfPrecision.fromBfloat16((short) bits);
            case UINT8 -> bits & 0xff;
            case INT8 -> (byte) bits;
            default -> bits;
        };
    }

    private static List<Value> not(Call call) {
        Tensor x = call.constant(0);
        boolean unsigned = call.value(0).type() == Datatype.UINT8;
        Tensor result = x.map(value -> unsigned ? 255 - value : -1 - value);
        return List.of(call.constant(Tensor.of(x.shape(), call.value(0).type(), result.values())));
    }

    private static List<Value> binary(Call call, LongBinaryOperator function) {
        call.requireIntegers(0);
        call.requireIntegers(1);
        Tensor a = spread(call, 0);
        Tensor b = spread(call, 1);
        double[] values = new double[a.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = function.applyAsLong((long) a.at(i), (long) b.at(i));
        }
        return List.of(call.constant(Tensor.of(a.shape(), call.value(0).type(), values)));
    }

    /** The known value of an operand, broadcast with the other. */
    private static Tensor spread(Call call, int position) {
        Tensor own = call.constant(position);
        Node zeros = call.builder().multiply(call.in(1 - position), 0);
        Node sum = call.builder().add(call.builder().constant(own), zeros);
        Tensor known = call.builder().knownValue(sum);
        if (known == null) {
            throw Problem.unsupported("", "both operands must be known", "a value computed from parameters", "data");
        }
        return known;
    }
}
