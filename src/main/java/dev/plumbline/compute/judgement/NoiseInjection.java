package dev.plumbline.compute.judgement;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The noise-injected check: from which size on would noise in the claim be seen? With z standard normal, the claim becomes
 *
 * <pre>
 *   a_i + size rms(a) z_i        additive
 *   a_i + size |a_i| z_i         multiplicative
 * </pre>
 *
 * <p>Entry i shows the noise once {@code |a_i + e z_i - n_i|} exceeds its allowance, and from then on at every larger e; so
 * the size where the first entry does is known in closed form, and nothing is evaluated or even compared again. The size
 * that is told is seen in every draw: 20 draws in a small tensor, down to 1 in one of many entries, where draws hardly
 * differ.
 *
 * @param whole with noise in all tensors at once, of one size for all
 * @param tensors with noise in one alone, by name
 */
public record NoiseInjection(Sizes whole, Map<String, Sizes> tensors) {

    private static final int MOST_DRAWS = 20;
    private static final int NUMBERS = 20_000;

    /**
     * The smallest sizes seen.
     *
     * @param additive 0 where any noise is: at an entry whose allowance is 0; infinite for a claim of zeros
     * @param multiplicative infinite for a claim of zeros, which it leaves as they are
     */
    public record Sizes(double additive, double multiplicative) {}

    /** The comparisons must pass: noise in a claim that is wrong already shows nothing. */
    public static NoiseInjection of(List<Comparison> comparisons, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Sizes> tensors = new LinkedHashMap<>();
        List<List<Sizes>> draws = new ArrayList<>(); // by tensor: the additive sizes absolute
        double squares = 0;
        long entries = 0;
        for (Comparison comparison : comparisons) {
            List<Sizes> own = new ArrayList<>();
            for (int draw = 0; draw < draws(comparison); draw++) {
                own.add(seen(comparison, random));
            }
            draws.add(own);
            tensors.put(comparison.name(), largest(own, rms(comparison.claimedNorm(), comparison.judged())));
            squares = Math.hypot(squares, comparison.claimedNorm());
            entries += comparison.judged();
        }
        return new NoiseInjection(largest(together(draws), rms(squares, entries)), tensors);
    }

    private static int draws(Comparison comparison) {
        return Math.max(1, Math.min(MOST_DRAWS, NUMBERS / Math.max(1, comparison.judged())));
    }

    private static double rms(double norm, long entries) {
        return norm / Math.sqrt(entries);
    }

    /** The sizes at which the first entry shows one draw of noise, the additive one absolute. */
    private static Sizes seen(Comparison comparison, SplittableRandom random) {
        double[] claimed = comparison.claimed().values();
        double[] reference = comparison.reference().values();
        double[] allowance = comparison.allowance().values();
        double additive = Double.POSITIVE_INFINITY;
        double multiplicative = Double.POSITIVE_INFINITY;
        for (int k = 0; k < comparison.judged(); k++) {
            int i = comparison.judged(k);
            double z = random.nextGaussian();
            double room = allowance[i] - Math.signum(z) * (claimed[i] - reference[i]);
            double size = Math.abs(z);
            if (room < additive * size) { // never for NaN, where there is nothing to compare with
                additive = room / size;
            }
            double relative = size * Math.abs(claimed[i]);
            if (room < multiplicative * relative) {
                multiplicative = room / relative;
            }
        }
        return new Sizes(additive, multiplicative);
    }

    /** Of all tensors at once, for as many draws as every one of them has. */
    private static List<Sizes> together(List<List<Sizes>> draws) {
        int common = draws.stream().mapToInt(List::size).min().orElse(0);
        List<Sizes> together = new ArrayList<>();
        for (int draw = 0; draw < common; draw++) {
            double additive = Double.POSITIVE_INFINITY;
            double multiplicative = Double.POSITIVE_INFINITY;
            for (List<Sizes> tensor : draws) {
                additive = Math.min(additive, tensor.get(draw).additive());
                multiplicative = Math.min(multiplicative, tensor.get(draw).multiplicative());
            }
            together.add(new Sizes(additive, multiplicative));
        }
        return together;
    }

    private static Sizes largest(List<Sizes> draws, double rms) {
        double additive = 0;
        double multiplicative = 0;
        for (Sizes sizes : draws) {
            additive = Math.max(additive, sizes.additive());
            multiplicative = Math.max(multiplicative, sizes.multiplicative());
        }
        return new Sizes(rms > 0 ? additive / rms : Double.POSITIVE_INFINITY, multiplicative);
    }
}
