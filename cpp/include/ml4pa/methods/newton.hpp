#pragma once

#include <Eigen/Cholesky>
#include <Eigen/LU>

#include "ml4pa/direction_run.hpp"

namespace ml4pa::methods {

// Solve (H + lambda I) v = g;  theta <- theta - eta v. By Cholesky's factors where the matrix is
// positive definite; where it is not, the step is the one to the stationary point of the model,
// by Gauss elimination, and is counted: it may lead to a saddle or a maximum.
class Newton final : public Direction {
public:
    static constexpr const char* name = "newton";

    explicit Newton(double damping) : damping_(damping) {}

    bool wants_hessian() const override { return true; }

    bool solve(Index n, const double* g, const double* h, double* v) override {
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

    void visit(Visitor& v) override { v.integer("indefinite", indefinite_); }

private:
    double damping_;
    std::int64_t indefinite_ = 0;
};

}  // namespace ml4pa::methods
