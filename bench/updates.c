/* One update in place, as a C programmer would write it. */
#include <math.h>
#include <stdint.h>

void momentum(int64_t n, double *restrict theta, const double *restrict g, double *restrict v,
              double eta, double gamma) {
    for (int64_t i = 0; i < n; ++i) {
        v[i] = gamma * v[i] + eta * g[i];
        theta[i] -= v[i];
    }
}

void rmsprop(int64_t n, double *restrict theta, const double *restrict g, double *restrict s,
             double eta, double beta, double eps, double eps_root) {
    for (int64_t i = 0; i < n; ++i) {
        s[i] = beta * s[i] + (1.0 - beta) * g[i] * g[i];
        theta[i] -= eta * g[i] / (sqrt(s[i] + eps_root) + eps);
    }
}

/* powers: beta1^t and beta2^t */
void adam(int64_t n, double *restrict theta, const double *restrict g, double *restrict m,
          double *restrict s, double *restrict powers, double eta, double beta1, double beta2,
          double eps, double eps_root) {
    powers[0] *= beta1;
    powers[1] *= beta2;
    const double eta_hat = eta / (1.0 - powers[0]), correction = 1.0 / (1.0 - powers[1]);
    for (int64_t i = 0; i < n; ++i) {
        m[i] = beta1 * m[i] + (1.0 - beta1) * g[i];
        s[i] = beta2 * s[i] + (1.0 - beta2) * g[i] * g[i];
        theta[i] -= eta_hat * m[i] / (sqrt(s[i] * correction + eps_root) + eps);
    }
}
