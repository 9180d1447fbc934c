// Rows as records, up to 64 at a time, for a loop that is bound by the latency of its steps: the next
// ones are drawn while it waits.
#pragma once

#include <type_traits>

#include "ml4pa/costs/orders.hpp"

namespace ml4pa::costs {

// Record i, at + i width: the features of a row, its y, and its weight where there are weights.
struct Records {
    const double* at;
    Index width, features;
    bool weighted;
};

class Feed {
public:
    virtual ~Feed() = default;
    // Rows first, ..., first + count - 1 of the visit, in turn.
    virtual Records take(Index first, Index count) = 0;
    // What draws the next `count` rows, where the caller is to do it.
    virtual Changes<Pair<double>> changes(Index count) = 0;
};

// Of data of numbers T. A deck's records are taken where they lie if they are float64; all others are
// copied, so that the loop is compiled for one kind of number. Rows have one output. With `powers`
// the features are x, x^2, ... of one variable.
template <class T>
class FeedOf final : public Feed {
public:
    FeedOf(const Visit<T>& visit, Deck<T>* deck, Index powers = 1)
        : visit_(visit),
          deck_(deck),
          powers_(powers),
          in_place_(std::is_same_v<T, double> && deck != nullptr && powers == 1),
          records_{nullptr, visit.source.row, visit.source.features * powers,
                   visit.source.w != nullptr} {
        if (in_place_) return;
        records_.width = records_.features + (records_.weighted ? 2 : 1);
        copies_ = Buffer<double>(block_rows * records_.width);
    }

    Records take(Index first, Index count) override {
        if (deck_ != nullptr && first == 0) deck_->draw_to(count);
        Records records = records_;
        if constexpr (std::is_same_v<T, double>)
            if (in_place_) {
                records.at = visit_.source.x + first * records.width;
                return records;
            }
        copy(first, count);
        records.at = copies_.data();
        return records;
    }

    Changes<Pair<double>> changes(Index count) override {
        if (deck_ == nullptr) return {};
        if constexpr (std::is_same_v<T, double>)
            if (in_place_) return deck_->next(count);
        deck_->draw(count);
        return {};
    }

private:
    void copy(Index first, Index count) {
        const Source<T>& from = visit_.source;
        double* to = copies_.data();
        for (Index i = 0; i < count; ++i) {
            const Index row = visit_.row(first + i);
            for (Index j = 0; j < from.features; ++j)
                *to++ = from.x[row * from.row + j * from.column];
            for (Index k = 1; k < powers_; ++k, ++to) *to = to[-1] * from.x[row * from.row];
            *to++ = from.y[row * from.target_row];
            if (from.w != nullptr) *to++ = from.w[row * from.target_row];
        }
    }

    const Visit<T>& visit_;
    Deck<T>* deck_;
    Index powers_;
    bool in_place_;  // whether the deck's records are what is wanted
    Records records_;
    Buffer<double> copies_;
};

}  // namespace ml4pa::costs
