/* The forum's job as a plain loop: ten ReLU units, Adam, shuffled batches of 32, float64. For benchmarks/training.py. */
#include <math.h>
#include <string.h>

enum { UNITS = 10, BATCH = 32, PARAMETERS = 3 * UNITS + 1 };

static unsigned long state;

static unsigned long random_bits(void) { /* xorshift */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double uniform(double limit) { return limit * (2.0 * (double)(random_bits() >> 11) / 9007199254740992.0 - 1.0); }

double train(const double *x, const double *y, int rows, int epochs, unsigned long seed) {
    double p[PARAMETERS] = {0}, first[PARAMETERS] = {0}, second[PARAMETERS] = {0}, g[PARAMETERS];
    double *w = p, *b = p + UNITS, *c = p + 2 * UNITS, power1 = 1.0, power2 = 1.0, loss = 0.0;
    int order[4096];
    state = 88172645463325252UL ^ (seed * 0x9E3779B97F4A7C15UL);
    for (int i = 0; i < UNITS; i++) w[i] = uniform(0.7385489458759964), c[i] = uniform(0.7385489458759964);
    for (int i = 0; i < rows; i++) order[i] = i;
    for (int epoch = 0; epoch < epochs; epoch++) {
        loss = 0.0;
        for (int i = rows - 1; i > 0; i--) {
            int j = (int)(random_bits() % (unsigned long)(i + 1)), kept = order[i];
            order[i] = order[j], order[j] = kept;
        }
        for (int start = 0; start < rows; start += BATCH) {
            int size = rows - start < BATCH ? rows - start : BATCH;
            memset(g, 0, sizeof g);
            for (int r = start; r < start + size; r++) {
                double at = x[order[r]], out = p[3 * UNITS], a[UNITS];
                for (int i = 0; i < UNITS; i++) a[i] = w[i] * at + b[i] > 0 ? w[i] * at + b[i] : 0.0;
                for (int i = 0; i < UNITS; i++) out += c[i] * a[i];
                double error = out - y[order[r]], slope = 2.0 * error / size;
                loss += error * error / rows;
                for (int i = 0; i < UNITS; i++) {
                    double back = a[i] > 0 ? slope * c[i] : 0.0;
                    g[i] += back * at, g[UNITS + i] += back, g[2 * UNITS + i] += slope * a[i];
                }
                g[3 * UNITS] += slope;
            }
            power1 *= 0.9, power2 *= 0.999;
            for (int i = 0; i < PARAMETERS; i++) {
                first[i] += 0.1 * (g[i] - first[i]);
                second[i] += 0.001 * (g[i] * g[i] - second[i]);
                p[i] -= 1e-3 * (first[i] / (1 - power1)) / (sqrt(second[i] / (1 - power2)) + 1e-7);
            }
        }
    }
    return loss;
}
