#pragma once

#include <cmath>

#include "ml4pa/method.hpp"

namespace ml4pa::methods {

// Kingma & Ba, arXiv:1412.6980, algorithm 1:
//     m <- beta1 m + (1 - beta1) g            s <- beta2 s + (1 - beta2) g^2
//     m^ = m / (1 - beta1^t)                  s^ = s / (1 - beta2^t)
//     theta <- theta - eta m^ / (sqrt(s^ + eps_root) + eps)
// 1 - beta^t is the weight of the gradients in the average, w <- beta w + (1 - beta): without the
// cancellation of the difference, nor the slow subnormal numbers that beta^t ends in. As the paper
// does at the end of its section 2, both corrections are brought into numbers that are the same for
// all coordinates: with w = 1 - beta2^t, sqrt(s/w + eps_root) = sqrt(s + eps_root w) / sqrt(w).
struct Adam {
    static constexpr const char* name = "adam";
    static constexpr std::array<const char*, 4> fields{"beta1", "beta2", "eps", "eps_root"};
    static constexpr std::array<const char*, 2> scalars{"weight1", "weight2"};
    static constexpr std::array<const char*, 2> slots{"m", "s"};
    static constexpr bool packs = true;

    double beta1, beta2, eps, eps_root;

    struct Step {
        double beta1, one_minus_beta1, beta2, one_minus_beta2, eta_hat, eps_hat, eps_root_hat;
    };

    Step begin(double eta, double* scalars) const {
        double &w1 = scalars[0], &w2 = scalars[1];
        w1 = beta1 * w1 + (1.0 - beta1);  // 1 - beta1^t
        w2 = beta2 * w2 + (1.0 - beta2);  // 1 - beta2^t
        const double root = std::sqrt(w2);
        return {beta1, 1.0 - beta1, beta2, 1.0 - beta2, eta * root / w1, eps * root, eps_root * w2};
    }

    template <class T>
    static void update(const Step& k, T g, T& theta, T* slot) {
        using std::sqrt;
        T &m = slot[0], &s = slot[1];
        m = k.beta1 * m + k.one_minus_beta1 * g;
        s = k.beta2 * s + (k.one_minus_beta2 * g) * g;
        T root = sqrt(s + k.eps_root_hat);
        if (k.eps_hat != 0.0) root = root + k.eps_hat;  // adding 0 would only lengthen the chain
        theta = theta - (k.eta_hat * m) / root;
    }
};

}  // namespace ml4pa::methods
