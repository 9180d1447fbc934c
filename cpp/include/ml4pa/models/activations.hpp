// Activations of hidden neurons: a = g(z), and the slope g'(z) from a alone, of a number or lanes.
#pragma once

#include <string_view>

#include "ml4pa/elementary.hpp"
#include "ml4pa/objective.hpp"

namespace ml4pa::models {

struct Tanh {
    static constexpr const char* name = "tanh";
    template <class T>
    static T value(T z) {
        return tanh(z);
    }
    template <class T>
    static T slope(T a) {
        return 1 - a * a;
    }
};

struct Logistic {
    static constexpr const char* name = "sigmoid";
    template <class T>
    static T value(T z) {
        return chances(z).at(z);
    }
    template <class T>
    static T slope(T a) {
        return a * (1 - a);
    }
};

struct Relu {
    static constexpr const char* name = "relu";
    template <class T>
    static T value(T z) {
        return z < T{} ? T{} : z;  // NaN stays
    }
    template <class T>
    static T slope(T a) {
        return a > T{} ? 1 + T{} : T{};
    }
};

}  // namespace ml4pa::models
