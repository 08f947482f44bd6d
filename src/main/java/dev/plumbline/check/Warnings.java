package dev.plumbline.check;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.plumbline.check.GradientCheckReport.Warning;
import dev.plumbline.compute.consistency.Finding;
import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Vacuous;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.program.Origin;
import dev.plumbline.compute.verification.Caveat;
import dev.plumbline.reader.Names;
import dev.plumbline.tensor.Datatype;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a reader of the report should know beside the verdict. */
final class Warnings {

    private Warnings() {}

    /**
     * @param comparisons none for coverage directional
     * @param caveats of the examination
     */
    static List<Warning> of(
            ReportAssembly assembly, List<Comparison> comparisons, List<Caveat> caveats, List<Finding> consistency) {
        List<Warning> warnings = new ArrayList<>();
        assembly.model().names().shared().stream()
                .filter(shared -> !shared.isToldApart())
                .forEach(shared -> warnings.add(new Warning("sharedWeight", shared.words())));
        straightThrough(assembly, warnings);
        readAsMeant(assembly, warnings);
        guessed(assembly, comparisons, warnings);
        notInModel(assembly, warnings);
        if (assembly.request().gradients() != null) {
            notClaimed(assembly, warnings);
            datatype(assembly, warnings);
        } else {
            warnings.add(new Warning(
                    "noClaim", "No gradients were given, so Plumbline's own reverse-mode gradient was checked."));
        }
        masked(assembly.settings(), warnings);
        vacuous(comparisons, warnings);
        caveats.forEach(caveat -> warnings.add(new Warning(caveat.code(), caveat.detail())));
        if (!assembly.measurement().numeric().isDeterministic()) {
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

    private static void notInModel(ReportAssembly assembly, List<Warning> warnings) {
        List<String> left = assembly.model().names().left().stream().sorted().toList();
        if (!left.isEmpty()) {
            String more = left.size() > 4 ? " and %d more".formatted(left.size() - 4) : "";
            warnings.add(new Warning(
                    "notInModel",
                    "All weights of the model were given values; it does not have %s%s, which were left out."
                            .formatted(left.stream().limit(4).collect(Collectors.joining(", ")), more)));
        }
    }

    private static void straightThrough(ReportAssembly assembly, List<Warning> warnings) {
        List<String> rounding = assembly.model().program().stoppingGradients("QuantizeLinear");
        if (!rounding.isEmpty()) {
            String more = rounding.size() > 4 ? " and %d more".formatted(rounding.size() - 4) : "";
            warnings.add(new Warning(
                    "straightThrough",
                    "QuantizeLinear rounds what depends on parameters (%s%s): its derivative is taken as 1 within the range and 0 outside of it, as fake quantization in training takes it, although rounding itself has none."
                            .formatted(rounding.stream().limit(4).collect(Collectors.joining(", ")), more)));
        }
    }

    private static void readAsMeant(ReportAssembly assembly, List<Warning> warnings) {
        Map<String, List<String>> places = assembly.model().program().readAsMeant().stream()
                .collect(groupingBy(Origin::meant, TreeMap::new, mapping(Origin::name, toList())));
        places.forEach((function, names) -> warnings.add(new Warning(
                "readAsMeant",
                "PyTorch's exporter writes another function for %s; %s%s read as PyTorch computes it. Whoever runs the file elsewhere gets other numbers."
                        .formatted(
                                function,
                                String.join(", ", names.subList(0, Math.min(4, names.size()))),
                                names.size() > 4
                                        ? " and %d more are".formatted(names.size() - 4)
                                        : names.size() == 1 ? " is" : " are"))));
    }

    /** A wrong claim of a guessed weight: whoever sends values makes it sure. */
    private static void guessed(ReportAssembly assembly, List<Comparison> comparisons, List<Warning> warnings) {
        Names names = assembly.model().names();
        comparisons.stream()
                .filter(comparison -> comparison.verdict() == Verdict.FAIL && names.isGuess(comparison.name()))
                .forEach(comparison -> warnings.add(new Warning(
                        "guessedWeight",
                        "%s was taken for %s by its shape and place only: values under parameters make it sure."
                                .formatted(
                                        String.join(
                                                " and ", names.doubtful().getOrDefault(comparison.name(), List.of())),
                                        comparison.name()))));
    }

    private static void notClaimed(ReportAssembly assembly, List<Warning> warnings) {
        List<String> missing = assembly.measurement().reverse().keySet().stream()
                .filter(name -> !assembly.claims().tensors().containsKey(name)
                        && assembly.settings().judges(name))
                .toList();
        if (!missing.isEmpty()) {
            warnings.add(new Warning("notClaimed", "No gradient was given for " + String.join(", ", missing) + "."));
        }
    }

    private static void datatype(ReportAssembly assembly, List<Warning> warnings) {
        boolean shortened = assembly.claims().tensors().entrySet().stream()
                .anyMatch(claim -> claim.getValue().datatype() == Datatype.FP64
                        && assembly.measurement()
                                        .plan()
                                        .arithmetic()
                                        .datatypes()
                                        .get(claim.getKey())
                                == Datatype.FP32);
        if (shortened) {
            warnings.add(new Warning(
                    "judgedAsFloat32",
                    "Every value of the claim is a float32 number, exactly or as printed in the shortest way (0.1), so it was"
                            + " allowed the rounding of float32; set settings.claimDatatype to FP64 if it was computed in"
                            + " float64."));
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
}
