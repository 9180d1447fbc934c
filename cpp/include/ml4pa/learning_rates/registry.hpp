// One line a schedule or line search. Each is made from its fields, in the order of Python's.
#pragma once

#include <tuple>

#include "ml4pa/learning_rates/backtracking.hpp"
#include "ml4pa/learning_rates/constant.hpp"
#include "ml4pa/learning_rates/cosine.hpp"
#include "ml4pa/learning_rates/exact_line_search.hpp"
#include "ml4pa/learning_rates/exponential.hpp"
#include "ml4pa/learning_rates/inverse_time.hpp"
#include "ml4pa/learning_rates/step.hpp"
#include "ml4pa/learning_rates/warmup.hpp"

namespace ml4pa {

// clang-format off
using Schedules = std::tuple<
    learning_rates::Constant,
    learning_rates::InverseTime,
    learning_rates::Exponential,
    learning_rates::Step,
    learning_rates::Cosine,
    learning_rates::Warmup>;

using LineSearches = std::tuple<
    learning_rates::ExactLineSearch,
    learning_rates::Backtracking>;
// clang-format on

}  // namespace ml4pa
