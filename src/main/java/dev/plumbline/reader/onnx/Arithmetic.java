package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.InverseFunctions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/** Functions of numbers, element by element with NumPy's broadcasting; integers divide as integers. */
final class Arithmetic {

    private static final double INFINITE = Double.POSITIVE_INFINITY;

    private Arithmetic() {}

    static void addTo(Map<String, Operator> table) {
        unary(table, "Neg", UnaryFunction.NEGATE);
        unary(table, "Abs", UnaryFunction.ABS);
        unary(table, "Sign", UnaryFunction.SIGN);
        unary(table, "Floor", UnaryFunction.FLOOR);
        unary(table, "Exp", UnaryFunction.EXP);
        unary(table, "Log", UnaryFunction.LOG);
        unary(table, "Sqrt", UnaryFunction.SQRT);
        unary(table, "Sin", UnaryFunction.SIN);
        unary(table, "Cos", UnaryFunction.COS);
        unary(table, "Erf", UnaryFunction.ERF);
        table.put("Ceil", Call.one(call -> ceil(call.builder(), call.in(0))));
        composed(table, "Tan", InverseFunctions::tan);
        composed(table, "Asin", InverseFunctions::asin);
        composed(table, "Acos", InverseFunctions::acos);
        unary(table, "Atan", UnaryFunction.ATAN);
        composed(table, "Sinh", InverseFunctions::sinh);
        composed(table, "Cosh", InverseFunctions::cosh);
        composed(table, "Asinh", InverseFunctions::asinh);
        composed(table, "Acosh", InverseFunctions::acosh);
        composed(table, "Atanh", InverseFunctions::atanh);
        composed(table, "Round", InverseFunctions::round);
        table.put("Reciprocal", Call.one(call -> call.builder()
                .divide(call.builder().constant(1), call.in(0))));
        binary(table, "Add", BinaryFunction.ADD);
        binary(table, "Sub", BinaryFunction.SUBTRACT);
        binary(table, "Mul", BinaryFunction.MULTIPLY);
        table.put("Div", Arithmetic::divide);
        table.put("Mod", Arithmetic::modulo);
        table.put("Pow", Arithmetic::power);
        variadic(table, "Min", BinaryFunction.MINIMUM);
        variadic(table, "Max", BinaryFunction.MAXIMUM);
        variadic(table, "Sum", BinaryFunction.ADD);
        table.put("Mean", Arithmetic::mean);
    }

    private static void unary(Map<String, Operator> table, String name, UnaryFunction function) {
        table.put(name, Call.one(call -> call.builder().unary(function, call.in(0))));
    }

    private interface Composition {
        Node of(ProgramBuilder b, Node x);
    }

    private static void composed(Map<String, Operator> table, String name, Composition composition) {
        table.put(name, Call.one(call -> composition.of(call.builder(), call.in(0))));
    }

    private static void binary(Map<String, Operator> table, String name, BinaryFunction function) {
        table.put(name, call -> {
            requireOneKind(call.value(0), call.value(1));
            return call.result(call.builder().binary(function, call.in(0), call.second()));
        });
    }

    private static void variadic(Map<String, Operator> table, String name, BinaryFunction function) {
        table.put(name, Call.one(call -> fold(call, (a, b) -> call.builder().binary(function, a, b))));
    }

    private static Node fold(Call call, BinaryOperator<Node> function) {
        List<Value> all = call.all();
        all.forEach(value -> requireOneKind(all.get(0), value));
        return all.stream().map(Value::node).reduce(function).orElseThrow();
    }

    private static List<Value> mean(Call call) {
        Node sum = fold(call, call.builder()::add);
        return call.result(call.builder().multiply(sum, 1.0 / call.inputCount()));
    }

    private static Node ceil(ProgramBuilder b, Node x) {
        return b.negate(b.unary(UnaryFunction.FLOOR, b.negate(x)));
    }

    /** Towards zero. */
    static Node truncate(ProgramBuilder b, Node x) {
        Node size = b.unary(UnaryFunction.FLOOR, b.unary(UnaryFunction.ABS, x));
        return b.multiply(b.unary(UnaryFunction.SIGN, x), size);
    }

    private static List<Value> divide(Call call) {
        requireOneKind(call.value(0), call.value(1));
        Node quotient = call.builder().divide(call.in(0), call.second());
        return call.result(call.value(0).isFloat() ? quotient : whole(call, truncate(call.builder(), quotient)));
    }

    /** The remainder with the divisor's sign; with {@code fmod} that with the dividend's, as C has it. */
    private static List<Value> modulo(Call call) {
        requireOneKind(call.value(0), call.value(1));
        ProgramBuilder b = call.builder();
        Node a = call.in(0);
        Node divisor = call.in(1);
        boolean ofSignOfFirst = call.flag("fmod", false);
        Tensor known = call.known(1);
        boolean anyInfinite = known != null && Arrays.stream(known.values()).anyMatch(Double::isInfinite);
        Node infinite = b.binary(BinaryFunction.EQUAL, b.unary(UnaryFunction.ABS, divisor), b.constant(INFINITE));
        Node finite = anyInfinite ? b.select(infinite, b.constant(1), divisor) : divisor;
        Node quotient = b.divide(a, finite);
        Node rounded = ofSignOfFirst ? truncate(b, quotient) : b.unary(UnaryFunction.FLOOR, quotient);
        Node remainder = b.subtract(a, b.multiply(finite, rounded));
        if (anyInfinite) {
            remainder = b.select(infinite, beyondAll(b, a, divisor, ofSignOfFirst), remainder);
        }
        return call.result(call.value(0).isFloat() ? remainder : whole(call, remainder));
    }

    /** The remainder by an infinite divisor: the number itself, or the divisor where its sign is wanted; NaN of infinities. */
    private static Node beyondAll(ProgramBuilder b, Node a, Node divisor, boolean ofSignOfFirst) {
        Node itself = b.add(a, b.subtract(a, a));
        Node otherSign =
                b.binary(BinaryFunction.LESS, b.multiply(a, b.unary(UnaryFunction.SIGN, divisor)), b.constant(0));
        return ofSignOfFirst ? itself : b.select(otherSign, b.add(divisor, b.subtract(a, a)), itself);
    }

    static List<Value> power(Call call) {
        Node power = call.builder().power(call.in(0), call.second());
        return call.result(call.value(0).isFloat() ? power : whole(call, truncate(call.builder(), power)));
    }

    private static Node whole(Call call, Node result) {
        if (result.isConstant() && call.builder().constantValue(result).firstNonFinite() >= 0) {
            throw Problem.invalid("", "integers cannot be divided by zero", "a divisor of 0", "none");
        }
        return result;
    }

    static void requireOneKind(Value a, Value b) {
        if (a.isFloat() != b.isFloat()) {
            throw Problem.invalid(
                    "", "integers and floats do not mix", a.type() + " and " + b.type(), "one kind: use Cast");
        }
    }
}
