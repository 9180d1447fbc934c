#pragma once

#include "ml4pa/method.hpp"

namespace ml4pa::methods {

// v = eta g;  theta <- theta - v
struct GradientDescent {
    static constexpr const char* name = "gradient_descent";
    static constexpr std::array<const char*, 0> fields{};
    static constexpr std::array<const char*, 0> scalars{};
    static constexpr std::array<const char*, 0> slots{};
    static constexpr bool packs = false;

    struct Step {
        double eta;
    };

    Step begin(double eta, double*) const { return {eta}; }

    template <class T>
    static void update(const Step& k, T g, T& theta, T*) {
        theta = theta - k.eta * g;
    }
};

}  // namespace ml4pa::methods
