// Steps y = S A z, where S holds the initial deviations and A is a product of
// factors
//     A_j = (1 - c_d,j) I + c_d,j m_j m_j^T,   j = 1, ..., k.
// I. Loshchilov, T. Glasmachers, H.-G. Beyer, IEEE Trans. Evol. Comput. 23
// (2019) 353, algorithm 3.
//
// A z = a z + sum_j b_j m_j, whose coefficients follow from the products m_j z
// and m_j m_i alone: two products of matrices do for a whole generation what
// the factors do one after the other.
#pragma once

#include "ml4pa/cmaes/shape.hpp"

namespace ml4pa::cmaes {

class Limited final : public Shape {
public:
    Limited(Index n, const std::vector<double>& initial) : n_(n), ld_(padded(n)), scale_(ld_) {
        for (Index j = 0; j < n; ++j) scale_[j] = std::sqrt(initial[static_cast<std::size_t>(j)]);
    }

    Index stride() const override { return ld_; }

    void begin(const Strategy& strategy, Key) override {
        p_ = &strategy;
        k_ = static_cast<Index>(strategy.c_d.size());
        if (M_.size() != k_ * ld_) {  // a new array is zero, and takes no memory yet
            M_ = Array(k_ * ld_);
            G_ = Array(k_ * k_);
            inner_ = Array(k_);
        } else {
            std::fill_n(M_.data(), k_ * ld_, 0.0);
            std::fill_n(G_.data(), k_ * k_, 0.0);
        }
        used_ = 0;
        const Index most = std::max(strategy.population_size, Index{1});
        S_ = Array(most * k_);
        B_ = Array(most * k_);
        partial_ = Array(most * k_ * eight);
        block_ = Array(most * block);
    }

    void points(const double* Z, const double* mean, double sigma, double* X) override {
        const Index rows = p_->population_size;
        products(Z, rows, used_, S_.data());
        const double a = coefficients(S_.data(), used_, rows, B_.data());
        for (Index first = 0; first < n_; first += block) {
            const Index width = std::min(block, n_ - first);
            look(rows * width * used_);
            combine(rows, first);
            for (Index i = 0; i < rows; ++i) {
                const double *z = Z + i * ld_ + first, *y = block_.data() + i * block;
                double* x = X + i * n_ + first;
                look_at_first();
                for (Index j = 0; j < width; ++j)
                    x[j] = mean[first + j] + sigma * (scale_[first + j] * (a * z[j] + y[j]));
            }
        }
    }

    // Each factor is inverted by Sherman and Morrison's formula.
    void normal(const double* y, double* z) override {
        for (Index j = 0; j < n_; ++j) z[j] = y[j] / scale_[j];
        for (Index k = used_; k-- > 0;) {
            const double c = p_->c_d[static_cast<std::size_t>(k)];
            const double* m = M_.data() + k * ld_;
            const double inner = dot(m, z, n_) / ((1.0 - c) + c * G_[k * k_ + k]);
            for (Index j = 0; j < n_; ++j) z[j] = (z[j] - (c * inner) * m[j]) / (1.0 - c);
        }
    }

    void adapt(double, const double*, const double*, const double* z_mean,
               double* y_mean) override {
        products(z_mean, 1, k_, inner_.data());
        const double a = coefficients(inner_.data(), k_, 1, B_.data());
        std::vector<double>& keep = keep_;
        std::vector<double>& gain = gain_;
        keep.assign(static_cast<std::size_t>(k_), 0.0);
        gain.assign(static_cast<std::size_t>(k_), 0.0);
        for (std::size_t k = 0; k < keep.size(); ++k) {
            const double c = p_->c_directions[k];
            keep[k] = 1.0 - c;
            gain[k] = path_gain(c, p_->mu_eff);
        }
        const double square = dot(z_mean, z_mean, n_);
        for (Index i = 0; i < k_; ++i)
            for (Index j = 0; j < k_; ++j) {
                const auto u = static_cast<std::size_t>(i), v = static_cast<std::size_t>(j);
                const double cross = keep[u] * inner_[i] * gain[v] + keep[v] * inner_[j] * gain[u];
                G_[i * k_ + j] = keep[u] * keep[v] * G_[i * k_ + j] + cross;
                G_[i * k_ + j] += gain[u] * gain[v] * square;
            }
        // The mean of the steps, with the directions of before; then the
        // directions.
        for (Index first = 0; first < n_; first += block) {
            const Index width = std::min(block, n_ - first);
            look(2 * width * k_);
            combine(1, first);
            for (Index j = 0; j < width; ++j)
                y_mean[first + j] = scale_[first + j] * (a * z_mean[first + j] + block_[j]);
            for (Index k = 0; k < k_; ++k) {
                double* m = M_.data() + k * ld_ + first;
                const double u = keep[static_cast<std::size_t>(k)];
                const double g = gain[static_cast<std::size_t>(k)];
                look_at_first();
                for (Index j = 0; j < width; ++j) m[j] = u * m[j] + g * z_mean[first + j];
            }
        }
        used_ = std::min(used_ + 1, k_);
    }

    double deviation(Index i) const override { return scale_[i]; }

    void visit(Visitor& v) override {
        v.array("scale", scale_.data(), n_);
        std::vector<double> dense(static_cast<std::size_t>(k_ * n_));
        for (Index k = 0; k < k_; ++k) std::copy_n(M_.data() + k * ld_, n_, dense.data() + k * n_);
        v.matrix("directions", dense.data(), k_, n_);
        for (Index k = 0; k < k_; ++k) std::copy_n(dense.data() + k * n_, n_, M_.data() + k * ld_);
        v.matrix("products", G_.data(), k_, k_);
        std::int64_t used = used_;
        v.integer("used", used);
        used_ = static_cast<Index>(used);
    }

private:
    static constexpr Index block = 512;  // coordinates at a time, which stay in the cache

    // Memory comes when it is first written, which takes far longer than the arithmetic.
    void look_at_first() const {
        if (used_ == 0) look(LookUp::turn);
    }

    // out(i, k) = m_k z_i for the first `count` directions, in the order of
    // linalg.hpp.
    void products(const double* Z, Index rows, Index count, double* out) {
        std::fill_n(partial_.data(), rows * count * eight, 0.0);
        for (Index first = 0; first < n_; first += block) {
            const Index width = std::min(block, ld_ - first);
            look(rows * width * count);
            dots(Z + first, rows, M_.data() + first, count, ld_, width, partial_.data());
        }
        for (Index i = 0; i < rows * count; ++i) {
            const double* s = partial_.data() + i * eight;
            out[i] = sum<double>(eight, [=](Index k) { return s[k]; });
        }
    }

    // b of each row from its products with the directions, which are rows of S;
    // a.
    double coefficients(const double* S, Index stride, Index rows, double* B) const {
        double a = 1.0;
        for (Index i = 0; i < rows; ++i) {
            double* b = B + i * k_;
            a = 1.0;
            for (Index j = 0; j < used_; ++j) {
                const double c = p_->c_d[static_cast<std::size_t>(j)];
                double inner = a * S[i * stride + j];
                for (Index k = 0; k < j; ++k) inner += b[k] * G_[k * k_ + j];
                a *= 1.0 - c;
                for (Index k = 0; k < j; ++k) b[k] *= 1.0 - c;
                b[j] = c * inner;
            }
        }
        return a;
    }

    // block_ = B M for the coordinates from `first`.
    void combine(Index rows, Index first) {
        const Index width = std::min(block, ld_ - first);
        for (Index j = 0; j < width; j += lane)
            for (Index i = 0; i < rows; i += tile_height)
                tile_rows<1>(std::min(tile_height, rows - i), block_.data() + i * block + j, block,
                             {B_.data() + i * k_, 1, k_}, M_.data() + first + j, ld_, used_, 0.0,
                             1.0);
    }

    Index n_, ld_, k_ = 0, used_ = 0;
    Array scale_, M_, G_, S_, B_, inner_, partial_, block_;
    std::vector<double> keep_, gain_;
    const Strategy* p_ = nullptr;
};

}  // namespace ml4pa::cmaes
