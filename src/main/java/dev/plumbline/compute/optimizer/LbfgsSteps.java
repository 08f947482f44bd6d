package dev.plumbline.compute.optimizer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The steps of {@link Lbfgs}, one after the other. With s the step before and y what it has changed of the gradient:
 *
 * <pre>
 * keep (s, y) if s'y &gt; 1e-10, and h = s'y / y'y
 * q = -g;  new pairs to old: a = s'q / s'y, q = q - a y;  d = h q;  old to new: d = d + (a - y'd / s'y) s
 * x = x + rate d                        in step 1: d = -g, rate = min(1, 1 / sum |g|) learningRate
 * </pre>
 */
public final class LbfgsSteps {

    private static final double CURVATURE = 1e-10;

    private record Pair(double[] step, double[] change, double product) {}

    private final Lbfgs lbfgs;
    private final Deque<Pair> pairs = new ArrayDeque<>();
    private double[] direction = new double[0];
    private double[] before = new double[0];
    private double rate;
    private double scale = 1;
    private long taken;

    public LbfgsSteps(Lbfgs lbfgs) {
        this.lbfgs = lbfgs;
    }

    /** Takes a step in place; where a tolerance is met {@code x} stays. The arrays are of all parameters, one after the other. */
    public void step(double[] x, double[] g, double learningRate) {
        if (largest(g) <= lbfgs.gradientTolerance()) {
            return;
        }
        taken++;
        if (taken == 1) {
            direction = times(-1, g);
        } else {
            remember(g);
            direction = direction(g);
        }
        before = g.clone();
        rate = taken == 1 ? Math.min(1, 1 / sum(g)) * learningRate : learningRate;
        if (dot(g, direction) > -lbfgs.changeTolerance()) {
            return;
        }
        add(x, rate, direction);
    }

    /** Everything that {@link #resume} needs to go on from here, to the last bit. */
    public List<double[]> state() {
        List<double[]> state = new ArrayList<>();
        state.add(new double[] {rate, scale, taken});
        state.add(direction.clone());
        state.add(before.clone());
        pairs.forEach(pair -> {
            state.add(pair.step().clone());
            state.add(pair.change().clone());
            state.add(new double[] {pair.product()});
        });
        return state;
    }

    /** Goes on from the state of other steps with the same settings. */
    public void resume(List<double[]> state) {
        rate = state.get(0)[0];
        scale = state.get(0)[1];
        taken = (long) state.get(0)[2];
        direction = state.get(1).clone();
        before = state.get(2).clone();
        pairs.clear();
        for (int i = 3; i < state.size(); i += 3) {
            pairs.addLast(new Pair(state.get(i).clone(), state.get(i + 1).clone(), state.get(i + 2)[0]));
        }
    }

    private void remember(double[] g) {
        double[] change = g.clone();
        add(change, -1, before);
        double[] step = times(rate, direction);
        double product = dot(change, step);
        if (product > CURVATURE) {
            if (pairs.size() == lbfgs.historySize()) {
                pairs.removeFirst();
            }
            pairs.addLast(new Pair(step, change, product));
            scale = product / dot(change, change);
        }
    }

    private double[] direction(double[] g) {
        List<Pair> oldToNew = new ArrayList<>(pairs);
        double[] shares = new double[oldToNew.size()];
        double[] q = times(-1, g);
        for (int i = shares.length - 1; i >= 0; i--) {
            Pair pair = oldToNew.get(i);
            shares[i] = dot(pair.step(), q) / pair.product();
            add(q, -shares[i], pair.change());
        }
        double[] d = times(scale, q);
        for (int i = 0; i < shares.length; i++) {
            Pair pair = oldToNew.get(i);
            add(d, shares[i] - dot(pair.change(), d) / pair.product(), pair.step());
        }
        return d;
    }

    private static double largest(double[] g) {
        double largest = 0;
        for (double entry : g) {
            largest = Math.max(largest, Math.abs(entry));
        }
        return largest;
    }

    private static double sum(double[] g) {
        double sum = 0;
        for (double entry : g) {
            sum += Math.abs(entry);
        }
        return sum;
    }

    private static double dot(double[] p, double[] q) {
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            sum += p[i] * q[i];
        }
        return sum;
    }

    private static double[] times(double factor, double[] p) {
        double[] product = new double[p.length];
        add(product, factor, p);
        return product;
    }

    private static void add(double[] y, double factor, double[] p) {
        for (int i = 0; i < y.length; i++) {
            y[i] += factor * p[i];
        }
    }
}
