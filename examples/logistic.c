/* A logistic regression with its gradient in C, judged by a probe session: C, curl and plain HTTP.
 *
 * The service asks for values of f at x + t d; d is made here, from a seed, and stays here. An argument plants a mistake.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WEIGHTS = 6, SAMPLES = 20, LARGEST = 1 << 20 };

static double x[SAMPLES][WEIGHTS], y[SAMPLES];
static char reply[LARGEST], request[LARGEST], command[4096];

/* sum_i log(1 + exp(-y_i w . x_i)) */
static double f(const double *w) {
    double sum = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double z = 0;
        for (int j = 0; j < WEIGHTS; j++) z += w[j] * x[i][j];
        sum += log1p(exp(-y[i] * z));
    }
    return sum;
}

static void gradient(const double *w, double *g, int wrong) {
    for (int j = 0; j < WEIGHTS; j++) g[j] = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double z = 0;
        for (int j = 0; j < WEIGHTS; j++) z += w[j] * x[i][j];
        double p = 1 / (1 + exp(y[i] * z));
        for (int j = 0; j < WEIGHTS; j++) g[j] -= (wrong ? 1 : y[i]) * p * x[i][j];
    }
}

/* A standard normal number that depends on nothing but seed and position. */
static double normal(uint64_t seed, uint64_t position) {
    uint64_t z = (position + 1) * 0x9E3779B97F4A7C15u + seed * 0xD1342543DE82EF95u + 1;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return sqrt(-2 * log(((z >> 32) + 0.5) / 4294967296.0)) * cos(2 * M_PI * (z & 0xFFFFFFFF) / 4294967296.0);
}

/* Sends what is in request; the answer is in reply afterwards. */
static void post(const char *path) {
    const char *url = getenv("PLUMBLINE_URL");
    FILE *file = fopen("request.json", "w");
    fputs(request, file);
    fclose(file);
    snprintf(command, sizeof command, "curl -sS '%s%s' -H 'Content-Type: application/json' --data-binary @request.json",
             url ? url : "http://localhost:8080", path);
    FILE *answer = popen(command, "r");
    reply[fread(reply, 1, LARGEST - 1, answer)] = 0;
    pclose(answer);
}

/* The number after "name": between here and end; otherwise where there is none. */
static double number(const char *here, const char *end, const char *name, double otherwise) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *found = strstr(here, key);
    return found && found < end ? strtod(found + strlen(key), NULL) : otherwise;
}

/* Answers one ask, which is the text between here and end. */
static void answer(const char *here, const char *end, const double *w, const double *g, double size) {
    double d[WEIGHTS] = {0}, moved[WEIGHTS], claimed = 0, squares = 0;
    const char *seed = strstr(here, "\"seed\":"), *offset = strstr(here, "\"offsets\":[") + strlen("\"offsets\":[");
    if (seed && seed < end)
        for (int j = 0; j < WEIGHTS; j++) {
            d[j] = size * number(here, end, "scale", 1) * normal(strtoull(seed + strlen("\"seed\":"), NULL, 10), j);
            claimed += g[j] * d[j];
            squares += g[j] * d[j] * g[j] * d[j];
        }
    char *to = request + strlen(request);
    to += sprintf(to, "{\"ask\":%.0f,\"claimed\":%.17g,\"contribution\":%.17g,\"values\":[", strtod(here, NULL), claimed,
                  sqrt(squares));
    for (const char *comma = ""; *offset != ']'; comma = ",") {
        char *after;
        double t = strtod(offset, &after);
        for (int j = 0; j < WEIGHTS; j++) moved[j] = w[j] + t * d[j];
        to += sprintf(to, "%s%.17g", comma, f(moved));
        offset = *after == ',' ? after + 1 : after;
    }
    strcpy(to, "]}");
}

int main(int arguments, char **unused) {
    (void)unused;
    double w[WEIGHTS], g[WEIGHTS], size = 0, contribution = 0;
    for (int j = 0; j < WEIGHTS; j++) size += (w[j] = normal(1, j)) * w[j] / WEIGHTS;
    size = sqrt(size);
    for (int i = 0; i < SAMPLES; i++) {
        y[i] = normal(2, i) > 0 ? 1 : -1;
        for (int j = 0; j < WEIGHTS; j++) x[i][j] = normal(3, i * WEIGHTS + j);
    }
    gradient(w, g, arguments > 1);
    for (int j = 0; j < WEIGHTS; j++) contribution += g[j] * g[j] * size * size;

    sprintf(request, "{\"tensors\":[{\"name\":\"w\",\"shape\":[%d],\"datatype\":\"FP64\",\"size\":%.17g,"
                     "\"contribution\":%.17g}],\"claim\":{\"datatype\":\"FP64\",\"kind\":\"gradient\",\"unused\":[]},"
                     "\"evaluation\":{\"datatype\":\"FP64\",\"deterministic\":true},"
                     "\"settings\":{\"seed\":42,\"confidence\":0.95,\"budget\":400,\"localise\":false}}",
            WEIGHTS, size, sqrt(contribution));
    post("/v1/probe-sessions");
    char path[256] = "/v1/probe-sessions/";
    char *id = strstr(reply, "\"id\":\"");
    if (id) sscanf(id + strlen("\"id\":\""), "%200[^\"]", path + strlen(path));
    strcat(path, "/answers");
    while (id && !strstr(reply, "\"verdict\"")) {
        const char *end = reply + strlen(reply), *here = strstr(reply, "\"ask\":");
        if (!here) break;
        sprintf(request, "{\"round\":%.0f,\"answers\":[", number(reply, end, "round", 0));
        while (here) {
            const char *next = strstr(here + 1, "\"ask\":");
            answer(here + strlen("\"ask\":"), next ? next : end, w, g, size);
            strcat(request, next ? "," : "]}");
            here = next;
        }
        post(path);
    }
    puts(reply);
    return 0;
}
