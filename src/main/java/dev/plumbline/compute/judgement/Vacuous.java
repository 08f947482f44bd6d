package dev.plumbline.compute.judgement;

import java.util.List;

/**
 * How many entries were compared without learning anything: claim and reference both exactly zero or both within the
 * allowance, as behind dead units and zero inputs.
 */
public record Vacuous(long vacuous, long entries) {

    public static Vacuous of(List<Comparison> comparisons) {
        long vacuous = 0;
        long entries = 0;
        for (Comparison comparison : comparisons) {
            vacuous += count(comparison);
            entries += comparison.judged();
        }
        return new Vacuous(vacuous, entries);
    }

    private static long count(Comparison comparison) {
        double[] a = comparison.claimed().values();
        double[] n = comparison.reference().values();
        double[] allowance = comparison.allowance().values();
        long count = 0;
        for (int i = 0; i < a.length; i++) {
            boolean isBoth = Math.abs(a[i]) <= allowance[i] && Math.abs(n[i]) <= allowance[i];
            if (isBoth && comparison.isJudged(i) && !comparison.isUndefined(i)) {
                count++;
            }
        }
        return count;
    }

    /** 0 to 1; 0 where there are no entries. */
    public double share() {
        return entries == 0 ? 0 : (double) vacuous / entries;
    }

    /** Whether more than half of the entries say nothing. */
    public boolean isWorthAWarning() {
        return share() > 0.5;
    }
}
