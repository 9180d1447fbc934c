#pragma once

#include <functional>

#include "ml4pa/objective.hpp"

namespace ml4pa::costs {

// L^-1 of a covariance matrix C = L L^T (n x n, of which the upper triangle is read), to W. False
// where C is not positive definite. `ask` is called now and then, and may throw.
bool whiten(const double* C, Index n, double* W, std::function<void()> ask = {});

}  // namespace ml4pa::costs
