#include "ml4pa/methods/newton.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "ml4pa/linear_system.hpp"

namespace ml4pa::methods {
namespace {

// Solved for in some 50 ms at the most; in more unknowns Ctrl-C would have to wait.
constexpr Index at_once = 512;

// As solve_large.
Solved solve_at_once(const double* h, double damping, Index n, const double* g, double* v) {
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Matrix a = Eigen::Map<const Matrix>(h, n, n);
    a.diagonal().array() += damping;
    const Eigen::Map<const Eigen::VectorXd> right(g, n);
    Eigen::Map<Eigen::VectorXd> step(v, n);
    const Eigen::LLT<Matrix> cholesky(a);
    if (cholesky.info() == Eigen::Success) {
        step = cholesky.solve(right);
        return {true, true};
    }
    const Eigen::PartialPivLU<Matrix> elimination(a);
    if ((elimination.matrixLU().diagonal().array() == 0.0).any()) return {false, false};
    step = elimination.solve(right);
    return {true, false};
}

}  // namespace

Solved Newton::solve_any(Index n, const double* g, const double* h, double* v) {
    Array step(n);
    const auto solve = n <= at_once ? solve_at_once : solve_large;
    const Solved solved = solve(h, damping_, n, g, step.data());
    if (!solved.exists || !std::all_of(step.data(), step.data() + n, finite))
        return {false, solved.definite};
    std::copy_n(step.data(), n, v);
    return solved;
}

}  // namespace ml4pa::methods
