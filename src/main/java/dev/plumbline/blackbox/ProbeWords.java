package dev.plumbline.blackbox;

import dev.plumbline.blackbox.ProbeReport.JudgedIdentity;
import dev.plumbline.blackbox.ProbeReport.ProbeMistake;
import dev.plumbline.blackbox.ProbeReport.ProbedTensorReport;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.probe.session.Box;
import dev.plumbline.compute.probe.session.Fault;
import dev.plumbline.compute.probe.session.Findings;
import dev.plumbline.compute.probe.session.Identity;
import dev.plumbline.compute.probe.session.Subject;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a session has found, in words. */
final class ProbeWords {

    private static final int NAMED = 4;

    private ProbeWords() {}

    /** What breaks a law comes first. */
    static String summary(Findings found, List<ProbedTensorReport> tensors, List<JudgedIdentity> identities) {
        String broken = identities.stream()
                .filter(identity -> identity.verdict() != Verdict.PASS)
                .map(ProbeWords::about)
                .collect(Collectors.joining(" "));
        return (broken + " " + summary(found, tensors)).strip();
    }

    private static String about(JudgedIdentity identity) {
        String law = identity.law() == Identity.Law.DOT
                ? "v . (J u) and (J' v) . u"
                : "w . (H u) and u . (H w), equal where H is symmetric,";
        String said = identity.verdict() == Verdict.FAIL
                ? "%s are %.9g and %.9g, further apart than rounding (%.2g) explains: one of the products is wrong."
                : "%s are %.9g and %.9g: too near to what rounding may do (%.2g, or more where no spread was sent) to tell.";
        return String.format(Locale.ROOT, said, law, identity.left(), identity.right(), identity.bound());
    }

    private static String summary(Findings found, List<ProbedTensorReport> tensors) {
        String work = "%d evaluations along %d directions".formatted(found.evaluations(), found.directions());
        return switch (found.verdict()) {
            case PASS ->
                "The claim agrees with the function's differences: %s.%s".formatted(work, seen(found, tensors));
            case FAIL -> "The claim is wrong: " + wrong(tensors) + ".";
            case KINK ->
                "There is no derivative at this point, and the claim lies between the one-sided slopes: " + work + ".";
            case INCONCLUSIVE -> "Nothing can be said for sure after " + work + ": " + reasons(found);
        };
    }

    /** What would have been seen in those tensors of which a tenth would have been, and which the others are. */
    private static String seen(Findings found, List<ProbedTensorReport> tensors) {
        List<String> hidden = new ArrayList<>();
        double worst = 0;
        for (int i = 0; i < tensors.size(); i++) {
            Findings.Limits limits = found.tensors().get(i).limits();
            double seen = Math.min(limits.general(), limits.along());
            if (seen <= Findings.SEEN) {
                worst = Math.max(worst, seen);
            } else if (found.tensors().get(i).verdict() == Verdict.PASS) {
                hidden.add(tensors.get(i).name());
            }
        }
        String told = worst == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        " A defect of %.2g of %s gradient would have been seen.",
                        worst,
                        hidden.isEmpty() ? "any tensor's" : "any other tensor's");
        return hidden.isEmpty()
                ? told
                : " Nothing can be said of %s, whose part is below the noise of the values.%s"
                        .formatted(places(hidden, tensors.size()), told);
    }

    private static String wrong(List<ProbedTensorReport> tensors) {
        List<ProbedTensorReport> wrong = tensors.stream()
                .filter(tensor -> tensor.verdict() == Verdict.FAIL)
                .toList();
        if (wrong.isEmpty()) {
            return "the directions over everything say so, and no single tensor could be named";
        }
        Map<String, List<String>> placesByMistake = wrong.stream()
                .collect(Collectors.groupingBy(
                        tensor -> tensor.mistake() == null
                                ? ""
                                : ": " + tensor.mistake().advice(),
                        LinkedHashMap::new,
                        Collectors.mapping(ProbeWords::place, Collectors.toList())));
        String named = placesByMistake.entrySet().stream()
                .limit(NAMED)
                .map(one -> places(one.getValue(), tensors.size()) + one.getKey())
                .collect(Collectors.joining("; "));
        int told = placesByMistake.values().stream()
                .limit(NAMED)
                .mapToInt(List::size)
                .sum();
        return wrong.size() > told
                ? named + "; and " + Numbers.count(wrong.size() - told, "more tensor", "more tensors")
                : named;
    }

    private static String place(ProbedTensorReport tensor) {
        ProbeMistake mistake = tensor.mistake();
        return mistake == null || mistake.where() == null ? tensor.name() : tensor.name() + " " + mistake.where();
    }

    private static String places(List<String> places, int all) {
        if (places.size() == all && all > NAMED) {
            return "all " + all + " tensors";
        }
        String named = places.stream().limit(NAMED).collect(Collectors.joining(", "));
        return places.size() > NAMED ? named + " and " + (places.size() - NAMED) + " more" : named;
    }

    private static String reasons(Findings found) {
        return found.caveats().isEmpty()
                ? "the bounds are too wide."
                : found.caveats().stream().map(Findings.Caveat::detail).collect(Collectors.joining(" "));
    }

    static ProbeMistake mistake(Fault fault, Subject subject, int tensor) {
        Shape shape = subject.tensors().get(tensor).shape();
        if (fault instanceof Fault.Zero) {
            return plain("zero", "the claim is zero, and the function does change with it");
        } else if (fault instanceof Fault.Sign) {
            return new ProbeMistake("sign", -1.0, null, null, "the sign is the other way round");
        } else if (fault instanceof Fault.Scaled scaled) {
            return new ProbeMistake("scaled", scaled.factor(), null, null, times(scaled.factor()));
        } else if (fault instanceof Fault.Constant) {
            return plain("constant", "the function does not change with this tensor, so its gradient is zero");
        } else if (fault instanceof Fault.Sparse sparse) {
            String where =
                    sparse.entries().stream().limit(NAMED).map(Object::toString).collect(Collectors.joining(", "));
            return new ProbeMistake("sparse", null, null, where, "only single entries are wrong");
        } else if (fault instanceof Fault.Slice slice) {
            return slice(slice.part(), slice.factor(), shape);
        } else if (fault instanceof Fault.Transposed) {
            return plain("transposed", "right numbers, laid out with the axes in another order");
        } else if (fault instanceof Fault.Flipped flipped) {
            return plain("shifted", "right numbers in reverse order" + along(flipped.axis()));
        } else if (fault instanceof Fault.Shifted shifted) {
            return plain(
                    "shifted", "right numbers, %d places off%s".formatted(shifted.places(), along(shifted.axis())));
        } else if (fault instanceof Fault.Swapped swapped) {
            String other = subject.tensors().get(swapped.tensor()).name();
            return new ProbeMistake("swapped", null, other, null, "this is the gradient of " + other);
        } else if (fault instanceof Fault.Offset offset) {
            return plain("offset", String.format(Locale.ROOT, "%.6g is added to every entry", offset.offset()));
        } else if (fault instanceof Fault.NonFinite) {
            return plain("nonFinite", "the claim is not finite, and the function is");
        }
        return plain("unknown", "the mistake has no simple name");
    }

    private static ProbeMistake slice(Box part, @Nullable Double factor, Shape shape) {
        String words = factor == null ? "only this part is wrong" : "only this part is wrong: " + times(factor);
        return new ProbeMistake("slice", factor, null, part.slice(shape), words);
    }

    private static String times(double factor) {
        return String.format(Locale.ROOT, "the claim is %.6g times the gradient", factor);
    }

    private static String along(@Nullable Integer axis) {
        return axis == null ? "" : " along axis " + axis;
    }

    private static ProbeMistake plain(String kind, String advice) {
        return new ProbeMistake(kind, null, null, null, advice);
    }
}
