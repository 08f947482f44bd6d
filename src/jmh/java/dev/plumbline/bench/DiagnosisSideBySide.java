package dev.plumbline.bench;

import dev.plumbline.compute.health.Condition;
import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.ModelReading;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.SampleNorms;
import dev.plumbline.compute.program.Objective;
import java.util.Arrays;
import java.util.Map;

/**
 * Our half of diagnosis_side_by_side.py: a forward pass, a reverse pass, the statistics of every layer and the rules, timed
 * in this process; the passes alone too. One line of JSON a network.
 */
public final class DiagnosisSideBySide {

    private static final int REPEATS = 9;

    private DiagnosisSideBySide() {}

    public static void main(String[] networks) {
        for (String network : networks) {
            Objective read = Networks.named(network);
            double whole = median(() -> diagnose(again(read)));
            double passes = median(() -> again(read).gradient().byParameter());
            Condition condition = diagnose(again(read));
            System.out.printf(
                    "{\"network\": \"%s\", \"milliseconds\": %.4f, \"passes\": %.4f, \"norm\": %.12e}%n",
                    network, whole / 1e6, passes / 1e6, norm(condition));
        }
        System.exit(0);
    }

    /** The same program evaluated once more. */
    private static Objective again(Objective read) {
        return new Objective(read.program(), read.output(), read.point());
    }

    private static Condition diagnose(Objective objective) {
        Condition condition = new ModelReading(objective).condition(Map.of(), SampleNorms.none("not timed"));
        Diagnosis.of(condition, Profile.PLUMBLINE);
        return condition;
    }

    private static double norm(Condition condition) {
        return Math.sqrt(condition.layers().stream()
                .mapToDouble(layer -> layer.gradientNorm() * layer.gradientNorm())
                .sum());
    }

    /** The median of nanoseconds a run, after warming up for two seconds. */
    private static double median(Runnable work) {
        long begin = System.nanoTime();
        long runs = 0;
        for (; System.nanoTime() - begin < 2_000_000_000L; runs++) {
            work.run();
        }
        long each = Math.max(1, runs / 20);
        double[] wall = new double[REPEATS];
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            long started = System.nanoTime();
            for (long run = 0; run < each; run++) {
                work.run();
            }
            wall[repeat] = (System.nanoTime() - started) / (double) each;
        }
        Arrays.sort(wall);
        return wall[REPEATS / 2];
    }
}
