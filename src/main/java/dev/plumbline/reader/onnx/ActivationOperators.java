package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Activations;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Activation functions, softmax, Clip and Dropout. */
final class ActivationOperators {

    private static final double FLOAT32_MAX = 3.4028234e38;

    private ActivationOperators() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Relu", function(UnaryFunction.RELU));
        table.put("Sigmoid", function(UnaryFunction.SIGMOID));
        table.put("Tanh", function(UnaryFunction.TANH));
        table.put("Softplus", function(UnaryFunction.SOFTPLUS));
        table.put("LeakyRelu", Call.one(call -> call.builder().leakyRelu(call.in(0), call.number("alpha", 0.01))));
        table.put("PRelu", ActivationOperators::prelu);
        table.put(
                "ThresholdedRelu",
                Call.one(call -> Activations.threshold(call.builder(), call.in(0), call.number("alpha", 1), 0)));
        table.put("Elu", Call.one(call -> Compositions.elu(call.builder(), call.in(0), call.number("alpha", 1))));
        table.put(
                "Selu",
                Call.one(call -> Activations.selu(
                        call.builder(),
                        call.in(0),
                        call.number("alpha", Activations.SELU_ALPHA),
                        call.number("gamma", Activations.SELU_SCALE))));
        table.put("Celu", ActivationOperators::celu);
        table.put(
                "HardSigmoid",
                Call.one(call ->
                        hardSigmoid(call.builder(), call.in(0), call.number("alpha", 0.2), call.number("beta", 0.5))));
        table.put("HardSwish", Call.one(call -> call.builder()
                .multiply(call.in(0), hardSigmoid(call.builder(), call.in(0), 1.0 / 6, 0.5))));
        table.put("Mish", Call.one(call -> Activations.mish(call.builder(), call.in(0))));
        table.put("Swish", Call.one(call -> Activations.swish(call.builder(), call.in(0), call.number("alpha", 1))));
        table.put("SwiGLU", ActivationOperators::gatedSwish);
        table.put("Shrink", ActivationOperators::shrink);
        table.put("Gelu", ActivationOperators::gelu);
        table.put("Softsign", Call.one(call -> Activations.softsign(call.builder(), call.in(0))));
        softmax(table, "Softmax", Compositions::softmax);
        softmax(table, "LogSoftmax", Compositions::logSoftmax);
        softmax(table, "Hardmax", ActivationOperators::hardmax);
        table.put("Clip", ActivationOperators::clip);
        table.put("Dropout", ActivationOperators::dropout);
    }

    private static Operator function(UnaryFunction function) {
        return Call.one(call -> call.builder().unary(function, call.in(0)));
    }

    /** {@code x} where x > 0, else {@code slope x}: at 0 the slope, as in PyTorch. */
    private static List<Value> prelu(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node slope = call.opset() < 7 ? Normalizations.alongChannels(b, call.in(1), x.rank()) : call.in(1);
        Node sloped = Activations.prelu(b, x, slope);
        if (!sloped.shape().equals(x.shape())) {
            throw Problem.invalid(
                    "", "the slope does not fit", call.in(1).shape(), "a shape that broadcasts to " + x.shape());
        }
        return call.result(sloped);
    }

    private static List<Value> celu(Call call) {
        double alpha = call.number("alpha", 1);
        if (!(alpha > 0)) {
            throw Problem.invalid("", "attribute alpha must be positive", alpha, "a number above 0");
        }
        return call.result(Activations.celu(call.builder(), call.in(0), alpha));
    }

    static Node hardSigmoid(ProgramBuilder b, Node x, double alpha, double beta) {
        return Compositions.clip(b, b.add(b.multiply(x, alpha), b.constant(beta)), 0, 1);
    }

    private static List<Value> gelu(Call call) {
        boolean tanh = call.choice("approximate", "none", "tanh").equals("tanh");
        return call.result(
                tanh
                        ? Compositions.geluTanh(call.builder(), call.in(0))
                        : Compositions.gelu(call.builder(), call.in(0)));
    }

    /** {@code swish(a) b}. */
    private static List<Value> gatedSwish(Call call) {
        call.requireShape(1, call.in(0).shape());
        Node gate = Activations.swish(call.builder(), call.in(0), call.number("alpha", 1));
        return call.result(call.builder().multiply(gate, call.in(1)));
    }

    /** {@code x + bias} below -lambd, {@code x - bias} above lambd, 0 between. */
    private static List<Value> shrink(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node bias = b.constant(call.number("bias", 0));
        double lambda = call.number("lambd", 0.5);
        Node below = b.binary(BinaryFunction.LESS, x, b.constant(-lambda));
        Node above = b.binary(BinaryFunction.LESS, b.constant(lambda), x);
        return call.result(b.select(below, b.add(x, bias), b.select(above, b.subtract(x, bias), b.constant(0))));
    }

    private interface AlongAxis {
        Node of(ProgramBuilder b, Node x, int axis);
    }

    /** Until opset 12 over all axes from {@code axis} on together; since then along one axis. */
    private static void softmax(Map<String, Operator> table, String name, AlongAxis function) {
        Operator together = Call.one(call -> {
            Shape shape = call.in(0).shape();
            Shape matrix = Reshaping.matrix(call, shape, call.whole("axis", 1));
            Node rows = call.builder().reshape(call.in(0), matrix);
            return call.builder().reshape(function.of(call.builder(), rows, 1), shape);
        });
        Operator along = Call.one(call -> function.of(
                call.builder(),
                call.in(0),
                call.axis(call.whole("axis", -1), call.in(0).rank())));
        table.put(name, Versions.first(together).since(13, along));
    }

    /** 1 at the first of the largest, 0 elsewhere. */
    private static Node hardmax(ProgramBuilder b, Node x, int axis) {
        Node largest = b.restoreAxes(Reductions.extreme(b, x, axis, false), x.shape(), axis);
        double[] positions =
                IntStream.range(0, x.shape().extent(axis)).asDoubleStream().toArray();
        int[] column = new int[x.rank() - axis];
        Arrays.fill(column, 1);
        column[0] = positions.length;
        return b.binary(BinaryFunction.EQUAL, largest, b.constant(Tensor.of(Shape.of(column), positions)));
    }

    private static List<Value> clip(Call call) {
        ProgramBuilder b = call.builder();
        boolean inputs = call.opset() >= 11;
        Node low = inputs ? bound(call, 1) : bound(b, call.number("min", -FLOAT32_MAX));
        Node high = inputs ? bound(call, 2) : bound(b, call.number("max", FLOAT32_MAX));
        Node clipped = call.in(0);
        // The upper bound wins where the two contradict each other.
        clipped = low == null ? clipped : b.binary(BinaryFunction.MAXIMUM, clipped, low);
        return call.result(high == null ? clipped : b.binary(BinaryFunction.MINIMUM, clipped, high));
    }

    private static @Nullable Node bound(ProgramBuilder b, double value) {
        return Math.abs(value) >= FLOAT32_MAX ? null : b.constant(value);
    }

    private static @Nullable Node bound(Call call, int position) {
        if (!call.has(position)) {
            return null;
        }
        Node bound = call.in(position);
        if (bound.shape().size() != 1) {
            throw Problem.invalid("", "a bound must be one number", bound.shape(), "[]");
        }
        return call.builder().reshape(bound, Shape.SCALAR);
    }

    /** The identity: only training drops anything. */
    private static List<Value> dropout(Call call) {
        call.ignore("ratio", "seed");
        if (call.opset() < 7) {
            call.ignore("is_test");
        }
        boolean training = call.opset() >= 12 && call.has(2) && call.number(2) != 0;
        if (training && !(call.has(1) && call.number(1) == 0)) {
            throw Problem.unsupported(
                    "",
                    "a dropout in training mode is random, so it has no gradient to check",
                    "training_mode true",
                    "a model exported for inference, or with ratio 0");
        }
        Value kept = call.result(call.in(0), call.value(0).type());
        if (!call.wants(1)) {
            return List.of(kept);
        }
        Node mask = call.builder()
                .broadcast(call.builder().constant(Tensor.scalar(1)), call.in(0).shape());
        return List.of(kept, call.result(mask, dev.plumbline.tensor.Datatype.BOOL));
    }
}
