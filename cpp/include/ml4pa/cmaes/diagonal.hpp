// C = diag(d^2), with steps y = d z: the diagonal of eqs. (45)-(47) of the
// tutorial.
#pragma once

#include "ml4pa/cmaes/shape.hpp"

namespace ml4pa::cmaes {

class Diagonal final : public Shape {
public:
    Diagonal(Index n, std::vector<double> initial)
        : n_(n), initial_(std::move(initial)), C_(n), root_(n), p_c_(n) {}

    Index stride() const override { return n_; }

    void begin(const Strategy& strategy, Key) override {
        p_ = &strategy;
        std::copy_n(initial_.data(), n_, C_.data());
        std::fill_n(p_c_.data(), n_, 0.0);
        take_root();
        largest_ = smallest_ = 1.0;
    }

    void points(const double* Z, const double* mean, double sigma, double* X) override {
        for (Index i = 0; i < p_->population_size; ++i) {
            look(n_);
            for (Index j = 0; j < n_; ++j) {
                const Index k = i * n_ + j;
                X[k] = mean[j] + sigma * (root_[j] * Z[k]);
            }
        }
    }

    void normal(const double* y, double* z) override {
        for (Index j = 0; j < n_; ++j) z[j] = y[j] / root_[j];
    }

    void adapt(double h_sigma, const double* Z, const double* weights, const double* z_mean,
               double* y_mean) override {
        const Index rows = p_->population_size;
        const double forget = 1.0 - p_->c_c, gain = h_sigma * path_gain(p_->c_c, p_->mu_eff);
        scaled_.resize(static_cast<std::size_t>(rows));
        for (Index i = 0; i < rows; ++i)
            scaled_[static_cast<std::size_t>(i)] =
                rank_weight(weights[i], p_->c_mu, Z + i * n_, n_);
        const double keep = p_->keep(h_sigma), c_1 = p_->c_1;
        bool sound = true;
        // A block of coordinates at a time, which stays in the cache while the rows
        // go by.
        constexpr Index block = 512;
        double rank_mu[block];
        for (Index first = 0; first < n_; first += block) {
            const Index width = std::min(block, n_ - first);
            look(rows * width);
            std::fill_n(rank_mu, width, 0.0);
            for (Index i = 0; i < rows; ++i) {
                const double w = scaled_[static_cast<std::size_t>(i)];
                const double* z = Z + i * n_ + first;
                for (Index j = 0; j < width; ++j) rank_mu[j] += w * (z[j] * z[j]);
            }
            for (Index j = 0; j < width; ++j) {
                const Index k = first + j;
                y_mean[k] = root_[k] * z_mean[k];
                p_c_[k] = forget * p_c_[k] + gain * y_mean[k];
                C_[k] = C_[k] * (keep + rank_mu[j]) + c_1 * (p_c_[k] * p_c_[k]);
                sound &= C_[k] > 0.0 && C_[k] < 1e300;
            }
        }
        if (!sound) repair();
        take_root();
    }

    double deviation(Index i) const override { return root_[i]; }
    const double* path() const override { return p_c_.data(); }
    void measure() override {
        largest_ = smallest_ = variance(0);
        for (Index j = 1; j < n_; ++j) {
            largest_ = std::max(largest_, variance(j));
            smallest_ = std::min(smallest_, variance(j));
        }
    }
    double condition() const override { return largest_ / smallest_; }

    Index covariance_size() const override { return n_; }
    const double* covariance() override { return C_.data(); }

    void visit(Visitor& v) override {
        v.array("covariance", C_.data(), n_);
        v.array("p_c", p_c_.data(), n_);
        v.number("largest", largest_);
        v.number("smallest", smallest_);
        take_root();
    }

private:
    double variance(Index j) const { return C_[j] / (start[j] * start[j]); }
    void take_root() {
        for (Index j = 0; j < n_; ++j) root_[j] = std::sqrt(C_[j]);
    }
    void repair() {
        ++repairs;
        for (Index j = 0; j < n_; ++j) {
            if (C_[j] > 0.0 && C_[j] < 1e300) continue;
            C_[j] = start[j] * start[j];
            p_c_[j] = 0.0;
        }
    }

    Index n_;
    std::vector<double> initial_;
    Array C_, root_, p_c_;
    std::vector<double> scaled_;
    const Strategy* p_ = nullptr;
    double largest_ = 1.0, smallest_ = 1.0;
};

}  // namespace ml4pa::cmaes
