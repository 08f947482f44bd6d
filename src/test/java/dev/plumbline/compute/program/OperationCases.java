package dev.plumbline.compute.program;

import java.util.stream.Stream;

/** The table of laws: a row for every operation, attribute and variant of shapes. */
final class OperationCases {

    private OperationCases() {}

    static Stream<OperationCase> all() {
        return Stream.of(ElementwiseCases.all(), ProductCases.all(), PoolCases.all(), AxisCases.all())
                .flatMap(rows -> rows);
    }
}
