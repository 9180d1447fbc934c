#pragma once

#include <utility>
#include <vector>

#include "ml4pa/linalg.hpp"
#include "ml4pa/look_up.hpp"

namespace ml4pa::costs {

// scale |A theta - y|^2 of a model that is linear in theta; A has a row for each of the data.
class LeastSquares final : public Objective {
public:
    LeastSquares(std::vector<double> a, std::vector<double> y, Index n, double scale)
        : Objective(n), rows_(static_cast<Index>(y.size())), y_(std::move(y)), scale_(scale) {
        columns_.resize(a.size());  // A by columns: each sum over the data reads one
        for (Index r = 0; r < rows_; ++r)
            for (Index j = 0; j < n; ++j) columns_[at(j * rows_ + r)] = a[at(r * n + j)];
    }

    double value(const double* theta) const override {
        return scale_ * sum<double>(rows_, [=, this](Index r) {
                   const double e = residual(theta, r);
                   return e * e;
               });
    }

    double value_and_gradient(const double* theta, double* g) const override {
        const Listener look = Listener::here();
        for (Index j = 0; j < n(); ++j, look(rows_ * n())) {
            const double* a = column(j);
            g[j] = (2.0 * scale_) *
                   sum<double>(rows_, [=, this](Index r) { return residual(theta, r) * a[r]; });
        }
        return value(theta);
    }

    // 2 scale A^T A
    void hessian(const double*, double* h) const override {
        const Listener look = Listener::here();
        for (Index i = 0; i < n(); ++i, look(rows_ * n()))
            for (Index j = 0; j < n(); ++j)
                h[i * n() + j] = (2.0 * scale_) * dot(column(i), column(j), rows_);
    }

private:
    static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
    const double* column(Index j) const { return columns_.data() + j * rows_; }

    double residual(const double* theta, Index r) const {
        double e = column(0)[r] * theta[0];
        for (Index j = 1; j < n(); ++j) e += column(j)[r] * theta[j];
        return e - y_[at(r)];
    }

    Index rows_;
    std::vector<double> columns_, y_;
    double scale_;
};

}  // namespace ml4pa::costs
