package dev.plumbline.compute.explanation;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the claims are off, {@code e = a - g}, all tensors in one vector, beside what rounding allows, A.
 *
 * <p>A tensor is <em>clearly</em> wrong where its worst entry is beyond 5 allowances, and doubtful below; it is alive where
 * its gradient stands out from rounding, and says nothing otherwise: key biases, a convolution's bias before a batch
 * normalisation.
 */
final class Deviation {

    private static final double CLEARLY = 5;
    private static final double ALIVE = 3;

    /** An entry that was lucky is allowed that much of its tensor's mean allowance. */
    private static final double LEAST = 1e-2;

    /** A tensor's place in the vector. */
    record Part(Comparison comparison, int start) {

        String name() {
            return comparison.name();
        }

        int size() {
            return comparison.size();
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final double[] off;
    private final double[] allowance; // infinite where an entry does not count
    private final double[] reference;
    private final boolean isFinite;
    private final Set<String> wrong;
    private final Set<String> right;
    private final double contrast;
    private final int standingOut;

    Deviation(List<Comparison> comparisons) {
        int size = 0;
        for (Comparison comparison : comparisons) {
            parts.add(new Part(comparison, size));
            size += comparison.size();
        }
        this.off = new double[size];
        this.allowance = new double[size];
        this.reference = new double[size];
        boolean finite = true;
        double largest = 0;
        for (Part part : parts) {
            finite &= read(part);
        }
        for (double value : reference) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (Part part : parts) {
            floor(part, largest);
        }
        this.isFinite = finite;
        this.wrong = Collections.unmodifiableSet(clearlyWrong());
        this.right = Collections.unmodifiableSet(aliveAndRight());
        this.contrast = parts.stream().mapToDouble(this::contrast).max().orElse(0);
        this.standingOut = count();
    }

    private boolean read(Part part) {
        Comparison comparison = part.comparison();
        boolean finite = true;
        for (int i = 0; i < part.size(); i++) {
            double g = comparison.reference().at(i);
            double a = comparison.claimed().at(i);
            double allowed = comparison.allowance().at(i);
            boolean counts = comparison.isJudged(i) && Double.isFinite(g) && Double.isFinite(allowed);
            finite &= !counts || Double.isFinite(a);
            counts &= Double.isFinite(a);
            off[part.start() + i] = counts ? a - g : 0;
            reference[part.start() + i] = Double.isFinite(g) ? g : 0;
            allowance[part.start() + i] = !counts
                    ? Double.POSITIVE_INFINITY
                    : Math.abs(a - g) > allowed ? allowed : Math.max(allowed, Double.MIN_NORMAL);
        }
        return finite;
    }

    private void floor(Part part, double largest) {
        double sum = 0;
        int count = 0;
        for (int i = part.start(); i < part.start() + part.size(); i++) {
            if (allowance[i] < Double.POSITIVE_INFINITY) {
                sum += allowance[i];
                count++;
            }
        }
        double least = Math.max(LEAST * sum / Math.max(1, count), 0x1p-70 * largest + Double.MIN_NORMAL);
        for (int i = part.start(); i < part.start() + part.size(); i++) {
            allowance[i] = Math.max(allowance[i], least);
        }
    }

    /** The places of the tensors. */
    List<Part> parts() {
        return parts;
    }

    double[] off() {
        return off;
    }

    double[] allowance() {
        return allowance;
    }

    double[] reference() {
        return reference;
    }

    /** Whether every claimed entry that counts is a finite number. */
    boolean isFinite() {
        return isFinite;
    }

    /** A gradient by parameter as a vector like this one; zeros where a tensor is absent. */
    double[] vector(Map<String, double[]> byParameter) {
        double[] vector = new double[off.length];
        for (Part part : parts) {
            double[] values = byParameter.get(part.name());
            if (values != null) {
                System.arraycopy(values, 0, vector, part.start(), part.size());
            }
        }
        return vector;
    }

    /** The clearly wrong tensors; all wrong ones where none is. */
    Set<String> wrong() {
        return wrong;
    }

    private Set<String> clearlyWrong() {
        Set<String> clear = new LinkedHashSet<>();
        Set<String> any = new LinkedHashSet<>();
        for (Part part : parts) {
            if (part.comparison().verdict() == Verdict.FAIL) {
                any.add(part.name());
                if (worst(part) > CLEARLY) {
                    clear.add(part.name());
                }
            }
        }
        return clear.isEmpty() ? any : clear;
    }

    /** Right, and with a gradient that says so. */
    Set<String> right() {
        return right;
    }

    private Set<String> aliveAndRight() {
        Set<String> right = new LinkedHashSet<>();
        for (Part part : parts) {
            if (part.comparison().verdict() == Verdict.PASS && isAlive(part)) {
                right.add(part.name());
            }
        }
        return right;
    }

    private boolean isAlive(Part part) {
        double largest = 0;
        double allowed = 0;
        for (int i = part.start(); i < part.start() + part.size(); i++) {
            if (allowance[i] < Double.POSITIVE_INFINITY) {
                largest = Math.max(largest, Math.abs(reference[i]));
                allowed = Math.max(allowed, allowance[i]);
            }
        }
        return largest > ALIVE * allowed;
    }

    private double worst(Part part) {
        double worst = 0;
        for (int i = 0; i < part.size(); i++) {
            if (part.comparison().isBeyond(i)
                    && !Double.isFinite(part.comparison().claimed().at(i))) {
                return Double.POSITIVE_INFINITY;
            }
            worst = Math.max(worst, Math.abs(off[part.start() + i]) / allowance[part.start() + i]);
        }
        return worst;
    }

    /** {@code max |e| / A}. */
    double contrast() {
        return contrast;
    }

    /** The same of one tensor. */
    double contrast(Part part) {
        double contrast = 0;
        for (int i = part.start(); i < part.start() + part.size(); i++) {
            contrast = Math.max(contrast, Math.abs(off[i]) / allowance[i]);
        }
        return contrast;
    }

    /** How many entries stand out from rounding. */
    int standingOut() {
        return standingOut;
    }

    private int count() {
        int count = 0;
        for (int i = 0; i < off.length; i++) {
            count += Math.abs(off[i]) > 3 * allowance[i] ? 1 : 0;
        }
        return count;
    }
}
