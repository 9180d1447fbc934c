#pragma once

#include <cmath>

#include "ml4pa/method.hpp"

namespace ml4pa::methods {

// s <- beta s + (1 - beta) g^2;  theta <- theta - eta g / (sqrt(s + eps_root) + eps)
struct RMSprop {
    static constexpr const char* name = "rmsprop";
    static constexpr std::array<const char*, 3> fields{"beta", "eps", "eps_root"};
    static constexpr std::array<const char*, 0> scalars{};
    static constexpr std::array<const char*, 1> slots{"s"};
    static constexpr bool packs = true;

    double beta, eps, eps_root;

    struct Step {
        double eta, beta, one_minus_beta, eps, eps_root;
    };

    Step begin(double eta, double*) const { return {eta, beta, 1.0 - beta, eps, eps_root}; }

    template <class T>
    static void update(const Step& k, T g, T& theta, T* slot) {
        using std::sqrt;
        T& s = slot[0];
        s = k.beta * s + (k.one_minus_beta * g) * g;
        T root = sqrt(s + k.eps_root);
        if (k.eps != 0.0) root = root + k.eps;  // adding 0 would only lengthen the chain
        theta = theta - (k.eta * g) / root;
    }
};

}  // namespace ml4pa::methods
