// Rows of data, brought together: a block of up to 64 of them side by side.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ml4pa/lanes.hpp"

namespace ml4pa::costs {

// N rows of data as they lie in memory, borrowed. Element j of row i is x[i row + j column]; y and
// w have `outputs` numbers for it, from i target_row on; w, the weights, may be null: all 1.
template <class T>
struct Source {
    const T* x = nullptr;
    Index row = 0, column = 0, features = 0;
    const T *y = nullptr, *w = nullptr;
    Index outputs = 1, target_row = 1;
};

// What draws a random order, place after place.
class Draws {
public:
    virtual ~Draws() = default;
    // The places before this one are drawn after it.
    virtual void draw_to(Index place) = 0;
};

// Which rows are met, one after the other: start + order[i], or start + i without an order.
template <class T>
struct Visit {
    Source<T> source;
    Index start = 0, count = 0;
    const std::uint32_t* order = nullptr;
    Draws* draws = nullptr;

    Index row(Index i) const { return start + (order == nullptr ? i : Index{order[i]}); }
};

inline constexpr Index block_rows = 64;

// 64 rows of `width` numbers: the features, then numbers of the owner's; all 0 at the start.
template <class T>
class Block {
public:
    Block(const Source<T>& source, Index width)
        : width_(width),
          x_(block_rows * width),
          y_(block_rows * source.outputs),
          w_(source.w != nullptr ? block_rows * source.outputs : 0) {}

    T* x() { return x_.data(); }
    const T* y() const { return y_.data(); }
    const T* w() const { return w_.data(); }  // null where there are none
    Index width() const { return width_; }

    // Asks for `count` of the rows that come a block after row `first` of the visit. To ask for a few
    // at a time, between the steps of the work, keeps memory busy all along.
    void ask(const Visit<T>& visit, Index first, Index count) {
        const Index begin = first + block_rows, end = std::min(begin + count, visit.count);
        if (begin >= end) return;
        if (visit.draws != nullptr) visit.draws->draw_to(end);
        if (visit.order == nullptr && (visit.draws != nullptr || visit.source.column != 1)) return;
        for (Index i = begin; i < end; ++i) ask_row(visit.source, visit.row(i));
    }

    // Rows first, ..., first + count - 1 of the visit, count <= 64.
    void fill(const Visit<T>& visit, Index first, Index count) {
        if (visit.draws != nullptr) visit.draws->draw_to(first + count);
        if (visit.order == nullptr)
            take_all(visit.source, count, [at = visit.start + first](Index i) { return at + i; });
        else
            take_all(visit.source, count, [at = visit.order + first, start = visit.start](Index i) {
                return start + Index{at[i]};
            });
    }

private:
    // The lines of a row, as far as the second cache, since the first takes too few requests at a
    // time. Always inline: GCC removes calls of a function that has no effect but this.
    [[gnu::always_inline]] static inline void ask_row(const Source<T>& from, Index row) {
        constexpr std::uintptr_t line = 64;
        constexpr Index most =
            2048 /
            static_cast<Index>(sizeof(T));  // along a long row the processor goes on by itself
        const T* x = from.x + row * from.row;
        const Index numbers = from.column == 1 ? std::min(from.features, most) : 1;
        const auto end = reinterpret_cast<std::uintptr_t>(x + numbers);
        for (auto at = reinterpret_cast<std::uintptr_t>(x) / line * line; at < end; at += line)
            __builtin_prefetch(reinterpret_cast<const void*>(at), 0, 2);
        __builtin_prefetch(from.y + row * from.target_row, 0, 2);
        if (from.w != nullptr) __builtin_prefetch(from.w + row * from.target_row, 0, 2);
    }

    template <class Row>
    void take_all(const Source<T>& from, Index count, Row row) {
        const Index p = from.features, k = from.outputs;
        T* to = x_.data();
        // Whole vectors where the numbers of a row lie side by side, of which the last two may
        // overlap.
        if (from.column == 1 && p >= lanes)
            for (Index i = 0; i < count; ++i, to += width_) {
                const T* x = from.x + row(i) * from.row;
                for (Index j = 0; j + lanes < p; j += lanes) store(to + j, load(x + j));
                store(to + p - lanes, load(x + p - lanes));
            }
        else
            for (Index i = 0; i < count; ++i, to += width_) {
                const T* x = from.x + row(i) * from.row;
                for (Index j = 0; j < p; ++j) to[j] = x[j * from.column];
            }
        for (Index o = 0; o < k; ++o) {
            for (Index i = 0; i < count; ++i)
                y_.data()[i * k + o] = from.y[row(i) * from.target_row + o];
            if (from.w != nullptr)
                for (Index i = 0; i < count; ++i)
                    w_.data()[i * k + o] = from.w[row(i) * from.target_row + o];
        }
    }

    Index width_;
    Buffer<T> x_, y_, w_;
};

}  // namespace ml4pa::costs
