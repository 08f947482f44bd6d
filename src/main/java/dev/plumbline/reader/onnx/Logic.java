package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/** Comparisons, truth values (1 and 0) and what chooses by them. */
final class Logic {

    private Logic() {}

    static void addTo(Map<String, Operator> table) {
        compare(table, "Less", BinaryFunction.LESS, false);
        compare(table, "LessOrEqual", BinaryFunction.LESS_OR_EQUAL, false);
        compare(table, "Greater", BinaryFunction.LESS, true);
        compare(table, "GreaterOrEqual", BinaryFunction.LESS_OR_EQUAL, true);
        compare(table, "Equal", BinaryFunction.EQUAL, false);
        table.put("And", call -> truth(call, call.builder()::multiply));
        table.put("Or", call -> truth(call, (a, b) -> call.builder().binary(BinaryFunction.MAXIMUM, a, b)));
        table.put("Xor", call -> truth(call, (a, b) -> not(call.builder(), equal(call.builder(), a, b))));
        table.put("Not", call -> {
            requireTruth(call, 0);
            return call.result(not(call.builder(), call.in(0)));
        });
        table.put("IsNaN", call -> {
            Node self = equal(call.builder(), call.in(0), call.in(0));
            return List.of(call.result(not(call.builder(), self), Datatype.BOOL));
        });
        table.put("IsInf", Logic::isInfinite);
        table.put("Where", Logic::where);
    }

    private static void compare(Map<String, Operator> table, String name, BinaryFunction function, boolean swapped) {
        table.put(name, call -> {
            Arithmetic.requireOneKind(call.value(0), call.value(1));
            Node first = call.in(0);
            Node second = call.second();
            Node result = call.builder().binary(function, swapped ? second : first, swapped ? first : second);
            return List.of(call.result(result, Datatype.BOOL));
        });
    }

    private static List<Value> truth(Call call, BinaryOperator<Node> function) {
        requireTruth(call, 0);
        requireTruth(call, 1);
        return call.result(function.apply(call.in(0), call.second()));
    }

    static void requireTruth(Call call, int position) {
        if (call.value(position).type() != Datatype.BOOL) {
            throw Problem.invalid(
                    "",
                    "input " + position + " must be truth values",
                    call.value(position).type(),
                    "BOOL");
        }
    }

    static Node not(ProgramBuilder b, Node truth) {
        return b.subtract(b.constant(1), truth);
    }

    private static Node equal(ProgramBuilder b, Node x, Node y) {
        return b.binary(BinaryFunction.EQUAL, x, y);
    }

    private static List<Value> isInfinite(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node high =
                call.flag("detect_positive", true) ? equal(b, x, b.constant(Double.POSITIVE_INFINITY)) : b.constant(0);
        Node low =
                call.flag("detect_negative", true) ? equal(b, x, b.constant(Double.NEGATIVE_INFINITY)) : b.constant(0);
        Node either = b.binary(BinaryFunction.MAXIMUM, high, low);
        return List.of(call.result(b.broadcast(either, x.shape()), Datatype.BOOL));
    }

    private static List<Value> where(Call call) {
        requireTruth(call, 0);
        Arithmetic.requireOneKind(call.value(1), call.value(2));
        Node chosen = call.builder().select(call.in(0), call.in(1), call.in(2));
        return List.of(call.result(chosen, call.value(1).type()));
    }
}
