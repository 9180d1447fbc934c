#pragma once

#include "ml4pa/method.hpp"

namespace ml4pa::methods {

// As Momentum, with the gradient taken at the look-ahead theta - gamma v.
struct Nesterov {
    static constexpr const char* name = "nesterov";
    static constexpr std::array<const char*, 1> fields{"momentum"};
    static constexpr std::array<const char*, 0> scalars{};
    static constexpr std::array<const char*, 1> slots{"velocity"};
    static constexpr bool packs = false;

    double momentum;

    struct Step {
        double gamma, eta;
    };

    Step begin(double eta, double*) const { return {momentum, eta}; }

    template <class T>
    T look_ahead(T theta, const T* slot) const {
        return theta - momentum * slot[0];
    }

    template <class T>
    static void update(const Step& k, T g, T& theta, T* slot) {
        T& v = slot[0];
        v = k.gamma * v + k.eta * g;
        theta = theta - v;
    }
};

}  // namespace ml4pa::methods
