#include "ml4pa/methods/newton.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace ml4pa::methods {

Solved Newton::solve_any(Index n, const double* g, const double* h, double* v) {
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Matrix a = Eigen::Map<const Matrix>(h, n, n);
    a.diagonal().array() += damping_;
    const Eigen::Map<const Eigen::VectorXd> right(g, n);
    Eigen::VectorXd step;
    const Eigen::LLT<Matrix> cholesky(a);
    const bool definite = cholesky.info() == Eigen::Success;
    if (definite) {
        step = cholesky.solve(right);
    } else {
        const Eigen::PartialPivLU<Matrix> elimination(a);
        if ((elimination.matrixLU().diagonal().array() == 0.0).any()) return {false, false};
        step = elimination.solve(right);
    }
    if (!step.allFinite()) return {false, definite};
    Eigen::Map<Eigen::VectorXd>(v, n) = step;
    return {true, definite};
}

}  // namespace ml4pa::methods
