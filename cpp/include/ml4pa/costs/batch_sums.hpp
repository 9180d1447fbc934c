// The sums over mini-batches: of any model, and of models linear in their variables, for which the
// rows need not be turned into columns.
#pragma once

#include <memory>
#include <utility>

#include "ml4pa/batches.hpp"
#include "ml4pa/costs/feed.hpp"
#include "ml4pa/costs/spec.hpp"
#include "ml4pa/few.hpp"
#include "ml4pa/look_up.hpp"
#include "ml4pa/losses/loops.hpp"
#include "ml4pa/rows.hpp"

namespace ml4pa::costs {

// Data of numbers T, met in order or shuffled; sums are made in T.
template <class T>
class DataSum : public BatchSum {
public:
    // A row of the block has `width` numbers.
    DataSum(const Source<T>& source, Index width)
        : block_(source, width), source_(source), deck_(source) {}

    void begin(const Batches& b) final {
        const Index count = b.stop - b.start;
        dealt_ = b.shuffle && source_.features <= Deck<T>::most_features;
        if (dealt_) {
            deck_.begin(b.key, b.epoch, b.part, b.start, count);
            visit_ = {deck_.source(), 0, count, nullptr, &deck_};
        } else if (b.shuffle) {
            order_.begin(b.key, b.epoch, b.part, count);
            visit_ = {source_, b.start, count, order_.rows(), &order_};
        } else {
            visit_ = {source_, b.start, count, nullptr, nullptr};
        }
    }

protected:
    Deck<T>* deck() { return dealt_ ? &deck_ : nullptr; }

    Block<T> block_;
    Visit<T> visit_;

private:
    Source<T> source_;
    Order order_;
    Deck<T> deck_;
    bool dealt_ = false;
};

// Any model: a block of rows is gathered, and given to the sum of whole data sets.
template <class T>
class AnySum final : public DataSum<T> {
public:
    // Of a polynomial, its degree; else 0.
    AnySum(std::unique_ptr<Rowwise<T>> sum, const Source<T>& source, Index degree)
        : DataSum<T>(source, source.features),
          sum_(std::move(sum)),
          degree_(degree),
          work_(sum_->work()),
          theta_(sum_->n()),
          part_(sum_->n()) {}

    Index n() const override { return sum_->n(); }

    void gradient(const double* theta, Index first, Index count, double* g) override {
        Block<T>& block = this->block_;
        const Rows<T> rows{block.x(), block.width(), 1, block.y(), block.w(), block_rows};
        if constexpr (std::is_same_v<T, double>)
            if (count <= block_rows) {
                block.ask(this->visit_, first, count);
                block.fill(this->visit_, first, count);
                sum_->whole(theta, rows, 0, count, g, nullptr, work_);
                return;
            }
        std::copy_n(theta, n(), theta_.data());
        std::fill_n(g, n(), 0.0);
        const Listener look = Listener::here();
        for (Index i = 0; i < count; i += block_rows) {
            const Index m = std::min(block_rows, count - i);
            look(m * n());
            block.ask(this->visit_, first + i, m);
            block.fill(this->visit_, first + i, m);
            sum_->whole(theta_.data(), rows, 0, m, part_.data(), nullptr, work_);
            for (Index j = 0; j < n(); ++j) g[j] += part_.data()[j];
        }
    }

    // A polynomial of low degree is linear in the powers of x.
    bool descend_small(Run& run, const Batches& batches, const Reduction& reduction,
                       Watch& watch) override {
        if (degree_ == 0 || !is_few(run, batches)) return false;
        FeedOf<T> feed(this->visit_, this->deck(), degree_);
        descend_few(run, feed, true, true, batches, reduction, watch);
        return true;
    }

private:
    std::unique_ptr<Rowwise<T>> sum_;
    Index degree_;
    Work<T> work_;
    Buffer<T> theta_, part_;
};

// s = theta_0 + sum_j theta_j x_j: a row of the block is x_1, ..., x_p, 1, 0, ..., 0, whole vectors.
// The score is eight partial sums over these, and the gradient four sums over the rows.
template <class T>
class LinearSum final : public DataSum<T> {
public:
    LinearSum(const Spec& spec, Index p, bool intercept, const Source<T>& source)
        : DataSum<T>(source, (p + intercept + lanes - 1) / lanes * lanes),
          loss_(losses::loops<T>(spec)),
          squares_(spec.squares()),
          written_out_(spec.squares() || spec.cross_entropy()),
          p_(p),
          intercept_(intercept),
          width_(block_.width()),
          theta_(width_),
          slope_(block_rows),
          total_(width_) {
        if (intercept)
            for (Index i = 0; i < block_rows; ++i) block_.x()[i * width_ + p] = T{1};
    }

    Index n() const override { return p_ + intercept_; }

    void gradient(const double* theta, Index first, Index count, double* g) override {
        std::copy_n(theta + intercept_, p_, theta_.data());
        if (intercept_) theta_.data()[p_] = static_cast<T>(theta[0]);
        std::fill_n(total_.data(), width_, T{});
        const Listener look = count > block_rows ? Listener::here() : Listener();
        for (Index i = 0; i < count; i += block_rows) {
            const Index m = std::min(block_rows, count - i);
            look(m * width_);
            const Index padded = (m + lanes - 1) / lanes * lanes;
            const auto ask = [&](Index quarter) {
                const Index from = m * quarter / 4, to = m * (quarter + 1) / 4;
                block_.ask(this->visit_, first + i + from, to - from);
            };
            if (m == 1) {
                ask(3);
                block_.fill(this->visit_, first + i, 1);
                add_row();
                continue;
            }
            ask(0);
            block_.fill(this->visit_, first + i, m);
            ask(1);
            score(padded);
            ask(2);
            lose(m, padded);
            ask(3);
            add(padded);
        }
        std::copy_n(total_.data(), p_, g + intercept_);
        if (intercept_) g[0] = total_.data()[p_];
    }

    bool descend_small(Run& run, const Batches& batches, const Reduction& reduction,
                       Watch& watch) override {
        if (!written_out_) return false;
        if (is_few(run, batches)) {
            FeedOf<T> feed(this->visit_, this->deck());
            descend_few(run, feed, squares_, intercept_ != 0, batches, reduction, watch);
            return true;
        }
        if constexpr (std::is_same_v<T, double>)
            if (goes_by_row(run, batches, reduction)) {
                Taken rows(*this);
                descend_by_row(run, rows, squares_, intercept_ != 0, batches, watch);
                return true;
            }
        return false;
    }

private:
    // The rows of the visit, in the block.
    class Taken final : public RowBlocks {
    public:
        explicit Taken(LinearSum& sum) : sum_(sum) {}
        RowBlock take(Index first, Index count) override {
            Block<T>& block = sum_.block_;
            block.ask(sum_.visit_, first, count);
            block.fill(sum_.visit_, first, count);
            return {block.x(), block.y(), block.w(), block.width()};
        }

    private:
        LinearSum& sum_;
    };

    // Some rows at a time; each is folded as in linalg.hpp.
    void score(Index padded) {
        constexpr int several = width<T>;
        for (Index i = 0; i < padded; i += several) {
            const T* x = block_.x() + i * width_;
            Lanes<T> s[several];
            Lanes<T> t = load(theta_.data());
            each<several>([&](auto k) { s[k] = load(x + k * width_) * t; });
            for (Index c = lanes; c < width_; c += lanes) {
                t = load(theta_.data() + c);
                each<several>([&](auto k) { s[k] += load(x + k * width_ + c) * t; });
            }
            store_sums(slope_.data() + i, s);
        }
    }

    // The scores become the slopes of the loss, 0 for rows that are not there.
    void lose(Index count, Index padded) {
        T* s = slope_.data();
        const T *y = block_.y(), *w = block_.w();
        loss_.slopes(s, y, padded);
        if (w != nullptr)
            for (Index i = 0; i < padded; ++i) s[i] *= w[i];
        for (Index i = count; i < padded; ++i) s[i] = T{};
    }

    void add(Index padded) {
        for (Index c = 0; c < width_; c += lanes) {
            Lanes<T> a[4] = {};
            for (Index i = 0; i < padded; i += 4) {
                const T *s = slope_.data() + i, *x = block_.x() + i * width_ + c;
                each<4>([&](auto k) { a[k] += s[k] * load(x + k * width_); });
            }
            T* total = total_.data() + c;
            store(total, load(total) + ((a[0] + a[2]) + (a[1] + a[3])));
        }
    }

    // The same for one row, bit for bit.
    void add_row() {
        const T *x = block_.x(), *theta = theta_.data();
        Lanes<T> s = load(x) * load(theta);
        for (Index c = lanes; c < width_; c += lanes) s += load(x + c) * load(theta + c);
        T slope = sum_of<T>(s);
        loss_.slopes(&slope, block_.y(), 1);
        if (block_.w() != nullptr) slope *= block_.w()[0];
        T* total = total_.data();
        for (Index c = 0; c < width_; c += lanes)
            store(total + c, load(total + c) + slope * load(x + c));
    }

    using DataSum<T>::block_;
    const losses::Loops<T>& loss_;
    bool squares_;
    bool written_out_;  // whether descend_few and descend_by_row have the loss
    Index p_, intercept_, width_;
    Buffer<T> theta_, slope_, total_;
};

}  // namespace ml4pa::costs
