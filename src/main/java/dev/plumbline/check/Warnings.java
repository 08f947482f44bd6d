package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.Warning;
import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.difference.Certificate;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Vacuous;
import dev.plumbline.reader.Names;
import dev.plumbline.tensor.Datatype;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a reader of the report should know beside the verdict. */
final class Warnings {

    private Warnings() {}

    /** @param claimed whether the caller gave gradients */
    static List<Warning> of(GradientCheck check, boolean claimed, Names names, List<Finding> consistency) {
        List<Warning> warnings = new ArrayList<>();
        names.shared().forEach(shared -> warnings.add(new Warning("sharedWeight", shared.words())));
        if (claimed) {
            notClaimed(check, warnings);
            datatype(check, warnings);
        } else {
            warnings.add(new Warning(
                    "noClaim", "No gradients were given, so Plumbline's own reverse-mode gradient was checked."));
        }
        masked(check.settings(), warnings);
        vacuous(check.comparisons(), warnings);
        certificate(check.certificate(), warnings);
        if (!check.numeric().isDeterministic()) {
            warnings.add(new Warning(
                    "nondeterministic",
                    "Two evaluations at the same point differ; that is no mistake of the gradient."));
        }
        consistency.stream()
                .filter(finding -> Boolean.FALSE.equals(finding.holds()))
                .forEach(finding -> warnings.add(
                        new Warning("inconsistent", "Plumbline's own reverse pass breaks a law: " + finding.detail())));
        return warnings;
    }

    private static void notClaimed(GradientCheck check, List<Warning> warnings) {
        List<String> missing = check.objective().program().parameters().keySet().stream()
                .filter(name ->
                        !check.claims().containsKey(name) && check.settings().judges(name))
                .toList();
        if (!missing.isEmpty()) {
            warnings.add(new Warning("notClaimed", "No gradient was given for " + String.join(", ", missing) + "."));
        }
    }

    private static void datatype(GradientCheck check, List<Warning> warnings) {
        boolean stored64 = check.claims().values().stream().anyMatch(claim -> claim.datatype() == Datatype.FP64);
        if (stored64 && check.datatype() == Datatype.FP32) {
            warnings.add(new Warning(
                    "judgedAsFloat32",
                    "Every value of the claim is a float32 number, so it was allowed the rounding of float32; set"
                            + " settings.claimDatatype to FP64 if it was computed in float64."));
        }
    }

    private static void masked(CheckSettings settings, List<Warning> warnings) {
        List<String> parts = settings.masks().entrySet().stream()
                .filter(mask -> mask.getValue().leftOut() > 0)
                .map(mask -> mask.getValue().isEmpty()
                        ? "all of " + mask.getKey()
                        : "%d of %d entries of %s"
                                .formatted(
                                        mask.getValue().leftOut(),
                                        mask.getValue().shape().size(),
                                        mask.getKey()))
                .toList();
        if (!parts.isEmpty()) {
            warnings.add(new Warning(
                    "masked", "The mask leaves out " + String.join(", ", parts) + ": nothing is said about them."));
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
