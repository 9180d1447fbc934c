// One line a rule, in the order in which they are asked: what converged comes before what is spent.
#pragma once

#include <algorithm>
#include <limits>
#include <tuple>
#include <type_traits>

#include "ml4pa/stopping/gradient_tolerance.hpp"
#include "ml4pa/stopping/max_evals.hpp"
#include "ml4pa/stopping/max_iter.hpp"
#include "ml4pa/stopping/step_tolerance.hpp"
#include "ml4pa/stopping/target.hpp"
#include "ml4pa/stopping/value_tolerance.hpp"

namespace ml4pa {

// clang-format off
using Rules = std::tuple<
    stopping::GradientTolerance,
    stopping::StepTolerance,
    stopping::ValueTolerance,
    stopping::Target,
    stopping::MaxIter,
    stopping::MaxEvals>;
// clang-format on

// A rule without a limit is never met: every comparison with NaN is false.
inline constexpr double no_limit = std::numeric_limits<double>::quiet_NaN();

template <class Rule>
inline constexpr bool is_counted = std::is_base_of_v<Counted<Rule>, Rule>;

// Whether any rule is met.
template <class I>
bool any_met(const Rules& rules, const I& it) {
    return std::apply([&](const auto&... rule) { return (... || rule.met(it)); }, rules);
}

// The first iteration at which a budget is met, where every count goes with the iteration.
template <class I>
std::int64_t last_iteration(const Rules& rules, const I& it) {
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
    auto ask = [&](const auto& rule) {
        if constexpr (is_counted<std::decay_t<decltype(rule)>>)
            last = std::min(last, rule.last(it));
    };
    std::apply([&](const auto&... rule) { (ask(rule), ...); }, rules);
    return last;
}

// The first rule that is met.
template <class I>
[[gnu::noinline]] Stop first_met(const Rules& rules, const I& it) {
    Stop stop;
    int place = 0;
    auto ask = [&](const auto& rule) {
        const double measured = rule.measure(it);
        if (!(measured <= rule.limit)) return ++place, false;
        stop = {place, measured, rule.limit};
        return true;
    };
    std::apply([&](const auto&... rule) { (void)(ask(rule) || ...); }, rules);
    return stop;
}

// The first budget that is met: all that a rejected trial of a line search is asked for.
template <class I>
Stop first_spent(Rules rules, const I& it) {
    auto drop = [](auto& rule) {
        if constexpr (!is_counted<std::decay_t<decltype(rule)>>) rule.limit = no_limit;
    };
    std::apply([&](auto&... rule) { (drop(rule), ...); }, rules);
    return first_met(rules, it);
}

}  // namespace ml4pa
