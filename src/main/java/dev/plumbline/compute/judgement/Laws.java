package dev.plumbline.compute.judgement;

import dev.plumbline.compute.judgement.Law.Regressor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mistakes with one number for the whole tensor: sign, scaled, clipped by norm, weight decay (L2 and L1), offset.
 *
 * <p>The number is fitted, then taken for the simplest one that the fit allows: a named factor, a short decimal.
 */
final class Laws {

    /** PyTorch divides by {@code norm + 1e-6}, so a clipped gradient is a little shorter than the limit. */
    private static final double CLIPPING_EPSILON = 1e-6;

    private static final int SAMPLE = 4096;

    private final Surroundings surroundings;
    private final Factors factors;

    Laws(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.factors = new Factors(surroundings.setting());
    }

    List<Explanation> explain(Suspect suspect) {
        List<Explanation> explanations = new ArrayList<>();
        Suspect thinned = suspect.thinned(SAMPLE);
        for (Regressor regressor : Regressor.values()) {
            if (isExcluded(Fit.of(thinned, regressor))) {
                continue;
            }
            Fit fit = Fit.of(suspect, regressor);
            if (fit.isMeaningful()) {
                explain(fit).ifPresent(explanations::add);
            }
        }
        return explanations;
    }

    /** A law that some entries do not obey is no law: a few thousand entries settle most cases. */
    private static boolean isExcluded(Fit sample) {
        return Double.isFinite(sample.slope()) && sample.support(sample.slope()).equals(Support.NONE);
    }

    private Optional<Explanation> explain(Fit fit) {
        Figure figure = figure(fit);
        Support support = fit.support(figure.value());
        if (!support.affords(figure.price(support))) {
            figure = new Figure(fit.slope(), Explanation.FREE, "");
            support = fit.support(figure.value());
        }
        return support.affords(figure.price(support)) ? Optional.of(name(fit, figure)) : Optional.empty();
    }

    /** The same law as another tensor's, if that explains this tensor: it costs next to nothing to assume. */
    Optional<Explanation> explain(Suspect suspect, Explanation other) {
        Fit fit = new Fit(
                suspect,
                other.law().regressor(),
                other.law().slope(),
                1e-6 * Math.abs(other.law().slope()));
        return fit.support(fit.slope()).affords(Figure.SHARED)
                ? Optional.of(new Explanation(other.mistake(), Explanation.NAMED, other.law()))
                : Optional.empty();
    }

    private Figure figure(Fit fit) {
        return switch (fit.regressor()) {
            case REFERENCE -> factors.of(fit);
            case PARAMETER -> coefficient(fit, surroundings.setting().l2());
            case PARAMETER_SIGN -> coefficient(fit, surroundings.setting().l1());
            case ONE -> Figure.shortest(fit);
        };
    }

    /** Held against the objective's own coefficient. */
    private static Figure coefficient(Fit fit, double own) {
        if (own != 0) {
            if (fit.allows(-own)) {
                return new Figure(-own, Explanation.NAMED, "The loss has this term, your gradient lacks it.");
            }
            if (fit.allows(own)) {
                return new Figure(own, Explanation.NAMED, "The loss has this term once, your gradient twice.");
            }
            if (fit.allows(-2 * own)) {
                return new Figure(-2 * own, Explanation.NAMED, "The term has the wrong sign in your gradient.");
            }
            if (fit.allows(-own / 2)) {
                return new Figure(
                        -own / 2,
                        Explanation.NAMED,
                        "Your gradient has half of the loss's term: the 2 of the square is missing.");
            }
        }
        return Figure.shortest(fit);
    }

    private Explanation name(Fit fit, Figure figure) {
        Mistake mistake =
                switch (fit.regressor()) {
                    case REFERENCE -> scaled(fit, figure);
                    case PARAMETER -> weightDecay(figure, "w", "weight decay (L2)");
                    case PARAMETER_SIGN -> weightDecay(figure, "sign(w)", "an L1 penalty");
                    case ONE ->
                        new Mistake.Offset(
                                figure.value(),
                                "The claim is the reference plus %s in every entry: a constant was added."
                                        .formatted(Words.number(figure.value())));
                };
        // An L1 term of positive weights is an offset: what needs no parameters is simpler.
        int complexity = figure.complexity() + (fit.regressor() == Regressor.PARAMETER_SIGN ? 1 : 0);
        if (mistake instanceof Mistake.Clipped) {
            complexity = Explanation.COUNTED;
        }
        return new Explanation(mistake, complexity, new Law(fit.regressor(), figure.value()));
    }

    private static Mistake weightDecay(Figure figure, String term, String regulariser) {
        double lambda = figure.value();
        String meaning = !figure.meaning().isEmpty()
                ? figure.meaning()
                : lambda > 0
                        ? "Your gradient has %s that the loss does not have, or has it twice.".formatted(regulariser)
                        : "The loss has %s that your gradient lacks.".formatted(regulariser);
        return new Mistake.WeightDecay(
                lambda,
                "The claim is the reference %s %s %s. %s"
                        .formatted(lambda > 0 ? "plus" : "minus", Words.number(Math.abs(lambda)), term, meaning));
    }

    private Mistake scaled(Fit fit, Figure figure) {
        double factor = figure.value();
        if (figure.complexity() == Explanation.PLAIN) {
            return new Mistake.Sign(
                    factor, "Every entry has the opposite sign: a minus is missing or there is one too many.");
        }
        if (figure.complexity() > Explanation.NAMED && factor > 0 && factor < 1) {
            double limit = clippingLimit(fit);
            if (limit > 0) {
                return new Mistake.Clipped(
                        limit,
                        factor,
                        "The gradient was clipped to the norm %s, here by a factor of %s: compare it before it is clipped."
                                .formatted(Words.number(limit), Words.number(factor)));
            }
        }
        String sentence = Math.abs(factor) >= 1
                ? "The claim is %s times the reference.".formatted(Words.number(factor))
                : "The claim is the reference divided by %s.".formatted(Words.number(1 / factor));
        return new Mistake.Scaled(factor, (sentence + " " + figure.meaning()).strip());
    }

    /** The short number that the claimed norm is, of this tensor or of all with the same factor; 0 if neither is. */
    private double clippingLimit(Fit fit) {
        Comparison own = fit.suspect().comparison();
        double limit = limit(fit, own.claimedNorm(), own.referenceNorm());
        boolean common = fit.allows(surroundings.claimedNorm() / surroundings.referenceNorm());
        return limit == 0 && common ? limit(fit, surroundings.claimedNorm(), surroundings.referenceNorm()) : limit;
    }

    private static double limit(Fit fit, double claimed, double reference) {
        double limit = Figure.round(claimed);
        double slack = CLIPPING_EPSILON / reference + fit.suspect().rounding(1) + fit.uncertainty() / fit.slope();
        return slack < 1e-4 && Math.abs(claimed / limit - 1) <= slack ? limit : 0;
    }
}
