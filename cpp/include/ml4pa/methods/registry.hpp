// One line a method.
#pragma once

#include <tuple>

#include "ml4pa/methods/adagrad.hpp"
#include "ml4pa/methods/adam.hpp"
#include "ml4pa/methods/adamw.hpp"
#include "ml4pa/methods/gradient_descent.hpp"
#include "ml4pa/methods/momentum.hpp"
#include "ml4pa/methods/nesterov.hpp"
#include "ml4pa/methods/rmsprop.hpp"

namespace ml4pa {

// clang-format off
using Methods = std::tuple<
    methods::GradientDescent,
    methods::Momentum,
    methods::Nesterov,
    methods::AdaGrad,
    methods::RMSprop,
    methods::Adam,
    methods::AdamW>;
// clang-format on

}  // namespace ml4pa
