/* Three steps of an Adam in C, printed as a request for POST /v1/optimizer-checks. An argument leaves out the bias
   correction. */
#include <math.h>
#include <stdio.h>

#define N 3

static const double LEARNING_RATE = 1e-2, BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

static void print(const char *name, const double *values) {
    printf("\"%s\":{\"w\":[", name);
    for (int i = 0; i < N; i++) printf("%s%.17g", i ? "," : "", values[i]);
    printf("]}");
}

int main(int arguments, char **unused) {
    (void)unused;
    double w[N] = {1, -2, 0.5}, m[N] = {0}, v[N] = {0}, g[N];
    printf("{\"optimizer\":{\"kind\":\"adam\",\"learningRate\":%g},\"steps\":[", LEARNING_RATE);
    for (int t = 1; t <= 3; t++) {
        printf("%s{", t > 1 ? "," : "");
        print("before", w);
        for (int i = 0; i < N; i++) {
            g[i] = 2 * (i + 1) * w[i]; /* of sum (i + 1) w_i^2 */
            m[i] = BETA1 * m[i] + (1 - BETA1) * g[i];
            v[i] = BETA2 * v[i] + (1 - BETA2) * g[i] * g[i];
            double m_hat = arguments > 1 ? m[i] : m[i] / (1 - pow(BETA1, t));
            double v_hat = arguments > 1 ? v[i] : v[i] / (1 - pow(BETA2, t));
            w[i] -= LEARNING_RATE * m_hat / (sqrt(v_hat) + EPSILON);
        }
        printf(",");
        print("gradients", g);
        printf(",");
        print("after", w);
        printf("}");
    }
    printf("]}\n");
    return 0;
}
