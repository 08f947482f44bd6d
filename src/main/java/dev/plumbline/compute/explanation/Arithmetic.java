package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Deviation.Part;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Rounding;
import dev.plumbline.tensor.Datatype;
import java.util.ArrayList;
import java.util.List;

/**
 * What rounding in the claim's arithmetic does to a faulty gradient: it is computed a few times with random rounding, the
 * wrong rule in place.
 *
 * <pre>
 *   allowed_i = 8 max(rms_i, rms of its tensor / 4) + 8 u |h_i|
 * </pre>
 */
final class Arithmetic {

    private static final int RUNS = 4;
    private static final double DEVIATIONS = 8;
    private static final double LUCKY = 0.25;

    private record Run(Evaluation point, Evaluation.Gradient gradient) {}

    private final Case wrong;
    private final Deviation deviation;
    private final List<Run> runs = new ArrayList<>();

    Arithmetic(Case wrong, Deviation deviation) {
        this.wrong = wrong;
        this.deviation = deviation;
    }

    /** What the passes for one hypothesis cost. */
    static int passes() {
        return RUNS;
    }

    /** What a gradient with this effect may be off, entry by entry. */
    double[] allowed(Replay replay, double[] effect) {
        double[] rms = new double[effect.length];
        double[] own = deviation.vector(arrays(wrong.gradient()));
        for (Run run : runs()) {
            double[] gradient = deviation.vector(arrays(run.gradient()));
            double[] other = deviation.vector(replay.effect(run.point(), run.gradient()));
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

    private List<Run> runs() {
        for (int k = runs.size(); k < RUNS; k++) {
            Evaluation base = wrong.objective().base();
            boolean wide = wrong.arithmetic() == Datatype.FP64;
            Rounding rounding = wide
                    ? Rounding.float64(base, wrong.seed() + k)
                    : Rounding.random(Datatype.FP32, base, wrong.seed() + k);
            Evaluation point =
                    wrong.objective().program().evaluate(wrong.objective().point(), rounding);
            runs.add(new Run(point, point.gradient(wrong.objective().output())));
        }
        return runs;
    }
}
