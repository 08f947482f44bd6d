package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Right numbers in wrong places: transposed, flipped, blocks in another order, another tensor's gradient. */
final class Rearrangements {

    /** 5! = 120 orders; tensors of higher rank are not tried. */
    private static final int HIGHEST_RANK = 5;

    private final Surroundings surroundings;

    Rearrangements(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    List<Explanation> explain(Suspect suspect) {
        List<Explanation> explanations = new ArrayList<>();
        transposed(suspect).ifPresent(explanations::add);
        flipped(suspect).ifPresent(explanations::add);
        swapped(suspect).ifPresent(explanations::add);

        return explanations;
    }

    private static Optional<Explanation> transposed(Suspect suspect) {
        Shape shape = suspect.shape();
        if (shape.rank() < 2 || shape.rank() > HIGHEST_RANK) {
            return Optional.empty();
        }
        List<int[]> orders = Places.permutations(shape.rank());
        double price = Support.choice(2.0 * orders.size());
        for (int[] order : orders.subList(1, orders.size())) {
            Shape permuted = Places.permuted(shape, order);
            boolean there = suspect.rearranged(Places.transposed(shape, order)).affords(price);
            boolean back = !there
                    && suspect.rearranged(Places.transposed(permuted, Places.inverse(order)))
                            .affords(price);
            if (there || back) {
                return Optional.of(new Explanation(
                        new Mistake.Transposed(transposedAdvice(shape, permuted, order)), Explanation.NAMED));
            }
        }
        return Optional.empty();
    }

    private static String transposedAdvice(Shape shape, Shape permuted, int[] order) {
        if (shape.equals(permuted)) {
            return shape.rank() == 2
                    ? "The claim is the transpose of the reference: write x^T dz where you have dz^T x, or the other way round."
                    : "The claim has its axes in the order %s.".formatted(Arrays.toString(order));
        }
        return ("The claim's numbers are right but laid out as for shape %s, the axes in another order"
                        + " (column by column instead of row by row, or another framework's layout).")
                .formatted(permuted);
    }

    private static Optional<Explanation> flipped(Suspect suspect) {
        Shape shape = suspect.shape();
        int rank = Math.min(shape.rank(), HIGHEST_RANK);
        double price = Support.choice(1 << rank);
        for (int axes = 1; axes < 1 << rank; axes++) {
            if (suspect.rearranged(Places.flipped(shape, axes)).affords(price)) {
                List<Integer> reversed = new ArrayList<>();
                for (int axis = 0; axis < rank; axis++) {
                    if ((axes >> axis & 1) == 1) {
                        reversed.add(axis);
                    }
                }
                String advice = "The claim runs backwards along %s %s%s."
                        .formatted(
                                reversed.size() == 1 ? "axis" : "axes",
                                reversed.size() == 1 ? reversed.get(0) : reversed,
                                rank >= 3 ? ": a convolution where a correlation belongs, or the other way round" : "");
                return Optional.of(new Explanation(
                        new Mistake.Shifted(null, reversed.size() == 1 ? reversed.get(0) : null, advice),
                        Explanation.NAMED));
            }
        }
        return Optional.empty();
    }

    private Optional<Explanation> swapped(Suspect suspect) {
        double price = Support.choice(surroundings.comparisons().size());
        for (Comparison other : surroundings.comparisons()) {
            if (other != suspect.comparison()
                    && other.size() == suspect.size()
                    && similar(other.referenceNorm(), suspect.comparison().claimedNorm())
                    && suspect.borrowed(other, i -> i).affords(price)) {
                boolean mutual =
                        similar(other.claimedNorm(), suspect.comparison().referenceNorm())
                                && agrees(other, suspect.comparison());
                String advice = mutual
                        ? "The gradients of %s and %s are exchanged.".formatted(suspect.name(), other.name())
                        : "The claim for %s is the gradient of %s.".formatted(suspect.name(), other.name());
                return Optional.of(new Explanation(new Mistake.Swapped(other.name(), advice), Explanation.NAMED));
            }
        }
        return Optional.empty();
    }

    /** A cheap sieve before entries are compared; half precision moves a norm by less than a percent. */
    private static boolean similar(double one, double other) {
        return Math.abs(one - other) <= 0.02 * other;
    }

    private static boolean agrees(Comparison claim, Comparison reference) {
        for (int i = 0; i < claim.size(); i++) {
            double allowance = claim.allowance().at(i) + reference.allowance().at(i);
            if (Comparison.isBeyond(claim.claimed().at(i), reference.reference().at(i), allowance)) {
                return false;
            }
        }
        return true;
    }

    /** Recurrent gates and attention projections are stored in one tensor, and each library has its own order. */
    static List<Explanation> blocks(Suspect suspect) {
        Shape shape = suspect.shape();
        double price = Support.choice(58);
        for (int axis : shape.rank() == 0 ? new int[0] : new int[] {0, shape.rank() - 1}) {
            for (int count = 2; count <= 4; count++) {
                if (shape.extent(axis) % count != 0 || shape.extent(axis) < 2 * count) {
                    continue;
                }
                List<int[]> orders = Places.permutations(count);
                for (int[] order : orders.subList(1, orders.size())) {
                    if (suspect.rearranged(Places.blocks(shape, axis, order)).affords(price)) {
                        String advice =
                                ("Along axis %d the claim has its %d blocks in the order %s: gates or projections"
                                                + " are stacked in another order than the model has them.")
                                        .formatted(axis, count, Arrays.toString(order));
                        return List.of(
                                new Explanation(new Mistake.Swapped(suspect.name(), advice), Explanation.COUNTED + 1));
                    }
                }
            }
        }
        return List.of();
    }
}
