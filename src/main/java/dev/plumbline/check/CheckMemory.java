package dev.plumbline.check;

import dev.plumbline.compute.explanation.OperationsAlone;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;

/**
 * What a check needs of the heap at once, in bytes: an estimate before the work, of what {@code HeapTests} measures.
 *
 * @param certified of every check
 * @param ofEveryEntry the same where every entry is asked by differences
 * @param coverage that was asked for
 */
record CheckMemory(double certified, double ofEveryEntry, Coverage coverage) {

    /** Of the whole model, whatever runs beside: values, exact cotangents, sizes of terms. */
    private static final double EVALUATIONS = 3;

    /** Rounding runs that may be under way at once: all but the first of eight. */
    private static final int RUNS = 7;

    /** Of what one of them computes: its values, and cotangents as far as they live at the same time. */
    private static final double RUN = 1.5;

    /** Of each entry of the parameters, besides: gradients, allowances and directions, and what becomes of them. */
    private static final double ENTRY = 120;

    /** The same where every entry is asked by differences. */
    private static final double ENTRY_ASKED = 240;

    static CheckMemory of(GradientCheckRequest asked, Program program) {
        double hooks =
                asked.activationsOrNone().isEmpty() && asked.cotangentsOrNone().isEmpty()
                        ? 0
                        : OperationsAlone.EVALUATIONS;
        int runs = Math.min(RUNS, Runtime.getRuntime().availableProcessors());
        double values = (EVALUATIONS + hooks) * program.bytes() + runs * RUN * computed(program);
        double entries = entries(asked, program);
        return new CheckMemory(
                values + ENTRY * entries,
                values + ENTRY_ASKED * entries,
                Objects.requireNonNull(asked.resolvedSettings().coverage()));
    }

    /** The bytes of all values but those that are given, which every run shares. */
    private static double computed(Program program) {
        double bytes = 0;
        for (Node node : program.nodes()) {
            bytes += node.inputs().isEmpty()
                    ? 0
                    : Double.BYTES * (double) node.shape().size();
        }
        return bytes;
    }

    /** With those of data that a gradient is claimed by, which are parameters later. */
    private static double entries(GradientCheckRequest asked, Program program) {
        double entries = program.parameterCount();
        for (Map.Entry<String, Tensor> data : asked.dataOrNone().entrySet()) {
            boolean isClaimed = asked.claimsOrNone().containsKey(data.getKey());
            Node parameter = program.parameters().get(data.getKey());
            entries += isClaimed && parameter == null ? data.getValue().size() : 0;
        }
        return entries;
    }

    /** Whatever coverage will be decided on, where every entry is asked only if so many bytes suffice. */
    double atMost(double bytes) {
        return switch (coverage) {
            case EXHAUSTIVE -> ofEveryEntry;
            case AUTO -> ofEveryEntry <= bytes ? ofEveryEntry : certified;
            default -> certified;
        };
    }
}
