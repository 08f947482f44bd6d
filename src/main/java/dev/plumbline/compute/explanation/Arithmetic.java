package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Deviation.Part;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.ReversePass;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Datatype;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What rounding in the claim's arithmetic does to a faulty gradient: it is computed a few times with random rounding, the
 * wrong rule in place. Where such runs would take too long, the right gradient's allowances grow in proportion instead.
 *
 * <pre>
 *   allowed_i = 8 max(rms_i, rms of its tensor / 4) + 8 u |h_i|
 * </pre>
 */
final class Arithmetic {

    private static final int RUNS = 4;
    private static final double DEVIATIONS = 8;
    private static final double LUCKY = 0.25;

    /** A forward pass and a reverse pass, in forward passes. */
    private static final double FORWARD_AND_BACK = 4;

    /** Floating-point operations of runs that end soon. */
    private static final double AFFORDABLE = 4e9;

    /** Of a deviation; beside what is left, an allowance in proportion is as good as a measured one. */
    private static final double FAINT = 0.01;

    private static final double SLACK = 3;

    private record Run(Evaluation point, Evaluation.Gradient gradient) {}

    private final Case wrong;
    private final Deviation deviation;
    private final List<Run> runs = new ArrayList<>();

    Arithmetic(Case wrong, Deviation deviation) {
        this.wrong = wrong;
        this.deviation = deviation;
    }

    /**
     * Whether what a hypothesis leaves of the deviation is rounding: by what the right gradient is allowed, or else by what
     * the faulty one is.
     */
    boolean allows(Replay replay, double[] effect, Fit fit, Budget budget) {
        if (Fit.isWithin(deviation, effect, new double[effect.length])) {
            return true;
        }
        boolean affords = RUNS * FORWARD_AND_BACK * wrong.objective().program().cost() <= AFFORDABLE;
        if (affords && !budget.spend(RUNS)) {
            return false;
        }
        double[] allowed = affords ? allowed(replay, effect, budget) : null;
        return allowed == null
                ? fit.rest() <= FAINT && Fit.isWithin(deviation, effect, inProportion(effect))
                : Fit.isWithin(deviation, effect, allowed);
    }

    /** The right gradient's allowances, larger as the faulty gradient of a tensor is. */
    private double[] inProportion(double[] effect) {
        double[] allowed = deviation.allowance().clone();
        for (Part part : deviation.parts()) {
            double right = 0;
            double faulty = 0;
            for (int i = part.start(); i < part.start() + part.size(); i++) {
                double own = deviation.reference()[i];
                right += own * own;
                faulty += (own + effect[i]) * (own + effect[i]);
            }
            double factor = SLACK * Math.max(1, right == 0 ? 1 : Math.sqrt(faulty / right));
            for (int i = part.start(); i < part.start() + part.size(); i++) {
                allowed[i] *= factor;
            }
        }
        return allowed;
    }

    /** Null where the time is up before the runs are made. */
    private double @Nullable [] allowed(Replay replay, double[] effect, Budget budget) {
        double[] rms = new double[effect.length];
        double[] own = deviation.vector(arrays(wrong.gradient()));
        while (runs.size() < RUNS) {
            if (budget.isLate()) {
                return null;
            }
            runs.add(run(wrong.seed() + runs.size()));
        }
        for (Run run : runs) {
            if (budget.isLate()) {
                return null;
            }
            double[] gradient = deviation.vector(arrays(run.gradient()));
            double[] other = deviation.vector(replay.effect(ReversePass.over(run.point()), run.gradient()));
            for (int i = 0; i < rms.length; i++) {
                double off = gradient[i] + other[i] - own[i] - effect[i];
                rms[i] += off * off / RUNS;
            }
        }
        double u = wrong.arithmetic().unitRoundoff();
        for (Part part : deviation.parts()) {
            double mean = 0;
            for (int i = part.start(); i < part.start() + part.size(); i++) {
                mean += rms[i] / part.size();
            }
            for (int i = part.start(); i < part.start() + part.size(); i++) {
                double spread = Math.max(Math.sqrt(rms[i]), LUCKY * Math.sqrt(mean));
                rms[i] = DEVIATIONS * (spread + u * Math.abs(own[i] + effect[i]));
            }
        }
        return rms;
    }

    private static java.util.Map<String, double[]> arrays(Evaluation.Gradient gradient) {
        java.util.Map<String, double[]> arrays = new java.util.HashMap<>();
        gradient.byParameter().forEach((name, tensor) -> arrays.put(name, tensor.values()));
        return arrays;
    }

    private Run run(long seed) {
        Evaluation base = wrong.objective().base();
        Rounding rounding = wrong.arithmetic() == Datatype.FP64
                ? Rounding.float64(base, seed)
                : Rounding.random(Datatype.FP32, base, seed);
        Evaluation point =
                wrong.objective().program().evaluate(wrong.objective().point(), rounding);
        return new Run(point, point.gradient(wrong.objective().output()));
    }
}
