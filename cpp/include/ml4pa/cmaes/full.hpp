// C = L L^T, with steps y = L z: eqs. (45)-(47) of the tutorial, and a factor
// that is computed anew when C has changed enough to matter. U = L^T is kept,
// by rows.
#pragma once

#include "ml4pa/cmaes/shape.hpp"
#include "ml4pa/random.hpp"

namespace ml4pa::cmaes {

class Full final : public Shape {
public:
    static constexpr std::uint32_t measure_stream = 2;

    Full(Index n, std::vector<double> initial)
        : n_(n),
          ld_(padded(n)),
          initial_(std::move(initial)),
          C_(n * ld_),
          U_(n * ld_),
          p_c_(ld_),
          widest_(n),
          narrowest_(n),
          work_(n) {}

    Index stride() const override { return ld_; }

    void begin(const Strategy& strategy, Key key) override {
        p_ = &strategy;
        for (Index i = 0; i < n_; ++i)
            std::copy_n(initial_.data() + i * n_, n_, C_.data() + i * ld_);
        if (is_diagonal())
            take_roots();
        else
            (void)factor_upper(C_.data(), n_, ld_, U_.data(), *look_up);
        std::fill_n(p_c_.data(), n_, 0.0);
        age_ = 0;
        normals(stream(key, measure_stream), 0, 0, widest_.data(), n_);
        normals(stream(key, measure_stream), 0, 1, narrowest_.data(), n_);
        largest_ = smallest_ = 1.0;
        // One row more than a generation: the path of C.
        const Index wanted = (strategy.population_size + 1) * ld_;
        if (scaled_.size() < wanted) {
            scaled_ = Array(wanted);
            Y_ = Array(wanted);
        }
    }

    void points(const double* Z, const double* mean, double sigma, double* X) override {
        const Index rows = p_->population_size;
        times_upper(Z, rows, U_.data(), n_, ld_, Y_.data(), *look_up);
        for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < n_; ++j) X[i * n_ + j] = mean[j] + sigma * Y_[i * ld_ + j];
    }

    // L z = y, forward.
    void normal(const double* y, double* z) override {
        std::copy_n(y, n_, z);
        for (Index k = 0; k < n_; ++k) {
            look(n_);
            const double* row = U_.data() + k * ld_;
            z[k] /= row[k];
            for (Index j = k + 1; j < n_; ++j) z[j] -= row[j] * z[k];
        }
    }

    void inject(Index row, const double* y) override { std::copy_n(y, n_, Y_.data() + row * ld_); }

    void adapt(double h_sigma, const double* Z, const double* weights, const double*,
               double* y_mean) override {
        const Index rows = p_->population_size;
        double* Y = Y_.data();
        std::fill_n(y_mean, n_, 0.0);
        for (Index i = 0; i < rows; ++i)
            if (const double w = weights[i]; w > 0.0)
                for (Index j = 0; j < n_; ++j) y_mean[j] += w * Y[i * ld_ + j];  // (41)
        const double keep = 1.0 - p_->c_c, gain = h_sigma * path_gain(p_->c_c, p_->mu_eff);
        for (Index j = 0; j < n_; ++j) p_c_[j] = keep * p_c_[j] + gain * y_mean[j];  // (45)
        for (Index i = 0; i < rows; ++i)
            scale(rank_weight(weights[i], p_->c_mu, Z + i * ld_, n_), Y + i * ld_, i);
        scale(p_->c_1, p_c_.data(), rows);
        std::copy_n(p_c_.data(), ld_,
                    Y + rows * ld_);  // the last row of the product
        update_upper(C_.data(), n_, n_, ld_, ld_, p_->keep(h_sigma), 1.0, scaled_.data(), Y,
                     rows + 1,
                     *look_up);  // (47)
        if (++age_ >= p_->refresh) {
            age_ = 0;
            refactor();
        }
    }

    double deviation(Index i) const override { return std::sqrt(std::max(C_[i * ld_ + i], 0.0)); }
    const double* path() const override { return p_c_.data(); }

    // A power iteration for the largest and the smallest eigenvalue of D^-1 U^T U D^-1. D holds the
    // deviations at the start, so that the units of the coordinates do not matter.
    void measure() override {
        Array& v = widest_;
        unit(v.data());
        previous_.assign(v.data(), v.data() + n_);
        for (Index i = 0; i < n_; ++i) v[i] /= start[i];
        for (Index k = 0; k < n_; ++k) {
            look(n_);
            work_[k] = dot(U_.data() + k * ld_ + k, v.data() + k, n_ - k);
        }
        std::fill_n(v.data(), n_, 0.0);
        for (Index k = 0; k < n_; ++k) {
            look(n_);
            for (Index j = k; j < n_; ++j) v[j] += U_[k * ld_ + j] * work_[k];
        }
        for (Index i = 0; i < n_; ++i) v[i] /= start[i];
        largest_ = dot(previous_.data(), v.data(), n_);

        unit(narrowest_.data());
        previous_.assign(narrowest_.data(), narrowest_.data() + n_);
        for (Index i = 0; i < n_; ++i) narrowest_[i] *= start[i];
        normal(narrowest_.data(), work_.data());
        for (Index k = n_; k-- > 0;) {
            look(n_);
            const double* row = U_.data() + k * ld_;
            const Index above = k + 1;
            const double rest = dot(row + above, narrowest_.data() + above, n_ - above);
            narrowest_[k] = (work_[k] - rest) / row[k];
        }
        for (Index i = 0; i < n_; ++i) narrowest_[i] *= start[i];
        smallest_ = 1.0 / dot(previous_.data(), narrowest_.data(), n_);
    }
    double condition() const override { return largest_ / smallest_; }
    double narrowest() const override { return std::sqrt(smallest_); }
    bool narrow_axis(double* axis) const override {
        const double* v = narrowest_.data();
        const double factor = std::sqrt(smallest_ / dot(v, v, n_));
        for (Index i = 0; i < n_; ++i) axis[i] = start[i] * (factor * v[i]);
        return true;
    }

    Index covariance_size() const override { return n_ * n_; }
    const double* covariance() override {
        pack(C_);
        for (Index i = 0; i < n_; ++i)
            for (Index j = 0; j < i; ++j) dense_[at(i, j)] = dense_[at(j, i)];
        return dense_.data();
    }

    void visit(Visitor& v) override {
        (void)covariance();
        v.matrix("covariance", dense_.data(), n_, n_);
        for (Index i = 0; i < n_; ++i) std::copy_n(dense_.data() + i * n_, n_, C_.data() + i * ld_);
        pack(U_);  // and turned: Python keeps L
        for (Index i = 0; i < n_; ++i)
            for (Index j = 0; j < i; ++j) std::swap(dense_[at(i, j)], dense_[at(j, i)]);
        v.matrix("factor", dense_.data(), n_, n_);
        for (Index i = 0; i < n_; ++i)
            for (Index j = 0; j < n_; ++j) U_[i * ld_ + j] = j < i ? 0.0 : dense_[at(j, i)];
        v.array("p_c", p_c_.data(), n_);
        v.integer("age", age_);
        v.array("widest", widest_.data(), n_);
        v.array("narrowest", narrowest_.data(), n_);
        v.number("largest", largest_);
        v.number("smallest", smallest_);
    }

private:
    bool is_diagonal() const {
        for (Index i = 0; i < n_; ++i)
            for (Index j = i + 1; j < n_; ++j)
                if (C_[i * ld_ + j] != 0.0) return false;
        return true;
    }
    // What factor_upper gives for a diagonal, without n^3/3 operations.
    void take_roots() {
        std::fill_n(U_.data(), n_ * ld_, 0.0);
        for (Index i = 0; i < n_; ++i) U_[i * ld_ + i] = std::sqrt(C_[i * ld_ + i]);
    }

    std::size_t at(Index i, Index j) const { return static_cast<std::size_t>(i * n_ + j); }

    void scale(double a, const double* row, Index i) {
        double* out = scaled_.data() + i * ld_;
        for (Index j = 0; j < ld_; ++j) out[j] = a * row[j];
    }
    void unit(double* v) const {
        const double length = norm2(v, n_);
        for (Index i = 0; i < n_; ++i) v[i] /= length;
    }
    void pack(const Array& from) {
        dense_.resize(static_cast<std::size_t>(n_ * n_));
        for (Index i = 0; i < n_; ++i)
            std::copy_n(from.data() + i * ld_, n_, dense_.data() + i * n_);
    }

    // U from C; a C that rounding has broken is repaired, and counted.
    void refactor() {
        if (factor_upper(C_.data(), n_, ld_, U_.data(), *look_up)) return;
        ++repairs;
        double most = 0.0;
        bool sound = true;
        for (Index i = 0; i < n_; ++i) {
            sound &= finite(p_c_[i]) && C_[i * ld_ + i] > 0.0;
            for (Index j = i; j < n_; ++j) sound &= finite(C_[i * ld_ + j]);
            most = std::max(most, C_[i * ld_ + i] / (start[i] * start[i]));
        }
        if (!sound) {
            most = 1.0;
            std::fill_n(p_c_.data(), n_, 0.0);
            for (Index i = 0; i < n_; ++i)
                for (Index j = 0; j < n_; ++j) C_[i * ld_ + j] = i == j ? start[i] * start[i] : 0.0;
        }
        double shift = 1e-15 * most;
        do {
            shift *= 10.0;
            for (Index i = 0; i < n_; ++i) C_[i * ld_ + i] += shift * (start[i] * start[i]);
        } while (!factor_upper(C_.data(), n_, ld_, U_.data(), *look_up));
    }

    Index n_, ld_;
    std::vector<double> initial_;  // C before the first generation, n x n
    Array C_, U_, p_c_, widest_, narrowest_, work_, Y_, scaled_;
    std::vector<double> previous_, dense_;
    const Strategy* p_ = nullptr;
    std::int64_t age_ = 0;
    double largest_ = 1.0, smallest_ = 1.0;
};

}  // namespace ml4pa::cmaes
