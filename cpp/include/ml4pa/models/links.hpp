// Links: how a model's score s becomes its prediction f(s), with f' and f''.
#pragma once

#include "ml4pa/elementary.hpp"

namespace ml4pa::models {

template <class T>
struct Linked {
    T f, slope, curvature;
};

// f = s
struct Identity {
    static constexpr const char* name = "linear";
    template <class T>
    static Linked<T> at(T s) {
        return {s, T(1), T(0)};
    }
};

// p = 1/(1 + e^-s)
struct Sigmoid {
    static constexpr const char* name = "sigmoid";
    template <class T>
    static Linked<T> at(T s) {
        const Chances<T> chance = chances(s);
        const T p = chance.at(s), slope = chance.large * chance.small;
        return {p, slope, slope * (T(1) - T(2) * p)};
    }
};

}  // namespace ml4pa::models
