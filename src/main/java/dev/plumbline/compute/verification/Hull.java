package dev.plumbline.compute.verification;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The point of the convex hull of some points that is nearest to a target:
 *
 * <pre>
 *   minimise || sum_j lambda_j p_j - a ||   with lambda_j &gt;= 0, sum lambda_j = 1
 * </pre>
 *
 * by non-negative least squares (Lawson and Hanson, <i>Solving Least Squares Problems</i>, 1974, chapter 23), coordinates
 * scaled. Bad: more points than a hundred or so; each step costs a factorisation of the points in use.
 */
final class Hull {

    private static final int MOST_STEPS = 300;

    private final List<double[]> points; // scaled, relative to the target
    private final double[] lambda;

    private Hull(List<double[]> points, double[] lambda) {
        this.points = points;
        this.lambda = lambda;
    }

    /**
     * @param scales by coordinate, what a distance is measured in; above 0
     * @return {@code sum lambda_j p_j - a}, unscaled
     */
    static double[] residual(List<double[]> points, double[] target, double[] scales) {
        List<double[]> relative = new ArrayList<>();
        for (double[] point : points) {
            double[] scaled = new double[target.length];
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (point[i] - target[i]) / scales[i];
            }
            relative.add(scaled);
        }
        double[] residual = nearest(relative).combination();
        for (int i = 0; i < residual.length; i++) {
            residual[i] *= scales[i];
        }
        return residual;
    }

    /** Of the hull of points, the one nearest to 0: Wolfe's algorithm, with points enough to span the nearest face. */
    private static Hull nearest(List<double[]> points) {
        int start = 0;
        for (int j = 1; j < points.size(); j++) {
            start = dot(points.get(j), points.get(j)) < dot(points.get(start), points.get(start)) ? j : start;
        }
        Hull hull = new Hull(points, new double[points.size()]);
        hull.lambda[start] = 1;
        List<Integer> face = new ArrayList<>(List.of(start));
        for (int step = 0; step < MOST_STEPS; step++) {
            double[] x = hull.combination();
            int entering = hull.mostOpposed(x);
            double here = dot(x, x);
            if (face.contains(entering) || dot(points.get(entering), x) >= here * (1 - 1e-12)) {
                return hull;
            }
            face.add(entering);
            hull.descend(face);
        }
        return hull;
    }

    private double[] combination() {
        double[] sum = new double[points.get(0).length];
        for (int j = 0; j < lambda.length; j++) {
            for (int i = 0; lambda[j] != 0 && i < sum.length; i++) {
                sum[i] += lambda[j] * points.get(j)[i];
            }
        }
        return sum;
    }

    private int mostOpposed(double[] x) {
        int best = 0;
        for (int j = 1; j < points.size(); j++) {
            best = dot(points.get(j), x) < dot(points.get(best), x) ? j : best;
        }
        return best;
    }

    /** Moves to the nearest point of the face's affine hull, or as far towards it as weights stay positive. */
    private void descend(List<Integer> face) {
        while (true) {
            double[] aim = affine(face);
            double reach = 1;
            for (int k = 0; k < face.size(); k++) {
                double from = lambda[face.get(k)];
                if (aim[k] < 0 && from > aim[k]) {
                    reach = Math.min(reach, from / (from - aim[k]));
                }
            }
            boolean inside = Arrays.stream(aim).allMatch(weight -> weight >= 0);
            for (int k = 0; k < face.size(); k++) {
                int j = face.get(k);
                lambda[j] = inside ? aim[k] : Math.max(0, lambda[j] + reach * (aim[k] - lambda[j]));
                lambda[j] = !inside && aim[k] < 0 && lambda[j] < 1e-14 ? 0 : lambda[j];
            }
            if (inside) {
                return;
            }
            int before = face.size();
            face.removeIf(j -> lambda[j] == 0);
            if (face.size() == before || face.isEmpty()) {
                return;
            }
        }
    }

    /** The weights, of sum 1, of the point of the affine hull nearest to 0. */
    private double[] affine(List<Integer> face) {
        int n = face.size() - 1;
        double[] origin = points.get(face.get(n));
        if (n == 0) {
            return new double[] {1};
        }
        double[][] gram = new double[n][n];
        double[] right = new double[n];
        for (int k = 0; k < n; k++) {
            for (int m = 0; m < n; m++) {
                gram[k][m] = differences(face.get(k), face.get(m), origin);
            }
        }
        double[] weights = new double[n + 1];
        var solver = new SingularValueDecomposition(new Array2DRowRealMatrix(gram, false)).getSolver();
        double[] x = origin.clone();
        for (int refinement = 0;
                refinement < 3;
                refinement++) { // normal equations lose digits; residuals bring them back
            for (int k = 0; k < n; k++) {
                double sum = 0;
                double[] point = points.get(face.get(k));
                for (int i = 0; i < x.length; i++) {
                    sum -= (point[i] - origin[i]) * x[i];
                }
                right[k] = sum;
            }
            double[] change = solver.solve(new ArrayRealVector(right, false)).toArray();
            for (int k = 0; k < n; k++) {
                weights[k] += change[k];
                double[] point = points.get(face.get(k));
                for (int i = 0; i < x.length; i++) {
                    x[i] += change[k] * (point[i] - origin[i]);
                }
            }
        }
        double rest = 1;
        for (int k = 0; k < n; k++) {
            rest -= weights[k];
        }
        weights[n] = rest;
        return weights;
    }

    private double differences(int j, int k, double[] origin) {
        double sum = 0;
        double[] a = points.get(j);
        double[] b = points.get(k);
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - origin[i]) * (b[i] - origin[i]);
        }
        return sum;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
