// One line a rule, in the order in which they are asked: what converged comes before what is spent.
#pragma once

#include <limits>
#include <tuple>

#include "ml4pa/stopping/gradient_tolerance.hpp"
#include "ml4pa/stopping/max_evals.hpp"
#include "ml4pa/stopping/max_iter.hpp"
#include "ml4pa/stopping/step_tolerance.hpp"
#include "ml4pa/stopping/target.hpp"
#include "ml4pa/stopping/value_tolerance.hpp"

namespace ml4pa {

using Rules = std::tuple<
    stopping::GradientTolerance,
    stopping::StepTolerance,
    stopping::ValueTolerance,
    stopping::Target,
    stopping::MaxIter,
    stopping::MaxEvals>;

inline constexpr int rule_count = std::tuple_size_v<Rules>;

// A rule without a limit is never met: every comparison with NaN is false.
inline constexpr double no_limit = std::numeric_limits<double>::quiet_NaN();

// The first rule that is met.
inline Stop first_met(const Rules& rules, const Iterate& it) {
    Stop stop;
    std::apply(
        [&](const auto&... rule) {
            int i = 0;
            auto ask = [&](const auto& r) {
                const double measured = r.measure(it);
                if (measured <= r.limit) {
                    stop = {i, measured, r.limit};
                    return true;
                }
                ++i;
                return false;
            };
            (ask(rule) || ...);
        },
        rules);
    return stop;
}

}  // namespace ml4pa
