package dev.plumbline.compute.optimizer;

/**
 * The quintic iteration of Newton and Schulz with Jordan's coefficients (2024), which are steep at 0 rather than convergent:
 * singular values end up between 0.7 and 1.2 rather than at 1.
 */
final class NewtonSchulz {

    private static final double A = 3.4445;
    private static final double B = -4.7750;
    private static final double C = 2.0315;

    private NewtonSchulz() {}

    /** @param matrix (rows, columns), no more rows than columns, with a spectral norm of 1 at most */
    static double[][] orthogonalized(double[][] matrix, long steps) {
        double[][] x = matrix;
        for (long step = 0; step < steps; step++) {
            double[][] gram = gram(x);
            double[][] square = product(gram, gram);
            for (int i = 0; i < gram.length; i++) {
                for (int j = 0; j < gram.length; j++) {
                    square[i][j] = B * gram[i][j] + C * square[i][j];
                }
            }
            double[][] change = product(square, x);
            double[][] next = new double[x.length][];
            for (int i = 0; i < x.length; i++) {
                next[i] = new double[x[i].length];
                for (int j = 0; j < x[i].length; j++) {
                    next[i][j] = A * x[i][j] + change[i][j];
                }
            }
            x = next;
        }
        return x;
    }

    /** x x'. */
    private static double[][] gram(double[][] x) {
        double[][] gram = new double[x.length][x.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k < x[i].length; k++) {
                    sum += x[i][k] * x[j][k];
                }
                gram[i][j] = sum;
                gram[j][i] = sum;
            }
        }
        return gram;
    }

    private static double[][] product(double[][] p, double[][] q) {
        double[][] product = new double[p.length][q[0].length];
        for (int i = 0; i < p.length; i++) {
            double[] row = product[i];
            for (int k = 0; k < q.length; k++) {
                double factor = p[i][k];
                double[] other = q[k];
                for (int j = 0; j < row.length; j++) {
                    row[j] += factor * other[j];
                }
            }
        }
        return product;
    }
}
