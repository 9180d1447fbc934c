// How a landscape becomes an Objective.
//
// A landscape is a struct with
//     static constexpr Index dimension;                     // 0 where n is free
//     template <class T> T value(const T* x, Index n) const;
//     template <class T> T value_and_gradient(const T* x, Index n, T* g) const;
//     template <class T> void hessian(const T* x, Index n, T* h) const;   // n x n, row by row
// and, where it has parameters of its own, a constructor from (const double* parameters, Index n).
// T is double, and where the dimension is 1 or 2 also a Pack of them, a descent in each lane. Both
// have + - * / += -= *=, and after `using std::exp;` and so on sqrt, min, max, fabs, sin, cos, exp,
// log. pack.hpp says what they make of NaN.
#pragma once

#include <memory>
#include <type_traits>

#include "ml4pa/objective.hpp"

namespace ml4pa {

template <class L>
L make_landscape(const double* parameters, Index n) {
    if constexpr (std::is_constructible_v<L, const double*, Index>)
        return L(parameters, n);
    else
        return L{};
}

template <class L>
class LandscapeObjective : public Objective {
public:
    LandscapeObjective(const double* parameters, Index n)
        : Objective(n), landscape_(make_landscape<L>(parameters, n)) {}

    const L& landscape() const { return landscape_; }

    double value(const double* x) const override { return landscape_.value(x, n()); }
    void values(const double* x, Index rows, double* out) const override {
        // The dimension as a constant: rows of one or two numbers are bound by loop overhead.
        const Index n = L::dimension > 0 ? L::dimension : this->n();
        for (Index i = 0; i < rows; ++i) out[i] = landscape_.value(x + i * n, n);
    }
    double value_and_gradient(const double* x, double* g) const override {
        return landscape_.value_and_gradient(x, n(), g);
    }
    void hessian(const double* x, double* h) const override { landscape_.hessian(x, n(), h); }

private:
    L landscape_;
};

// A row of the registry: what the build knows of one landscape.
struct LandscapeEntry {
    const char* name;
    std::unique_ptr<Objective> (*make)(const double* parameters, Index n);
};

template <class L>
LandscapeEntry entry(const char* name) {
    return {name, [](const double* parameters, Index n) -> std::unique_ptr<Objective> {
                return std::make_unique<LandscapeObjective<L>>(parameters, n);
            }};
}

}  // namespace ml4pa
