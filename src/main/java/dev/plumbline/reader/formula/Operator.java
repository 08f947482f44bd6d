package dev.plumbline.reader.formula;

import static dev.plumbline.compute.program.BinaryFunction.EQUAL;
import static dev.plumbline.compute.program.BinaryFunction.LESS;
import static dev.plumbline.compute.program.BinaryFunction.LESS_OR_EQUAL;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;

/**
 * What stands between two expressions. A higher {@code level} binds tighter; all but the power group from the left.
 * Comparisons give 1 or 0.
 */
enum Operator {
    LESS_THAN("<", 0, (b, x, y) -> b.binary(LESS, x, y)),
    AT_MOST("<=", 0, (b, x, y) -> b.binary(LESS_OR_EQUAL, x, y)),
    GREATER_THAN(">", 0, (b, x, y) -> b.binary(LESS, y, x)),
    AT_LEAST(">=", 0, (b, x, y) -> b.binary(LESS_OR_EQUAL, y, x)),
    EQUAL_TO("==", 0, (b, x, y) -> b.binary(EQUAL, x, y)),
    OTHER_THAN("!=", 0, (b, x, y) -> b.subtract(b.constant(1), b.binary(EQUAL, x, y))),
    PLUS("+", 1, ProgramBuilder::add),
    MINUS("-", 1, ProgramBuilder::subtract),
    TIMES("*", 2, ProgramBuilder::multiply),
    OVER("/", 2, ProgramBuilder::divide),
    MATRIX_TIMES("@", 2, ProgramBuilder::matmul),
    POWER("^", 3, ProgramBuilder::power);

    static final int COMPARISON = 0;
    static final int TIGHTEST_FROM_LEFT = 2;

    private interface Body {
        Node append(ProgramBuilder b, Node first, Node second);
    }

    final String symbol;
    final int level;
    private final Body body;

    Operator(String symbol, int level, Body body) {
        this.symbol = symbol;
        this.level = level;
        this.body = body;
    }

    Node append(ProgramBuilder b, Node first, Node second) {
        return body.append(b, first, second);
    }
}
