package dev.plumbline.compute.program;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The table of laws: a row for every operation, attribute and variant of shapes. */
final class OperationCases {

    private OperationCases() {}

    static Stream<OperationCase> all() {
        return Stream.of(ElementwiseCases.all(), ProductCases.all(), PoolCases.all(), AxisCases.all())
                .flatMap(rows -> rows);
    }

    /** Every kind of operation there is. */
    static List<Class<?>> primitives() {
        return kinds(Op.class).toList();
    }

    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(OperationCases::kinds)
                : Stream.of(type);
    }
}
