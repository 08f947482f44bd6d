package dev.plumbline.check;

import dev.plumbline.compute.verification.Coverage;
import dev.plumbline.limits.Limits;
import dev.plumbline.reader.ModelSource;
import dev.plumbline.report.DatatypeSetting;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whole checks of small objectives written as formulas. */
final class Formulas {

    private static final GradientCheckService SERVICE =
            new GradientCheckService(Limits.defaults(), new RecentReports());

    private Formulas() {}

    static GradientCheckReport check(
            String formula, Map<String, Tensor> parameters, @Nullable Map<String, Tensor> claim, Coverage coverage) {
        return check(formula, parameters, claim, coverage, null);
    }

    static GradientCheckReport check(
            String formula,
            Map<String, Tensor> parameters,
            @Nullable Map<String, Tensor> claim,
            Coverage coverage,
            @Nullable Datatype datatype) {
        CheckSettings settings = new CheckSettings(
                coverage, null, null, null, 1L, null, null, datatype(datatype), null, null, null, null, null);
        return SERVICE.check(new GradientCheckRequest(
                source(formula), null, parameters, Map.of(), claim, settings, null, null, null, null, null, null));
    }

    private static @Nullable DatatypeSetting datatype(@Nullable Datatype datatype) {
        return datatype == null ? null : new DatatypeSetting(datatype, Map.of());
    }

    @SuppressWarnings("NullAway") // it does not read "byte @Nullable []" from class files
    static ModelSource source(String formula) {
        return new ModelSource(formula, null);
    }
}
