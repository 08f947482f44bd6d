package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.Warning;
import dev.plumbline.compute.difference.Certificate;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Vacuous;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a reader of the report should know beside the verdict. */
final class Warnings {

    private Warnings() {}

    static List<Warning> of(
            GradientCheck check, Objective objective, @Nullable Map<String, Tensor> claims, CheckSettings settings) {
        List<Warning> warnings = new ArrayList<>();
        notClaimed(objective, claims, settings, warnings);
        datatype(claims, settings, warnings);
        vacuous(check.comparisons(), warnings);
        certificate(check.certificate(), warnings);
        if (!check.numeric().isDeterministic()) {
            warnings.add(new Warning(
                    "nondeterministic",
                    "Two evaluations at the same point differ; that is no mistake of the gradient."));
        }
        return warnings;
    }

    private static void notClaimed(
            Objective objective, @Nullable Map<String, Tensor> claims, CheckSettings settings, List<Warning> warnings) {
        if (claims == null) {
            warnings.add(new Warning(
                    "noClaim", "No gradients were given, so Plumbline's own reverse-mode gradient was checked."));
            return;
        }
        List<String> missing = objective.program().parameters().keySet().stream()
                .filter(name -> !claims.containsKey(name) && settings.judges(name))
                .toList();
        if (!missing.isEmpty()) {
            warnings.add(new Warning("notClaimed", "No gradient was given for " + String.join(", ", missing) + "."));
        }
    }

    private static void datatype(@Nullable Map<String, Tensor> claims, CheckSettings settings, List<Warning> warnings) {
        boolean stored64 =
                claims != null && claims.values().stream().anyMatch(claim -> claim.datatype() == Datatype.FP64);
        if (stored64 && settings.claimDatatype() == Datatype.FP32) {
            warnings.add(new Warning(
                    "judgedAsFloat32",
                    "Every value of the claim is a float32 number, so it was allowed the rounding of float32; set"
                            + " settings.claimDatatype to FP64 if it was computed in float64."));
        }
    }

    private static void vacuous(List<Comparison> comparisons, List<Warning> warnings) {
        Vacuous vacuous = Vacuous.of(comparisons);
        if (vacuous.isWorthAWarning()) {
            warnings.add(new Warning(
                    "vacuous",
                    String.format(
                            Locale.ROOT,
                            "%.0f %% of the entries are zero or below rounding, in the claim and in truth: they say nothing"
                                    + " about the backward pass. Dead units or zero inputs do that; try another point.",
                            100 * vacuous.share())));
        }
    }

    private static void certificate(@Nullable Certificate certificate, List<Warning> warnings) {
        if (certificate != null && !certificate.holds()) {
            warnings.add(
                    new Warning(
                            "notCertified",
                            "Numeric derivatives along random directions do not confirm the reference"
                                    + (certificate.contradicted().isEmpty() ? "" : " for " + certificate.contradicted())
                                    + ": the objective bends or jumps near this point. Use coverage exhaustive, or another point."));
        }
    }
}
