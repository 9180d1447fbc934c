// Stopping is data: which rule was met, what it measured, and its limit. The sentences are made
// from them in Python.
//
//     struct Rule {
//         double limit;                                // what the rule compares with
//         template <class I> double measure(const I& iterate) const;
//         template <class I> bool met(const I& iterate) const;   // measure(iterate) <= limit
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

// norm(kind, n, term) <= limit, without looking further than the first term that is too large.
template <class Term>
bool within(double limit, Norm kind, Index n, Term term) {
    if (kind != Norm::max) return norm(kind, n, term) <= limit;
    for (Index i = 0; i < n; ++i)
        if (!(std::fabs(term(i)) <= limit)) return false;
    return true;
}

// An iterate as the rules see it is any type with
//     n(), norm()                dimension, and the norm asked for
//     f(), f_before()            the value there and at the iterate before
//     waits()                    whether a coordinate stays on a bound that its gradient leaves
//     g(i), dx(i)                gradient (projected where there are bounds), and x - x before
//     iteration()                its place in the run; f_before and dx begin at 1
//     nfev(), last_cost()        evaluations so far, and those that the last point took

// A budget: met where count(iterate) >= -limit.
template <class Rule>
struct Counted {
    double limit;

    template <class I>
    double measure(const I& it) const {
        return -static_cast<double>(Rule::count(it));
    }
    template <class I>
    bool met(const I& it) const {
        return measure(it) <= limit;
    }
    // The first iteration at which it is met by a run whose count goes with the iteration.
    template <class I>
    std::int64_t last(const I& it) const {
        constexpr double never = 4e18;
        const double most = limit == limit && -limit < never ? -limit : never;
        return static_cast<std::int64_t>(std::ceil(most)) - (Rule::count(it) - it.iteration());
    }
};

// Why a run ended. Below `rules` it is the rule's place in the registry.
struct Stop {
    int reason = -1;
    double measured = 0.0;
    double limit = 0.0;
    explicit operator bool() const { return reason >= 0; }
};

// Reasons that are no comparison with a limit; Python's Status has the same numbers.
enum Reason : int {
    time_spent = 30,
    callback = 31,
    diverged = 40,
    singular = 41,
    line_search = 42,
    torn = 46,
    no_value = 49,
    no_gain = 61,
    no_step = 62,
    no_descent = 63
};

// The limit of a run that diverged because its Hessian, the second derivative, is not finite.
constexpr double second_derivative = 2.0;

// False where all bits of the exponent are set: infinite or NaN.
inline bool finite(double a) {
    constexpr std::uint64_t exponent = 0x7ff0000000000000u;
    return (std::bit_cast<std::uint64_t>(a) & exponent) != exponent;
}

}  // namespace ml4pa
