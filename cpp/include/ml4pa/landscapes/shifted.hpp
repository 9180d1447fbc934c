#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ml4pa/landscapes/scratch.hpp"

namespace ml4pa {

// f(x - offset); gradient and Hessian are those of f there.
class ShiftedObjective : public Objective {
public:
    ShiftedObjective(std::shared_ptr<const Objective> inner, std::vector<double> offset)
        : Objective(inner->n()), inner_(std::move(inner)), offset_(std::move(offset)) {}

    double value(const double* x) const override {
        const Scratch y(n());
        shift(x, y.data());
        return inner_->value(y.data());
    }

    double value_and_gradient(const double* x, double* g) const override {
        const Scratch y(n());
        shift(x, y.data());
        return inner_->value_and_gradient(y.data(), g);
    }

    void hessian(const double* x, double* h) const override {
        const Scratch y(n());
        shift(x, y.data());
        inner_->hessian(y.data(), h);
    }

private:
    void shift(const double* x, double* y) const {
        for (Index i = 0; i < n(); ++i) y[i] = x[i] - offset_[i];
    }

    std::shared_ptr<const Objective> inner_;
    std::vector<double> offset_;
};

}  // namespace ml4pa
