package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Right but in places: a few entries, or a row, a column, a channel, a gate. */
final class Localities {

    private static final String CONJUGATE =
            " If these are complex numbers as pairs, it is the conjugate, as JAX has it; PyTorch's gradient is the derivative by the real part and i times that by the imaginary part.";

    /** A share of wrong entries up to this is called sparse (and always one or two, if enough others are right). */
    private static final double SPARSE = 0.02;

    /** So many entries must be seen to be right for each wrong one, or "sparse" says nothing. */
    private static final int WITNESSES = 3;

    private final Suspect suspect;
    private final int[] wrong;

    private Localities(Suspect suspect) {
        this.suspect = suspect;
        this.wrong = suspect.wrong();
    }

    static List<Explanation> explain(Suspect suspect) {
        List<Explanation> explanations = new ArrayList<>();
        if (suspect.comparison().beyond() <= suspect.size() / 2 + 1) {
            Localities localities = new Localities(suspect);
            localities.slice().ifPresent(explanations::add);
            localities.sparse().ifPresent(explanations::add);
        }
        return explanations;
    }

    private Optional<Explanation> sparse() {
        int most = Math.max(2, (int) (SPARSE * suspect.size()));
        if (wrong.length > most || !othersAreRight(WITNESSES * wrong.length)) {
            return Optional.empty();
        }
        List<List<Integer>> indices = Arrays.stream(wrong)
                .limit(Mistake.LISTED)
                .mapToObj(i -> Arrays.stream(suspect.shape().index(i)).boxed().toList())
                .toList();
        boolean exchanged = wrong.length == 2 && comesFrom(wrong[0], wrong[1]) && comesFrom(wrong[1], wrong[0]);
        String advice = "%s of %d entries %s wrong: %s%s. %s"
                .formatted(
                        wrong.length,
                        suspect.size(),
                        wrong.length == 1 ? "is" : "are",
                        Words.places(indices),
                        wrong.length > Mistake.LISTED ? ", ..." : "",
                        exchanged ? "The two are exchanged." : content().words());
        return Optional.of(new Explanation(
                new Mistake.Sparse(indices, advice.strip()), exchanged ? Explanation.PLACE - 1 : Explanation.PLACES));
    }

    /** Stops looking as soon as enough are seen. */
    private boolean othersAreRight(int enough) {
        int seen = 0;
        for (int i = 0; i < suspect.size() && seen < enough; i++) {
            seen += !suspect.isWrong(i) && suspect.isInformative(i) ? 1 : 0;
        }
        return seen >= enough;
    }

    private boolean comesFrom(int claimed, int reference) {
        double n = suspect.reference(reference);
        return Math.abs(suspect.claimed(claimed) - n) <= suspect.allowance(reference) + suspect.rounding(n);
    }

    private Optional<Explanation> slice() {
        Shape shape = suspect.shape();
        if (wrong.length < 2 || shape.rank() == 0) {
            return Optional.empty();
        }
        Box box = Box.around(shape, wrong);
        boolean enough = box.isOfWholeAxes(shape) || box.size() >= 4;
        if (!enough || box.size() == shape.size() || !fills(box) || !othersAreRight(2)) {
            return Optional.empty();
        }
        Content content = content();
        boolean isConjugate = content.factor != null
                && content.factor == -1
                && shape.extent(shape.rank() - 1) == 2
                && box.name(shape).equals(":, ".repeat(shape.rank() - 1).transform(rest -> "[" + rest + "1]"));
        String advice = "Only %s is wrong, and all of it. %s%s"
                .formatted(box.name(shape), content.words(), isConjugate ? CONJUGATE : "");
        int complexity = content.known ? Explanation.COUNTED : Explanation.PLACE;
        return Optional.of(
                new Explanation(new Mistake.Slice(box.name(shape), content.factor, advice.strip()), complexity));
    }

    /** Whether the wrong entries are all of the box, save those that say nothing and one in ten by chance. */
    private boolean fills(Box box) {
        int missing = 0;
        int[] strides = suspect.shape().strides();
        for (int k = 0; k < box.size(); k++) {
            int i = box.position(k, strides);
            if (!suspect.isWrong(i) && suspect.isInformative(i) && ++missing > wrong.length / 9) {
                return false;
            }
        }
        return true;
    }

    /** What the wrong entries have in common. */
    private Content content() {
        if (all(i -> suspect.claimed(i) == 0)) {
            return new Content(true, 0.0, wrong.length == 1 ? "It is zero." : "There the claim is zero.");
        }
        double product = 0;
        double squares = 0;
        double scale = suspect.comparison().referenceNorm();
        for (int i : wrong) {
            double x = suspect.reference(i) / scale;
            product += suspect.claimed(i) * x;
            squares += x * x;
        }
        double factor = product / squares / scale;
        double near = Math.abs(factor) >= 1 ? Math.rint(factor) : 1 / Math.rint(1 / factor);
        if (all(i -> isTimes(i, near))) {
            return new Content(
                    true,
                    near,
                    near == -1
                            ? "There the sign is wrong."
                            : String.format(
                                    Locale.ROOT, "There the claim is %s times the reference.", Words.number(near)));
        }
        return new Content(false, null, "");
    }

    private boolean all(IntPredicate condition) {
        return Arrays.stream(wrong).allMatch(condition);
    }

    private boolean isTimes(int i, double factor) {
        double n = suspect.reference(i);
        return Math.abs(suspect.claimed(i) - factor * n)
                <= Math.max(1, Math.abs(factor)) * (suspect.allowance(i) + suspect.rounding(n));
    }

    private record Content(boolean known, @Nullable Double factor, String words) {}
}
