package dev.plumbline.reader.samediff;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Functions of one number and of two, and those with a number beside them. */
final class Elementwise {

    /** Klambauer et al. 2017, as ND4J has them. */
    private static final double SELU_ALPHA = 1.6732632423543772848170429916717;

    private static final double SELU_SCALE = 1.0507009873554804934193349852946;

    private Elementwise() {}

    static void addTo(Map<String, Operator> table) {
        two(table);
        withNumber(table);
        one(table);
        activations(table);
    }

    private static void two(Map<String, Operator> table) {
        Map<String, BinaryFunction> functions = Map.of(
                "add", BinaryFunction.ADD,
                "subtract", BinaryFunction.SUBTRACT,
                "multiply", BinaryFunction.MULTIPLY,
                "divide", BinaryFunction.DIVIDE,
                "realdiv", BinaryFunction.DIVIDE,
                "maximum", BinaryFunction.MAXIMUM,
                "minimum", BinaryFunction.MINIMUM,
                "Pow", BinaryFunction.POWER);
        functions.forEach((name, function) ->
                table.put(name, call -> List.of(call.builder().binary(function, call.in(0), call.in(1)))));
        table.put("reversesubtract", call -> List.of(call.builder().subtract(call.in(1), call.in(0))));
        table.put("reversedivide", call -> List.of(call.builder().divide(call.in(1), call.in(0))));
        table.put(
                "squaredsubtract",
                call -> List.of(call.builder().square(call.builder().subtract(call.in(0), call.in(1)))));
    }

    private static void withNumber(Map<String, Operator> table) {
        number(table, "add_scalar", ProgramBuilder::add, false);
        number(table, "sub_scalar", ProgramBuilder::subtract, false);
        number(table, "mul_scalar", ProgramBuilder::multiply, false);
        number(table, "div_scalar", ProgramBuilder::divide, false);
        number(table, "rsub_scalar", ProgramBuilder::subtract, true);
        number(table, "rdiv_scalar", ProgramBuilder::divide, true);
        number(table, "max_scalar", (b, x, y) -> b.binary(BinaryFunction.MAXIMUM, x, y), false);
        number(table, "min_scalar", (b, x, y) -> b.binary(BinaryFunction.MINIMUM, x, y), false);
        table.put(
                "pow",
                call -> List.of(
                        call.builder().power(call.in(0), call.builder().constant(call.real(0, call.scalarOr(0))))));
    }

    @FunctionalInterface
    private interface Two {
        Node of(ProgramBuilder b, Node x, Node y);
    }

    private static void number(Map<String, Operator> table, String name, Two function, boolean reversed) {
        table.put(name, call -> {
            Node number = call.builder().constant(call.scalar());
            Node x = call.in(0);
            return List.of(reversed ? function.of(call.builder(), number, x) : function.of(call.builder(), x, number));
        });
    }

    private static void one(Map<String, Operator> table) {
        Map<String, UnaryFunction> functions = Map.ofEntries(
                Map.entry("neg", UnaryFunction.NEGATE),
                Map.entry("exp", UnaryFunction.EXP),
                Map.entry("log", UnaryFunction.LOG),
                Map.entry("sqrt", UnaryFunction.SQRT),
                Map.entry("sin", UnaryFunction.SIN),
                Map.entry("cos", UnaryFunction.COS),
                Map.entry("tanh", UnaryFunction.TANH),
                Map.entry("sigmoid", UnaryFunction.SIGMOID),
                Map.entry("softplus", UnaryFunction.SOFTPLUS),
                Map.entry("erf", UnaryFunction.ERF),
                Map.entry("abs", UnaryFunction.ABS),
                Map.entry("sign", UnaryFunction.SIGN),
                Map.entry("floor", UnaryFunction.FLOOR));
        functions.forEach((name, function) -> unary(table, name, (b, x) -> b.unary(function, x)));
        unary(table, "identity", (b, x) -> x);
        unary(table, "square", ProgramBuilder::square);
        unary(table, "cube", (b, x) -> b.multiply(b.square(x), x));
        unary(table, "Reciprocal", (b, x) -> b.divide(b.constant(1), x));
        unary(table, "rsqrt", (b, x) -> b.divide(b.constant(1), b.unary(UnaryFunction.SQRT, x)));
        unary(table, "oneminus", (b, x) -> b.subtract(b.constant(1), x));
    }

    private static void activations(Map<String, Operator> table) {
        table.put("relu", call -> List.of(relu(call)));
        unary(table, "relu6", (b, x) -> Compositions.clip(b, x, 0, 6));
        table.put(
                "leakyrelu", call -> List.of(call.builder().leakyRelu(call.in(0), call.real(0, call.scalarOr(0.01)))));
        table.put("elu", call -> List.of(Compositions.elu(call.builder(), call.in(0), call.real(0, call.scalarOr(1)))));
        unary(table, "selu", (b, x) -> b.multiply(Compositions.elu(b, x, SELU_ALPHA), SELU_SCALE));
        unary(table, "gelu", (b, x) -> b.multiply(x, b.unary(UnaryFunction.SIGMOID, b.multiply(x, 1.702))));
        unary(table, "precise_gelu", Elementwise::preciseGelu);
        unary(table, "swish", (b, x) -> b.multiply(x, b.unary(UnaryFunction.SIGMOID, x)));
        unary(table, "mish", (b, x) -> b.multiply(x, b.unary(UnaryFunction.TANH, b.unary(UnaryFunction.SOFTPLUS, x))));
        unary(table, "softsign", (b, x) -> b.divide(x, b.add(b.constant(1), b.unary(UnaryFunction.ABS, x))));
        unary(table, "log_sigmoid", (b, x) -> b.negate(b.unary(UnaryFunction.SOFTPLUS, b.negate(x))));
        unary(table, "logsigmoid", (b, x) -> b.negate(b.unary(UnaryFunction.SOFTPLUS, b.negate(x))));
        unary(table, "hardtanh", (b, x) -> Compositions.clip(b, x, -1, 1));
        unary(table, "hard_sigmoid", (b, x) -> Compositions.clip(b, b.add(b.multiply(x, 0.2), b.constant(0.5)), 0, 1));
    }

    /** {@code x / 2 (1 + tanh(sqrt(2 / pi) (x + (0.044715 x)^3)))}: ND4J cubes the factor too, unlike the formula it means. */
    private static Node preciseGelu(ProgramBuilder b, Node x) {
        Node scaled = b.multiply(x, 0.044715);
        Node inner = b.add(x, b.multiply(b.square(scaled), scaled));
        Node tanh = b.unary(UnaryFunction.TANH, b.multiply(inner, Math.sqrt(2 / Math.PI)));
        return b.multiply(b.multiply(x, 0.5), b.add(b.constant(1), tanh));
    }

    /** Below its cutoff, 0 unless it is said, it is 0. */
    private static Node relu(Call call) {
        double cutoff = call.scalarOr(0);
        if (cutoff != 0) {
            throw dev.plumbline.problem.Problem.unsupported("", "a cutoff of relu is not supported", cutoff, "0");
        }
        return call.builder().unary(UnaryFunction.RELU, call.in(0));
    }

    private static void unary(
            Map<String, Operator> table, String name, BiFunction<ProgramBuilder, Node, Node> function) {
        table.put(name, call -> List.of(function.apply(call.builder(), call.in(0))));
    }
}
