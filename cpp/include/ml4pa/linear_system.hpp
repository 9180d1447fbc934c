#pragma once

#include "ml4pa/objective.hpp"

namespace ml4pa {

// Whether there is a solution, and whether the matrix is positive definite.
struct Solved {
    bool exists, definite;
};

// (H + lambda I) v = g in many unknowns, H row by row: by Cholesky's factors where the matrix is
// positive definite (its lower triangle is read), else by Gauss elimination with the largest pivots.
// In blocks, between which whoever listens is asked. v is of no use where there is no solution.
Solved solve_large(const double* h, double lambda, Index n, const double* g, double* v);

}  // namespace ml4pa
