package dev.plumbline.bench;

import dev.plumbline.compute.difference.ExhaustiveGradient;
import dev.plumbline.compute.difference.NumericTensor;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.verification.CheckPlan;
import dev.plumbline.compute.verification.Claims;
import dev.plumbline.compute.verification.Examination;
import dev.plumbline.compute.verification.Measurement;
import dev.plumbline.tensor.Tensor;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/** Our half of side_by_side.py: times one network in this process, one line of JSON a network. */
public final class SideBySide {

    private static final int REPEATS = 7;
    private static final long WARM_UP = 6_000_000_000L;

    /** Counts the processor time of the whole process, collecting garbage included. */
    private static final OperatingSystemMXBean MACHINE =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private SideBySide() {}

    public static void main(String[] networks) {
        for (String network : networks) {
            measure(network);
        }
        System.exit(0);
    }

    private static void measure(String network) {
        Objective objective = Networks.named(network);
        Map<String, Tensor> reverse = objective.gradient().byParameter();
        Map<String, NumericTensor> numeric = ExhaustiveGradient.of(objective, 1);
        double[] exhaustive = medians(() -> ExhaustiveGradient.of(objective, 1));
        CheckPlan plan = CheckPlan.certified(new CheckPlan.Arithmetic(Map.of(), null, false), 10);
        double[] certified = medians(() -> {
            Measurement measurement = Measurement.of(objective, plan, Progress.NONE);
            Examination.of(measurement, Claims.of(measurement.reference()));
        });
        double largest = 0;
        double worst = 0;
        long outside = 0;
        for (Map.Entry<String, NumericTensor> tensor : numeric.entrySet()) {
            Tensor exact = Objects.requireNonNull(reverse.get(tensor.getKey()));
            for (int i = 0; i < exact.size(); i++) {
                double error = Math.abs(tensor.getValue().values()[i] - exact.at(i));
                largest = Math.max(largest, Math.abs(exact.at(i)));
                worst = Math.max(worst, error);
                double allowed = tensor.getValue().bounds()[i] + tensor.getValue().kinkRadii()[i];
                outside += error > allowed + 1e-15 ? 1 : 0;
            }
        }
        long entries = objective.program().parameterCount();
        System.out.printf(
                "{\"network\": \"%s\", \"entries\": %d, \"microseconds\": %.4f, \"cpuMicroseconds\": %.4f,"
                        + " \"certifiedMilliseconds\": %.3f,"
                        + " \"worst\": %.3e, \"outside\": %d}%n",
                network,
                entries,
                exhaustive[0] / 1e3 / entries,
                exhaustive[1] / 1e3 / entries,
                certified[0] / 1e6,
                worst / largest,
                outside);
    }

    /** The medians of wall and processor nanoseconds of some runs, after warming up until the compiler, which takes a core, is done. */
    private static double[] medians(Runnable work) {
        long begin = System.nanoTime();
        long runs = 0;
        for (; System.nanoTime() - begin < WARM_UP; runs++) {
            work.run();
        }
        long each = Math.max(1, runs / 20);
        double[] wall = new double[REPEATS];
        double[] processor = new double[REPEATS];
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            long started = System.nanoTime();
            long spent = MACHINE.getProcessCpuTime();
            for (long run = 0; run < each; run++) {
                work.run();
            }
            wall[repeat] = (System.nanoTime() - started) / (double) each;
            processor[repeat] = (MACHINE.getProcessCpuTime() - spent) / (double) each;
        }
        Arrays.sort(wall);
        Arrays.sort(processor);
        return new double[] {wall[REPEATS / 2], processor[REPEATS / 2]};
    }
}
