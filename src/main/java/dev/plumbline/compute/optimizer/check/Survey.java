package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Checkpoint;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The first look at a recording, at every number of it: what of it no sample tells, and the entries that a sample must hold so
 * that whatever is so of the sample is so of everything: the first number that is not finite, the largest step, a gradient,
 * an entry that does not go on from where the step before has left it. Of each stretch it takes the largest parameter, and the
 * largest and the smallest gradient, too: there hypotheses differ most.
 *
 * @param norms of the gradients, step by step
 * @param largest step of each tensor, step by step
 * @param picks the sample's entries
 */
record Survey(List<Map<String, Double>> norms, List<Map<String, Double>> largest, Map<String, TreeSet<Integer>> picks) {

    static final int STRETCH = 1 << 16;
    private static final int FEW = 128;
    private static final int SPREAD = 4096;
    private static final int SPREAD_OF_EACH = 1024;

    static Survey of(Recording recording) {
        List<RecordedStep> steps = recording.steps();
        Map<String, ? extends TensorSource> parameters = steps.get(0).before();
        int spread = Math.max(1, Math.min(SPREAD_OF_EACH, SPREAD / parameters.size()));
        Survey survey = new Survey(new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
        parameters.forEach(
                (name, tensor) -> survey.picks.put(name, spread(tensor.shape().size(), spread)));
        for (int k = 0; k < steps.size(); k++) {
            survey.norms.add(new HashMap<>());
            survey.largest.add(new HashMap<>());
            for (String name : parameters.keySet()) {
                RecordedStep before = k == 0 || steps.get(k).said().state() != null ? null : steps.get(k - 1);
                survey.look(name, steps.get(k), before, k);
            }
        }
        Checkpoint start = recording.start();
        if (start != null) {
            start.slots().values().forEach(moments -> moments.forEach(survey::look));
        }
        return survey;
    }

    /** As many positions as are wanted, or all, with a stride that is no row's length. */
    private static TreeSet<Integer> spread(int size, int wanted) {
        TreeSet<Integer> positions = new TreeSet<>();
        for (int i = 0; i < Math.min(size, wanted); i++) {
            positions.add(size <= wanted ? i : (int) ((i + (i * 0.6180339887498949) % 1) * size / wanted));
        }
        return positions;
    }

    /** A moment: only whether it is finite. */
    private void look(String name, TensorSource moment) {
        TreeSet<Integer> picked = picks.get(name);
        double[] values = new double[STRETCH];
        for (int from = 0; picked != null && from < moment.shape().size(); from += STRETCH) {
            int length = Math.min(STRETCH, moment.shape().size() - from);
            moment.doubles(from, values, length);
            add(picked, from, firstNonFinite(values, length));
        }
    }

    private void look(String name, RecordedStep step, @Nullable RecordedStep last, int k) {
        TensorSource before = requireNonNull(step.before().get(name));
        TensorSource gradient = requireNonNull(step.gradients().get(name));
        TensorSource after = requireNonNull(step.after().get(name));
        TensorSource left = last == null ? before : requireNonNull(last.after().get(name));
        int size = before.shape().size();
        Stretch stretch = new Stretch(Math.min(size, STRETCH));
        List<Double> norms = new ArrayList<>();
        double largest = 0;
        for (int from = 0; from < size; from += STRETCH) {
            int length = Math.min(STRETCH, size - from);
            before.doubles(from, stretch.x, length);
            gradient.doubles(from, stretch.g, length);
            after.doubles(from, stretch.y, length);
            TreeSet<Integer> picked = requireNonNull(picks.get(name));
            if (left != before) {
                double[] other = new double[length];
                left.doubles(from, other, length);
                add(picked, from, firstDifference(stretch.x, other, length));
            }
            largest = Math.max(largest, stretch.look(length));
            norms.add(stretch.norm(length));
            for (int position : stretch.telling(length)) {
                add(picked, from, position);
            }
        }
        requireNonNull(this.norms.get(k))
                .put(
                        name,
                        Tensor.vector(norms.stream().mapToDouble(norm -> norm).toArray())
                                .norm());
        requireNonNull(this.largest.get(k)).put(name, largest);
    }

    private static void add(TreeSet<Integer> picked, int from, int position) {
        if (position >= 0) {
            picked.add(from + position);
        }
    }

    private static int firstDifference(double[] one, double[] other, int length) {
        for (int i = 0; i < length; i++) {
            if (Double.doubleToLongBits(one[i]) != Double.doubleToLongBits(other[i])) {
                return i;
            }
        }
        return -1;
    }

    private static int firstNonFinite(double[] values, int length) {
        for (int i = 0; i < length; i++) {
            if (!Double.isFinite(values[i])) {
                return i;
            }
        }
        return -1;
    }

    Cut sample() {
        Map<String, int[]> positions = new LinkedHashMap<>();
        picks.forEach((name, picked) -> positions.put(
                name, picked.stream().mapToInt(position -> position).toArray()));
        return new Cut.Picks(positions);
    }

    /** A stretch of one step: parameters x, gradients g, parameters y afterwards. */
    private static final class Stretch {
        private final double[] x;
        private final double[] g;
        private final double[] y;
        private int moved;
        private int steep;
        private int flat;
        private int large;
        private double squares;
        private double sum;

        Stretch(int length) {
            this.x = new double[length];
            this.g = new double[length];
            this.y = new double[length];
        }

        /** The largest step. */
        double look(int length) {
            double step = 0;
            double gradient = 0;
            double least = Double.POSITIVE_INFINITY;
            double parameter = 0;
            moved = -1;
            steep = -1;
            flat = -1;
            large = -1;
            squares = 0;
            sum = 0;
            double few = 0; // summed apart, lest rounding errors add up
            for (int i = 0; i < length; i++) {
                if (i % FEW == 0) {
                    squares += few;
                    few = 0;
                }
                double way = Math.abs(y[i] - x[i]);
                double slope = Math.abs(g[i]);
                double size = Math.abs(x[i]);
                few += slope * slope;
                sum += way + slope + size; // not finite if one of them is not, or all but
                if (way > step) {
                    step = way;
                    moved = i;
                }
                if (slope > gradient) {
                    gradient = slope;
                    steep = i;
                }
                if (slope < least && slope > 0) {
                    least = slope;
                    flat = i;
                }
                if (size > parameter) {
                    parameter = size;
                    large = i;
                }
            }
            squares += few;
            return step;
        }

        double norm(int length) {
            return squares > 1e-200 && squares < 1e200
                    ? Math.sqrt(squares)
                    : Tensor.vector(Arrays.copyOf(g, length)).norm();
        }

        int[] telling(int length) {
            return Double.isFinite(sum)
                    ? new int[] {moved, steep, flat, large}
                    : new int[] {
                        moved,
                        steep,
                        flat,
                        large,
                        firstNonFinite(x, length),
                        firstNonFinite(g, length),
                        firstNonFinite(y, length)
                    };
        }
    }
}
