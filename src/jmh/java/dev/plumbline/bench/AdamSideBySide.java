package dev.plumbline.bench;

import dev.plumbline.compute.optimizer.Adam;
import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.step.InPlaceStep;
import dev.plumbline.compute.optimizer.step.TensorArrays;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Our half of adam_side_by_side.py: Adam's step over float32 parameters, with its report of norms, and what the memory does by
 * copying. One line of JSON.
 */
public final class AdamSideBySide {

    private static final int REPEATS = 15;

    /** Until the compiler is done, which takes one of two processors for itself. */
    private static final int WARM_UP = 150;

    private AdamSideBySide() {}

    public static void main(String[] arguments) {
        int size = Integer.parseInt(arguments[0]);
        float[] x = normal(size, 1);
        float[] g = normal(size, 2);
        float[] m = new float[size];
        float[] v = new float[size];
        List<TensorArrays> arrays = List.of(new TensorArrays(
                "x", Strip.of(x), Strip.of(g), List.of(Strip.of(m), Strip.of(v))));
        InPlaceStep adam = new InPlaceStep(Adam.preset(Preset.PYTORCH), Clipping.NONE, true);
        double step = milliseconds(() -> adam.take(10, arrays));
        double copy = milliseconds(() -> System.arraycopy(g, 0, x, 0, size));
        System.out.printf("{\"step\": %.3f, \"copyGigabytesPerSecond\": %.2f}%n", step, 8e-6 * size / copy);
        System.exit(0);
    }

    private static float[] normal(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5);
        }
        return values;
    }

    /** The median of some runs of warm code. */
    private static double milliseconds(Runnable work) {
        double[] times = new double[REPEATS];
        for (int repeat = -WARM_UP; repeat < REPEATS; repeat++) {
            long begin = System.nanoTime();
            work.run();
            times[Math.max(0, repeat)] = (System.nanoTime() - begin) / 1e6;
        }
        Arrays.sort(times);
        return times[REPEATS / 2];
    }
}
