#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ml4pa/landscapes/scratch.hpp"
#include "ml4pa/linalg.hpp"
#include "ml4pa/look_up.hpp"

namespace ml4pa {

// f(R x) with an orthogonal matrix R, n x n, row by row; gradient R^T g, Hessian R^T H R.
class RotatedObjective : public Objective {
public:
    RotatedObjective(std::shared_ptr<const Objective> inner, std::vector<double> matrix)
        : Objective(inner->n()), inner_(std::move(inner)), matrix_(std::move(matrix)) {}

    double value(const double* x) const override {
        const Scratch y(n());
        rotate(x, y.data());
        return inner_->value(y.data());
    }

    double value_and_gradient(const double* x, double* g) const override {
        const Scratch y(n()), inner_g(n());
        rotate(x, y.data());
        const double f = inner_->value_and_gradient(y.data(), inner_g.data());
        rotate_back(inner_g.data(), g);
        return f;
    }

    void hessian(const double* x, double* h) const override {
        const Index n = this->n();
        const Scratch y(n), inner_h(n * n), row(n);
        rotate(x, y.data());
        inner_->hessian(y.data(), inner_h.data());
        for (Index i = 0; i < n * n; ++i) h[i] = 0.0;
        const Listener look = Listener::here();
        for (Index k = 0; k < n; ++k, look(n * n)) {
            rotate_back(inner_h.data() + k * n, row.data());  // row k of H R, as H is symmetric
            for (Index i = 0; i < n; ++i)
                for (Index j = 0; j < n; ++j) h[i * n + j] += matrix_[k * n + i] * row.data()[j];
        }
    }

private:
    // y = R x
    void rotate(const double* x, double* y) const {
        const Index n = this->n();
        for (Index i = 0; i < n; ++i) y[i] = dot(matrix_.data() + i * n, x, n);
    }

    // x = R^T y
    void rotate_back(const double* y, double* x) const {
        const Index n = this->n();
        for (Index j = 0; j < n; ++j) x[j] = 0.0;
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j < n; ++j) x[j] += matrix_[i * n + j] * y[i];
    }

    std::shared_ptr<const Objective> inner_;
    std::vector<double> matrix_;
};

}  // namespace ml4pa
