package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.InverseFunctions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Linear quantization, {@code q = clip(round(x / scale) + zero, low, high)} and {@code x = scale (q - zero)}. Where it depends on
 * a parameter, rounding passes the derivative straight through and holds what it took away constant, as PyTorch's fake
 * quantization does in training; clipping passes none.
 */
final class Quantization {

    private Quantization() {}

    static void addTo(Map<String, Operator> table) {
        table.put("QuantizeLinear", Quantization::quantize);
        table.put("DequantizeLinear", Quantization::dequantize);
    }

    private static List<Value> quantize(Call call) {
        call.ignore("saturate", "precision");
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Datatype type = call.has(2) ? call.value(2).type() : Datatype.UINT8;
        int asked = call.whole("output_dtype", 0);
        if (asked != 0) {
            type = Constants.datatype(asked);
        }
        double[] range = range(type);
        Node scaled = b.divide(x, aligned(call, 1));
        Node zero = call.has(2) ? aligned(call, 2) : b.constant(0);
        Node rounding = b.unary(UnaryFunction.STOP_GRADIENT, b.subtract(InverseFunctions.round(b, scaled), scaled));
        Node rounded = b.add(b.add(scaled, rounding), zero);
        Node clipped = Compositions.clip(b, rounded, range[0], range[1]);
        boolean learned = call.value(0).learned() || call.value(1).learned();
        return List.of(new Value(clipped, type, learned && !clipped.isConstant()));
    }

    private static double[] range(Datatype type) {
        return switch (type) {
            case UINT8 -> new double[] {0, 255};
            case INT8 -> new double[] {-128, 127};
            case INT16 -> new double[] {-32768, 32767};
            case INT32 -> new double[] {0, 65535}; // what becomes of uint16
            default -> throw Problem.unsupported("", "quantization to this type", type, "8 or 16 bits");
        };
    }

    private static List<Value> dequantize(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node centred = call.has(2) ? b.subtract(x, aligned(call, 2)) : x;
        Node scaled = b.multiply(centred, aligned(call, 1));
        int asked = call.whole("output_dtype", 0);
        Datatype type = asked == 0 ? call.value(1).type() : Constants.datatype(asked);
        boolean learned = call.value(0).learned() || call.value(1).learned();
        return List.of(new Value(scaled, type, learned && !scaled.isConstant()));
    }

    /** A scale or zero point: one number, one for each position along the axis, or one for each block along it. */
    private static Node aligned(Call call, int position) {
        ProgramBuilder b = call.builder();
        Shape x = call.in(0).shape();
        Node given = call.in(position);
        int named = call.whole("axis", 1);
        int block = call.whole("block_size", 0);
        if (given.shape().size() == 1 && given.rank() <= 1) {
            return b.reshape(given, Shape.SCALAR);
        }
        int axis = call.axis(named, x.rank());
        if (given.rank() == 1) {
            if (given.shape().extent(0) != x.extent(axis)) {
                throw Problem.invalid("", "this does not fit the axis", given.shape(), x.extent(axis));
            }
            int[] column = new int[x.rank() - axis];
            Arrays.fill(column, 1);
            column[0] = x.extent(axis);
            return b.reshape(given, Shape.of(column));
        }
        if (block < 1 || given.rank() != x.rank() || (long) given.shape().extent(axis) * block < x.extent(axis)) {
            throw Problem.invalid("", "blocks and scale do not fit", given.shape() + " by " + block, x);
        }
        double[] positions = new double[x.extent(axis)];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i / block;
        }
        return b.gather(given, call.indices(positions), axis);
    }
}
