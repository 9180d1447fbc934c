// Stopping is data: which rule was met, what it measured, and its limit. The sentences are made
// from them in Python.
//
//     struct Rule {
//         double limit;                                // what the rule compares with
//         template <class I> double measure(const I&) const;   // met where measure <= limit
//     };
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <tuple>

#include "ml4pa/objective.hpp"

namespace ml4pa {

enum class Norm { max, euclidean };

// The norm of term(0), ..., term(n - 1).
template <class Term>
double norm(Norm kind, Index n, Term term) {
    double total = 0.0;
    if (kind == Norm::max) {
        for (Index i = 0; i < n; ++i) {
            const double a = std::fabs(term(i));
            total = a > total ? a : total;
        }
        return total;
    }
    for (Index i = 0; i < n; ++i) {
        const double a = term(i);
        total += a * a;
    }
    return std::sqrt(total);
}

// An iterate as the rules see it. `x_before` and `f_before` belong to the iterate before it, and
// are meaningful from iteration 1 on.
struct Iterate {
    Index n;
    const double* x;
    double f;
    const double* g;  // the projected gradient where there are bounds
    const double* x_before;
    double f_before;
    std::int64_t iteration;
    std::int64_t nfev;
    std::int64_t last_cost;  // evaluations that the last point took
    Norm norm;
};

// Why a run ended. Below `rules` it is the rule's place in the registry.
struct Stop {
    int reason = -1;
    double measured = 0.0;
    double limit = 0.0;
    explicit operator bool() const { return reason >= 0; }
};

// Reasons that are no comparison with a limit; Python's Status has the same numbers.
enum Reason : int { time_spent = 30, callback = 31, diverged = 40, singular = 41, line_search = 42 };

// False where all bits of the exponent are set: infinite or NaN.
inline bool finite(double a) {
    constexpr std::uint64_t exponent = 0x7ff0000000000000u;
    return (std::bit_cast<std::uint64_t>(a) & exponent) != exponent;
}

}  // namespace ml4pa
