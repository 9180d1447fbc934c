// The sums over mini-batches: of any model, and of models linear in their variables, for which the
// rows need not be turned into columns.
#pragma once

#include <memory>
#include <utility>

#include "ml4pa/batches.hpp"
#include "ml4pa/small_batches.hpp"

namespace ml4pa::costs {

// Any model: a block of rows is gathered, and given to the sum of whole data sets.
class AnySum final : public BatchSum {
public:
    AnySum(std::unique_ptr<Rowwise<double>> sum, const Source& source)
        : BatchSum(source, source.features),
          sum_(std::move(sum)),
          work_(sum_->work()),
          part_(sum_->n()) {}

    Index n() const override { return sum_->n(); }

    void gradient(const double* theta, const Visit& visit, Index first, Index count,
                  double* g) override {
        const Rows<double> rows{block_.x(), block_.width(), 1, block_.y(), block_.w(), block_rows};
        std::fill_n(g, n(), 0.0);
        for (Index i = 0; i < count; i += block_rows) {
            const Index m = std::min(block_rows, count - i);
            block_.fill(visit, first + i, m);
            sum_->whole(theta, rows, 0, m, part_.data(), nullptr, work_);
            for (Index j = 0; j < n(); ++j) g[j] += part_.data()[j];
        }
    }

private:
    std::unique_ptr<Rowwise<double>> sum_;
    Work<double> work_;
    Buffer<double> part_;
};

// s = theta_0 + sum_j theta_j x_j: a row of the block is x_1, ..., x_p, 1, 0, ..., 0, whole vectors.
// The score is eight partial sums over these, and the gradient four sums over the rows.
template <class Loss>
class LinearSum final : public BatchSum {
public:
    LinearSum(Index p, bool intercept, const Source& source)
        : BatchSum(source, (p + intercept + lanes - 1) / lanes * lanes),
          p_(p),
          intercept_(intercept),
          theta_(block_.width()),
          slope_(block_rows),
          total_(block_.width()) {
        if (intercept)
            for (Index i = 0; i < block_rows; ++i) block_.x()[i * block_.width() + p] = 1.0;
    }

    Index n() const override { return p_ + intercept_; }

    void gradient(const double* theta, const Visit& visit, Index first, Index count,
                  double* g) override {
        std::copy_n(theta + intercept_, p_, theta_.data());
        if (intercept_) theta_.data()[p_] = theta[0];
        std::fill_n(total_.data(), block_.width(), 0.0);
        for (Index i = 0; i < count; i += block_rows) {
            const Index m = std::min(block_rows, count - i);
            const Index padded = (m + lanes - 1) / lanes * lanes;
            block_.fill(visit, first + i, m);
            score(padded);
            lose(m, padded);
            add(padded);
        }
        std::copy_n(total_.data(), p_, g + intercept_);
        if (intercept_) g[0] = total_.data()[p_];
    }

    bool descend_small(Run& run, const Batches& batches, const Visit& visit,
                       const Reduction& reduction, Watch& watch) override {
        if (!is_few(run, batches)) return false;
        descend_few<Loss>(run, block_, intercept_ != 0, batches, visit, reduction, watch);
        return true;
    }

private:
    // Eight rows at a time; each is folded as in linalg.hpp.
    void score(Index padded) {
        const Index width = block_.width();
        for (Index i = 0; i < padded; i += lanes) {
            const double* x = block_.x() + i * width;
            Lanes<double> s[lanes];
            Lanes<double> t = load(theta_.data());
            for (Index k = 0; k < lanes; ++k) s[k] = load(x + k * width) * t;
            for (Index c = lanes; c < width; c += lanes) {
                t = load(theta_.data() + c);
                for (Index k = 0; k < lanes; ++k) s[k] += load(x + k * width + c) * t;
            }
            store(slope_.data() + i, fold(s));
        }
    }

    static Lanes<double> fold(const Lanes<double> (&s)[lanes]) {
        Lanes<double> a[4], b[2];
        for (int k = 0; k < 4; ++k)
            a[k] = __builtin_shufflevector(s[2 * k], s[2 * k + 1], 0, 1, 2, 3, 8, 9, 10, 11) +
                   __builtin_shufflevector(s[2 * k], s[2 * k + 1], 4, 5, 6, 7, 12, 13, 14, 15);
        for (int k = 0; k < 2; ++k)
            b[k] = __builtin_shufflevector(a[2 * k], a[2 * k + 1], 0, 1, 4, 5, 8, 9, 12, 13) +
                   __builtin_shufflevector(a[2 * k], a[2 * k + 1], 2, 3, 6, 7, 10, 11, 14, 15);
        return __builtin_shufflevector(b[0], b[1], 0, 2, 4, 6, 8, 10, 12, 14) +
               __builtin_shufflevector(b[0], b[1], 1, 3, 5, 7, 9, 11, 13, 15);
    }

    // The scores become the slopes of the loss, 0 for rows that are not there.
    void lose(Index count, Index padded) {
        double* s = slope_.data();
        const double *y = block_.y(), *w = block_.w();
        for (Index i = 0; i < padded; ++i) s[i] = Loss::at(s[i], y[i]).slope;
        if (w != nullptr)
            for (Index i = 0; i < padded; ++i) s[i] *= w[i];
        for (Index i = count; i < padded; ++i) s[i] = 0.0;
    }

    void add(Index padded) {
        const Index width = block_.width();
        for (Index c = 0; c < width; c += lanes) {
            Lanes<double> a[4] = {};
            for (Index i = 0; i < padded; i += 4) {
                const double *s = slope_.data() + i, *x = block_.x() + i * width + c;
                for (Index k = 0; k < 4; ++k) a[k] += s[k] * load(x + k * width);
            }
            double* total = total_.data() + c;
            store(total, load(total) + ((a[0] + a[2]) + (a[1] + a[3])));
        }
    }

    Index p_, intercept_;
    Buffer<double> theta_, slope_, total_;
};

}  // namespace ml4pa::costs
