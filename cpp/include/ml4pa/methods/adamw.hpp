#pragma once

#include "ml4pa/methods/adam.hpp"

namespace ml4pa::methods {

// Loshchilov & Hutter, arXiv:1711.05101, algorithm 2: theta <- (1 - eta lambda) theta, then Adam.
struct AdamW {
    static constexpr const char* name = "adamw";
    static constexpr std::array<const char*, 5> fields{"beta1", "beta2", "eps", "eps_root",
                                                       "weight_decay"};
    static constexpr auto scalars = Adam::scalars;
    static constexpr auto slots = Adam::slots;
    static constexpr bool packs = true;

    double beta1, beta2, eps, eps_root, weight_decay;

    struct Step {
        Adam::Step adam;
        double shrink;
    };

    Step begin(double eta, double* scalars) const {
        return {Adam{beta1, beta2, eps, eps_root}.begin(eta, scalars), 1.0 - eta * weight_decay};
    }

    template <class T>
    static void update(const Step& k, T g, T& theta, T* slot) {
        theta = k.shrink * theta;
        Adam::update(k.adam, g, theta, slot);
    }
};

}  // namespace ml4pa::methods
