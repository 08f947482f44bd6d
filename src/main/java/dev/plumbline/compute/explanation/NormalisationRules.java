package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Operation.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Statistics of a normalisation taken for constants: {@code h = (x - mean) / deviation} depends on x through both. */
final class NormalisationRules {

    private NormalisationRules() {}

    static List<FaultyRule> of(Operation operation) {
        List<FaultyRule> rules = new ArrayList<>();
        Node variance = Objects.requireNonNull(operation.roles().get(Role.VARIANCE));
        Node mean = operation.roles().get(Role.MEAN);
        List<FaultyRule> formulas = StatisticsRules.of(operation);
        rules.add(new FaultyRule(
                "derivativeMissing",
                FaultyRule.elementwise(operation, (right, d) -> d),
                "passes the gradient on unchanged, as if it were not there"));
        if (mean == null) {
            rules.add(new FaultyRule(
                    "statisticsConstant",
                    FaultyRule.holding(operation, List.of(variance)),
                    "treats the mean square as a constant; it depends on the input as well"));
            rules.addAll(formulas);
            return rules;
        }
        rules.add(new FaultyRule(
                "statisticsConstant",
                FaultyRule.holding(operation, List.of(mean, variance)),
                "treats the mean and the variance as constants; they depend on the input as well"));
        rules.add(new FaultyRule(
                "meanConstant",
                FaultyRule.holding(operation, List.of(mean)),
                "treats the mean as a constant; it depends on the input as well"));
        rules.add(new FaultyRule(
                "varianceConstant",
                FaultyRule.holding(operation, List.of(variance)),
                "treats the variance as a constant; it depends on the input as well"));
        rules.addAll(formulas);
        return rules;
    }
}
