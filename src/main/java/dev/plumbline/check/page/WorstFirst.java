package dev.plumbline.check.page;

import dev.plumbline.check.GradientCheckReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import java.util.Comparator;
import java.util.List;

/** Tensors by verdict, and those of one verdict by relative error. */
final class WorstFirst {

    private static final Comparator<TensorReport> ORDER = Comparator.comparing(TensorReport::verdict)
            .thenComparing(
                    tensor -> Double.isNaN(tensor.relativeError()) ? Double.POSITIVE_INFINITY : tensor.relativeError())
            .reversed();

    private WorstFirst() {}

    static List<TensorReport> of(GradientCheckReport report) {
        return report.tensors().stream().sorted(ORDER).toList();
    }
}
