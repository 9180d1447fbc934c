// chi2 of data with a covariance matrix C = L L^T: the squared length of u = L^-1 (f - y).
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ml4pa/costs/data_cost.hpp"
#include "ml4pa/linalg.hpp"

namespace ml4pa::costs {

// `Link` turns scores into predictions; `whitening` is L^-1, lower triangular, M x M.
template <class Link>
class CorrelatedCost final : public Objective {
public:
    CorrelatedCost(std::unique_ptr<Rowwise<double>> sum, Data data, const double* whitening)
        : Objective(sum->n()),
          sum_(std::move(sum)),
          data_(std::move(data)),
          whitening_(whitening),
          m_(data_.rows.count * sum_->outputs()) {}

    double value(const double* theta) const override { return all(theta, nullptr, nullptr); }
    double value_and_gradient(const double* theta, double* g) const override {
        return all(theta, g, nullptr);
    }
    void hessian(const double* theta, double* h) const override { all(theta, nullptr, h); }

private:
    using Vector = std::vector<double>;
    static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

    // The value, and what of gradient and Hessian is not null.
    double all(const double* theta, double* g, double* h) const {
        Work<double> work = sum_->work();
        Vector score(at(m_)), u(at(m_)), back(at(m_), 0.0);
        sum_->scores(theta, data_.rows, 0, data_.rows.count, score.data(), work);
        Vector r(at(m_)), slope(at(m_)), bent(at(m_));
        for (Index i = 0; i < m_; ++i) {
            const auto f = Link::at(score[at(i)]);
            r[at(i)] = f.f - data_.rows.y[i];
            slope[at(i)] = f.slope;
            bent[at(i)] = f.curvature;
        }
        const Listener look = Listener::here();
        for (Index i = 0; i < m_; ++i, look(i))
            u[at(i)] = dot(whitening_ + i * m_, r.data(), i + 1);
        for (Index i = 0; i < m_; ++i, look(i))  // L^-T u
            for (Index j = 0; j <= i; ++j) back[at(j)] += whitening_[i * m_ + j] * u[at(i)];
        const Penalty<double> penalty{data_.l1, data_.l2, data_.mask.data()};
        double f = dot(u.data(), u.data(), m_);
        if (penalty) f += penalty.value(theta, n());
        if (h != nullptr) curve(theta, back, slope, bent, h, work);
        if (g != nullptr) {
            for (Index i = 0; i < m_; ++i) slope[at(i)] *= 2.0 * back[at(i)];
            sum_->pull(theta, data_.rows, 0, data_.rows.count, slope.data(), g, work);
            if (penalty) penalty.add(theta, n(), g);
        }
        return f;
    }

    // 2 J^T J + A^T diag(2 (L^-T u) f'') A with J = L^-1 diag(f') A; A, the design matrix, row by
    // row, is what a slope of 1 in one row pulls.
    void curve(const double* theta, const Vector& back, const Vector& slope, const Vector& bent,
               double* h, Work<double>& work) const {
        const Index n = this->n();
        Vector a(at(m_ * n)), j(at(m_ * n), 0.0);
        const double one = 1.0;
        const Listener look = Listener::here();
        for (Index i = 0; i < m_; ++i)
            sum_->pull(theta, data_.rows, i, 1, &one, a.data() + i * n, work);
        for (Index i = 0; i < m_; ++i, look(i * n))
            for (Index k = 0; k <= i; ++k) {
                const double w = whitening_[i * m_ + k] * slope[at(k)];
                for (Index c = 0; c < n; ++c) j[at(i * n + c)] += w * a[at(k * n + c)];
            }
        std::fill_n(h, n * n, 0.0);
        for (Index i = 0; i < m_; ++i, look(n * n)) {
            const double w = 2.0 * back[at(i)] * bent[at(i)];
            for (Index c = 0; c < n; ++c)
                for (Index d = 0; d < n; ++d)
                    h[c * n + d] += 2.0 * (j[at(i * n + c)] * j[at(i * n + d)]) +
                                    w * (a[at(i * n + c)] * a[at(i * n + d)]);
        }
        for (Index c = 0; c < n; ++c) h[c * n + c] += 2.0 * data_.l2 * data_.mask[at(c)];
    }

    std::unique_ptr<Rowwise<double>> sum_;
    Data data_;
    const double* whitening_;
    Index m_;
};

}  // namespace ml4pa::costs
