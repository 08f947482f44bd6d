package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The first look at a recording, at every number of it: what of it no sample tells, and the entries that a sample must hold so
 * that whatever is so of the sample is so of everything: the first number that is not finite, the largest step, a gradient,
 * an entry that does not go on from where the step before has left it. Of each stretch it takes the largest step, parameter
 * and gradient, and the smallest gradient, of all steps together: there hypotheses differ most. Of each step it takes a few
 * more entries, so a sample does not grow with the steps times the stretches.
 *
 * @param norms of the gradients, step by step
 * @param largest step of each tensor, step by step
 * @param picks the sample's entries
 */
record Survey(List<Map<String, Double>> norms, List<Map<String, Double>> largest, Map<String, TreeSet<Integer>> picks) {

    /** Of which extremes are taken, read at once: a buffer of 1.5 MB for the three tensors of a step. */
    static final int STRETCH = 1 << 16;

    /** Squares that are summed apart: a sum of n has a relative error of some n 2^-53, so 128 and 512 of these have little. */
    private static final int FEW = 128;

    /** Entries of all tensors together, beside the extremes: two of these steps take hundreds of hypotheses a second. */
    private static final int SPREAD = 4096;

    /** Of one tensor: one that is alone needs no more to tell hypotheses apart than one of many. */
    private static final int SPREAD_OF_EACH = 1024;

    /** Entries times steps: as many as are tried on every hypothesis where nothing is sampled. */
    private static final int SPREAD_OF_STEPS = 1 << 16;

    /** The largest step, gradient and parameter, and the smallest gradient. */
    private static final int OF_STRETCH = 4;

    /** A gap, a gradient that is not finite, or one of few entries that moved: as a rule no step has more than one. */
    private static final int OF_STEP = 1;

    private static int wanted(int tensors, int steps) {
        return Math.max(1, Math.min(SPREAD_OF_EACH, Math.min(SPREAD, SPREAD_OF_STEPS / steps) / tensors));
    }

    /** Of all steps of the sample together, at most, where there is anything to be judged. */
    static long entries(List<RecordedStep> steps) {
        Map<String, ? extends TensorSource> parameters = steps.get(0).before();
        int spread = wanted(parameters.size(), steps.size());
        long all = 0;
        long picked = (long) OF_STEP * steps.size();
        for (TensorSource tensor : parameters.values()) {
            int size = tensor.shape().size();
            all += size;
            picked += Math.min(size, spread + (long) OF_STRETCH * stretches(size));
        }
        return Math.min(all, picked) * steps.size();
    }

    private static int stretches(int size) {
        return (int) (((long) size + STRETCH - 1) / STRETCH);
    }

    /** @param alive asked between two tensors; throws where nobody waits any longer */
    static Survey of(Recording recording, Runnable alive) {
        List<RecordedStep> steps = recording.steps();
        Map<String, ? extends TensorSource> parameters = steps.get(0).before();
        int spread = wanted(parameters.size(), steps.size());
        Map<String, Extremes[]> extremes = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> extremes.put(
                name,
                IntStream.range(0, stretches(tensor.shape().size()))
                        .mapToObj(from -> new Extremes())
                        .toArray(Extremes[]::new)));
        Survey survey = new Survey(new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
        parameters.forEach(
                (name, tensor) -> survey.picks.put(name, spread(tensor.shape().size(), spread)));
        for (int k = 0; k < steps.size(); k++) {
            survey.norms.add(new HashMap<>());
            survey.largest.add(new HashMap<>());
            Firsts firsts = new Firsts();
            RecordedStep before = k == 0 || steps.get(k).said().state() != null ? null : steps.get(k - 1);
            for (String name : parameters.keySet()) {
                alive.run();
                survey.look(new Look(name, k, firsts, requireNonNull(extremes.get(name))), steps.get(k), before);
            }
            firsts.moved(survey, parameters.values());
        }
        extremes.forEach((name, all) -> {
            for (Extremes each : all) {
                each.positions().forEach(position -> survey.add(name, 0, position));
            }
        });
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
        double[] values = new double[STRETCH];
        int first = -1;
        for (int from = 0;
                picks.containsKey(name) && first < 0 && from < moment.shape().size();
                from += STRETCH) {
            int length = Math.min(STRETCH, moment.shape().size() - from);
            moment.doubles(from, values, length);
            first = firstNonFinite(values, length);
            add(name, from, first);
        }
    }

    /** At a tensor in a step. */
    private record Look(String name, int step, Firsts firsts, Extremes[] extremes) {}

    private void look(Look look, RecordedStep step, @Nullable RecordedStep last) {
        String name = look.name();
        Firsts firsts = look.firsts();
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
            if (left != before && !firsts.gap) {
                double[] other = new double[length];
                left.doubles(from, other, length);
                firsts.gap = add(name, from, firstDifference(stretch.x, other, length));
            }
            stretch.look(length);
            firsts.moving += stretch.moving;
            if (stretch.step > firsts.step) {
                firsts.step = stretch.step;
                firsts.tensor = name;
                firsts.position = from + stretch.moved;
            }
            largest = Math.max(largest, stretch.step);
            norms.add(stretch.norm(length));
            look.extremes()[from / STRETCH].take(stretch, from);
            if (!Double.isFinite(stretch.sum)) {
                firsts.before = firsts.before || add(name, from, firstNonFinite(stretch.x, length));
                firsts.gradients = firsts.gradients || add(name, from, firstNonFinite(stretch.g, length));
                firsts.after = firsts.after || add(name, from, firstNonFinite(stretch.y, length));
            }
        }
        requireNonNull(this.norms.get(look.step()))
                .put(
                        name,
                        Tensor.vector(norms.stream().mapToDouble(norm -> norm).toArray())
                                .norm());
        requireNonNull(this.largest.get(look.step())).put(name, largest);
    }

    private boolean add(String name, int from, int position) {
        if (position >= 0) {
            requireNonNull(picks.get(name)).add(from + position);
        }
        return position >= 0;
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

    /** What is found of one step: whether entries are picked that are not finite, or a gap; and the largest step. */
    private static final class Firsts {
        private boolean before;
        private boolean gradients;
        private boolean after;
        private boolean gap;
        private double step;
        private long moving;
        private String tensor = "";
        private int position;

        /** Where most entries move, those that are spread do too. */
        void moved(Survey survey, Collection<? extends TensorSource> parameters) {
            long all = parameters.stream()
                    .mapToLong(tensor -> tensor.shape().size())
                    .sum();
            if (step > 0 && 2 * moving < all) {
                survey.add(tensor, 0, position);
            }
        }
    }

    /** Of a stretch in all steps. */
    private static final class Extremes {
        private double step;
        private double gradient;
        private double least = Double.POSITIVE_INFINITY;
        private double parameter;
        private int moved = -1;
        private int steep = -1;
        private int flat = -1;
        private int large = -1;

        void take(Stretch stretch, int from) {
            if (stretch.step > step) {
                step = stretch.step;
                moved = from + stretch.moved;
            }
            if (stretch.gradient > gradient) {
                gradient = stretch.gradient;
                steep = from + stretch.steep;
            }
            if (stretch.least < least) {
                least = stretch.least;
                flat = from + stretch.flat;
            }
            if (stretch.parameter > parameter) {
                parameter = stretch.parameter;
                large = from + stretch.large;
            }
        }

        IntStream positions() {
            return IntStream.of(moved, steep, flat, large);
        }
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
        private double step;
        private double gradient;
        private double least;
        private double parameter;
        private double squares;
        private double sum;
        private int moving;

        Stretch(int length) {
            this.x = new double[length];
            this.g = new double[length];
            this.y = new double[length];
        }

        /** Its extremes, where they are, and sums. */
        void look(int length) {
            step = 0;
            gradient = 0;
            least = Double.POSITIVE_INFINITY;
            parameter = 0;
            moved = -1;
            steep = -1;
            flat = -1;
            large = -1;
            squares = 0;
            sum = 0;
            moving = 0;
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
                moving += way > 0 ? 1 : 0;
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
        }

        double norm(int length) {
            return squares > 1e-200 && squares < 1e200
                    ? Math.sqrt(squares)
                    : Tensor.vector(Arrays.copyOf(g, length)).norm();
        }
    }
}
