// What passes between the loop for one or two parameters (minimize_small.hpp) and the steps that
// are compiled with each landscape (small.hpp).
#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa {

// What a plain gradient run keeps between two steps.
struct SmallState {
    double theta[2] = {}, slots[2][2] = {}, scalars[2] = {};
};

// Where iterates are written, d numbers a point, and the gradients, one coordinate after the other;
// and the learning rates of their steps.
struct SmallRows {
    double *x, *f, *g[2];
    const double* rates;
};

}  // namespace ml4pa
