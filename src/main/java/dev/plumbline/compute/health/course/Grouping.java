package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Remedy;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Words;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Twelve tensors that jump at the same step are one finding, not twelve. */
final class Grouping {

    private Grouping() {}

    /** The signs that no open finding covers, those of a kind together; those of the loss by themselves. */
    static List<List<Sign>> ofNew(List<Sign> signs, Collection<RunFinding> open) {
        List<List<Sign>> groups = new ArrayList<>();
        for (Sign sign : signs) {
            if (open.stream().anyMatch(finding -> finding.covers(sign))) {
                continue;
            }
            groups.stream()
                    .filter(group -> isOfAKind(group.get(0), sign))
                    .findFirst()
                    .orElseGet(() -> {
                        groups.add(new ArrayList<>());
                        return groups.get(groups.size() - 1);
                    })
                    .add(sign);
        }
        return groups;
    }

    private static boolean isOfAKind(Sign a, Sign b) {
        return a.isOfTheKindOf(b)
                && a.finding().tensors().isEmpty() == b.finding().tensors().isEmpty();
    }

    /** The worst one's figures and words, and everybody's tensors. */
    static Sign together(List<Sign> signs) {
        if (signs.size() == 1) {
            return signs.get(0);
        }
        List<Sign> sorted = signs.stream()
                .sorted(Comparator.comparingDouble((Sign sign) -> sign.finding().margin())
                        .reversed())
                .toList();
        HealthFinding worst = sorted.get(0).finding();
        List<String> tensors = sorted.stream()
                .flatMap(sign -> sign.finding().tensors().stream())
                .distinct()
                .toList();
        List<String> others =
                tensors.stream().filter(name -> !worst.tensors().contains(name)).toList();
        boolean unhealthy = sorted.stream().anyMatch(sign -> sign.finding().severity() == Severity.UNHEALTHY);
        long since = sorted.stream().mapToLong(Sign::since).min().orElseThrow();
        HealthFinding all = new HealthFinding(
                worst.rule(),
                unhealthy ? Severity.UNHEALTHY : Severity.WARNING,
                tensors,
                worst.quantity(),
                worst.observed(),
                worst.threshold(),
                worst.margin(),
                others.isEmpty() ? worst.cause() : worst.cause() + " So it is with " + Words.names(others) + ".",
                remedies(sorted));
        return new Sign(sorted.get(0).pattern(), since, all, sorted.get(0).confidence());
    }

    /** The worst one's, with the numbers of all. */
    private static List<Remedy> remedies(List<Sign> signs) {
        List<Remedy> remedies = new ArrayList<>(signs.get(0).finding().remedies());
        for (int i = 0; i < remedies.size(); i++) {
            Map<String, Double> numbers = new LinkedHashMap<>();
            for (Sign sign : signs) {
                List<Remedy> own = sign.finding().remedies();
                if (i < own.size()) {
                    own.get(i).numbers().forEach(numbers::putIfAbsent);
                }
            }
            remedies.set(i, new Remedy(remedies.get(i).action(), remedies.get(i).advice(), numbers));
        }
        return remedies;
    }
}
