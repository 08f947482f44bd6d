package dev.plumbline.check;

import dev.plumbline.check.GradientCheckReport.EntryReport;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.verification.Coverage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The verdicts of one coverage on many claims, beside those allowed: a confusion table, and every wrong one. */
final class Verdicts {

    private final Coverage coverage;
    private final Map<String, Map<String, Integer>> table = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();
    private final List<String> undecided = new ArrayList<>();
    private int claims;

    private Verdicts(Coverage coverage) {
        this.coverage = coverage;
    }

    /** Judges every claim; {@code -Dplumbline.only=} a part of a name, formula or claim leaves the others out. */
    static Verdicts of(Coverage coverage, List<Claimed> claims) {
        Verdicts verdicts = new Verdicts(coverage);
        String only = System.getProperty("plumbline.only", "");
        claims.stream().filter(claim -> claim.toString().contains(only)).forEach(verdicts::add);
        return verdicts;
    }

    private void add(Claimed claim) {
        claims++;
        GradientCheckReport report = null;
        String got;
        try {
            report = claim.check(coverage);
            got = report.verdict().name();
        } catch (RuntimeException failure) {
            got = failure.toString();
        }
        Set<Verdict> allowed = claim.allowed();
        String column = report == null ? "thrown" : got;
        table.computeIfAbsent(claim.family() + " " + new TreeSet<>(allowed), key -> new TreeMap<>())
                .merge(column, 1, Integer::sum);
        if (report != null && allowed.contains(report.verdict())) {
            return;
        }
        String line = got + " where " + allowed + " is right: " + claim + details(report);
        if (got.equals("INCONCLUSIVE")) {
            undecided.add(line);
        } else if (!tolerated(claim, got)) {
            wrong.add(line);
        }
    }

    /** A few directions see less: they may be silent on a small mistake, but refute nothing right. */
    private boolean tolerated(Claimed claim, String got) {
        return coverage == Coverage.DIRECTIONAL
                && (got.equals("PASS") && !claim.isFarOff() || got.equals("KINK"))
                && !claim.kind().equals("nonFinite");
    }

    private static String details(@Nullable GradientCheckReport report) {
        if (report == null) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        report.tensors().forEach(tensor -> tensor.entries().stream().limit(4).forEach(entry -> text.append("\n      ")
                .append(tensor.name())
                .append(entry.index())
                .append(' ')
                .append(words(entry))));
        return text.toString();
    }

    private static String words(EntryReport entry) {
        return entry.verdict() + " " + entry.reason() + " claimed " + entry.claimed() + " reference "
                + entry.reference() + " allowance " + entry.allowance() + " numeric " + entry.numeric() + " +- "
                + entry.errorBound()
                + (entry.left() == null ? "" : " left " + entry.left() + " right " + entry.right());
    }

    /** Verdicts that say something false; of coverage directional, those that it has the power to see. */
    List<String> wrong() {
        return wrong;
    }

    double undecidedShare() {
        return claims == 0 ? 0 : (double) undecided.size() / claims;
    }

    /** The table, the wrong ones and the undecided ones, as text. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("\n=== coverage " + coverage + ": " + claims + " claims, " + wrong.size()
                + " wrong, " + undecided.size() + " undecided\n");
        text.append(String.format(
                "%-52s%8s%8s%14s%8s%8s%n", "family [allowed]", "PASS", "KINK", "INCONCLUSIVE", "FAIL", "thrown"));
        table.forEach((row, got) -> text.append(String.format(
                "%-52s%8d%8d%14d%8d%8d%n",
                row,
                got.getOrDefault("PASS", 0),
                got.getOrDefault("KINK", 0),
                got.getOrDefault("INCONCLUSIVE", 0),
                got.getOrDefault("FAIL", 0),
                got.getOrDefault("thrown", 0))));
        wrong.forEach(line -> text.append("WRONG ").append(line).append('\n'));
        undecided.forEach(line -> text.append("undecided ").append(line).append('\n'));
        return text.toString();
    }
}
