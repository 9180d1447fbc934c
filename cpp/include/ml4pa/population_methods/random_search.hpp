#pragma once

#include "ml4pa/population_run.hpp"

namespace ml4pa::methods {

// x_i = m + sigma z_i, z_i ~ N(0, I), i = 1, ..., lambda;  m <- the best point
// told so far.
class RandomSearch final : public PopulationRun {
public:
    RandomSearch(const Parameters& p, std::uint64_t key, const double* x0, Index n, Bounds bounds)
        : PopulationRun(x0, n, std::move(bounds), key),
          rows_(p.integer("population_size")),
          sigma_(p.number("sigma")),
          mean_(n) {
        std::copy_n(x0, n, mean_.data());
    }

    Index rows() const override { return rows_; }
    Moments moments() override { return {mean_.data(), sigma_}; }
    void visit(Visitor& v) override {
        PopulationRun::visit(v);
        v.array("mean", mean_.data(), n_);
    }

protected:
    void sample(double* X) override {
        normals_in_turns(key(), time(), rows_, X, n_, look_up());
        for (Index i = 0; i < rows_; ++i) {
            look_up()(n_);
            for (Index j = 0; j < n_; ++j) X[i * n_ + j] = mean_[j] + sigma_ * X[i * n_ + j];
        }
    }
    void update(const double*, const double*) override {
        if (best_f_ < infinity) std::copy_n(x(), n_, mean_.data());
    }

private:
    Index rows_;
    double sigma_;
    Array mean_;
};

}  // namespace ml4pa::methods
