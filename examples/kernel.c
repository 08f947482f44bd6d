/* Huber's loss of a matrix-vector product, sum_i h(w_i . x - y_i), and its gradient by w and by x. */
#include <math.h>

static double residual(const double *w, const double *x, double y, int columns) {
    double sum = -y;
    for (int j = 0; j < columns; j++) sum += w[j] * x[j];
    return sum;
}

double forward(const double *w, const double *x, const double *y, int rows, int columns) {
    double total = 0;
    for (int i = 0; i < rows; i++) {
        double r = residual(w + i * columns, x, y[i], columns);
        total += fabs(r) <= 1 ? 0.5 * r * r : fabs(r) - 0.5;
    }
    return total;
}

/* With wrong != 0 the row index of dw runs over x: a mistake that only shows where the matrix is not square. */
void backward(const double *w, const double *x, const double *y, int rows, int columns, double *dw, double *dx,
              int wrong) {
    for (int j = 0; j < columns; j++) dx[j] = 0;
    for (int i = 0; i < rows; i++) {
        double r = residual(w + i * columns, x, y[i], columns);
        double slope = r > 1 ? 1 : r < -1 ? -1 : r;
        for (int j = 0; j < columns; j++) {
            dw[i * columns + j] = slope * x[wrong ? i % columns : j];
            dx[j] += slope * w[i * columns + j];
        }
    }
}
