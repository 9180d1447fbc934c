// Rows as records, up to 64 at a time, for a loop that is bound by the latency of its steps: the next
// ones are drawn while it waits.
#pragma once

#include "ml4pa/costs/orders.hpp"

namespace ml4pa::costs {

// Record i, at + i width: the features of a row, its y, and its weight where there are weights.
template <class T>
struct Records {
    const T* at;
    Index width, features;
    bool weighted;
};

// Those of a deck where they lie, others copied. Rows have one output.
template <class T>
class Feed {
public:
    Feed(const Visit<T>& visit, Deck<T>* deck)
        : visit_(visit),
          deck_(deck),
          records_{visit.source.x, visit.source.row, visit.source.features,
                   visit.source.w != nullptr} {
        if (deck != nullptr) return;
        records_.width = records_.features + (records_.weighted ? 2 : 1);
        copies_ = Buffer<T>(block_rows * records_.width);
    }

    // Rows first, ..., first + count - 1 of the visit. A deck's must have been drawn, but the first.
    Records<T> take(Index first, Index count) {
        Records<T> records = records_;
        if (deck_ != nullptr) {
            if (first == 0) deck_->draw_to(count);
            records.at += first * records.width;
        } else {
            copy(first, count);
            records.at = copies_.data();
        }
        return records;
    }

    // The changes by which the next `count` rows of a deck are drawn.
    Changes<Pair<T>> changes(Index count) {
        return deck_ != nullptr ? deck_->next(count) : Changes<Pair<T>>{};
    }

private:
    void copy(Index first, Index count) {
        const Source<T>& from = visit_.source;
        T* to = copies_.data();
        for (Index i = 0; i < count; ++i) {
            const Index row = visit_.row(first + i);
            for (Index j = 0; j < from.features; ++j)
                *to++ = from.x[row * from.row + j * from.column];
            *to++ = from.y[row * from.target_row];
            if (from.w != nullptr) *to++ = from.w[row * from.target_row];
        }
    }

    const Visit<T>& visit_;
    Deck<T>* deck_;
    Records<T> records_;
    Buffer<T> copies_;
};

}  // namespace ml4pa::costs
