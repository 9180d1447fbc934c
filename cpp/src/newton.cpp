#include "ml4pa/methods/newton.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>

namespace ml4pa::methods {

bool Newton::solve_any(Index n, const double* g, const double* h, double* v) {
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Matrix a = Eigen::Map<const Matrix>(h, n, n);
    a.diagonal().array() += damping_;
    const Eigen::Map<const Eigen::VectorXd> right(g, n);
    Eigen::Map<Eigen::VectorXd> left(v, n);
    const Eigen::LLT<Matrix> cholesky(a);
    if (cholesky.info() == Eigen::Success) {
        left = cholesky.solve(right);
        return left.allFinite();
    }
    ++indefinite_;
    const Eigen::PartialPivLU<Matrix> elimination(a);
    if ((elimination.matrixLU().diagonal().array() == 0.0).any()) return false;
    left = elimination.solve(right);
    return left.allFinite();
}

}  // namespace ml4pa::methods
