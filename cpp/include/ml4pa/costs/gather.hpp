// Rows of data, brought together: a block of up to 64 of them side by side in float64.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "ml4pa/lanes.hpp"

namespace ml4pa::costs {

// N rows of data as they lie in memory, borrowed. Element j of row i is x[i row + j column]; y and
// w have `outputs` numbers a row; w, the weights, may be null: all 1.
struct Source {
    const void* x = nullptr;
    bool single = false;  // float32
    Index row = 0, column = 0, features = 0;
    const double* y = nullptr;
    const double* w = nullptr;
    Index outputs = 1;
};

// Rows copied one by one to other places, in float64.
class Copy {
public:
    Copy(const Source& from, Index rows)
        : from_(from),
          rows_(rows),
          x_(rows * from.features),
          y_(rows * from.outputs),
          w_(from.w != nullptr ? rows * from.outputs : 0) {}

    Index rows() const { return rows_; }

    // The rows at their new places.
    Source source() const {
        return {x_.data(),      false,     from_.features, 1,
                from_.features, y_.data(), weights(),      from_.outputs};
    }

    void take(Index row, Index place) {
        if (from_.single)
            take_from(static_cast<const float*>(from_.x), row, place);
        else
            take_from(static_cast<const double*>(from_.x), row, place);
    }

private:
    const double* weights() const { return from_.w != nullptr ? w_.data() : nullptr; }

    template <class T>
    void take_from(const T* x, Index row, Index place) {
        const Index p = from_.features, k = from_.outputs;
        for (Index j = 0; j < p; ++j)
            x_.data()[place * p + j] = static_cast<double>(x[row * from_.row + j * from_.column]);
        for (Index o = 0; o < k; ++o) y_.data()[place * k + o] = from_.y[row * k + o];
        if (from_.w != nullptr)
            for (Index o = 0; o < k; ++o) w_.data()[place * k + o] = from_.w[row * k + o];
    }

    Source from_;
    Index rows_;
    Buffer<double> x_, y_, w_;
};

// Which rows are met, one after the other: start + order[i], or start + i without an order.
struct Visit {
    Index start = 0, count = 0;
    const std::uint32_t* order = nullptr;

    Index row(Index i) const { return start + (order == nullptr ? i : Index{order[i]}); }
};

inline constexpr Index block_rows = 64;
// So many rows ahead of the one that is read, its memory is asked for.
inline constexpr Index ahead = 64;

// 64 rows of `width` numbers: the features, then numbers of the owner's; all 0 at the start.
class Block {
public:
    Block(const Source& source, Index width)
        : width_(width),
          x_(block_rows * width),
          y_(block_rows * source.outputs),
          w_(source.w != nullptr ? block_rows * source.outputs : 0) {
        read(source);
    }

    // Goes on with these data, of the same features and outputs.
    void read(const Source& source) {
        source_ = source;
        const Index bytes = source.features * (source.single ? 4 : 8);
        asked_ = source.column == 1 ? std::min<Index>(bytes, 2048) : 1;
    }

    const double* x() const { return x_.data(); }
    double* x() { return x_.data(); }
    const double* y() const { return y_.data(); }
    const double* w() const { return source_.w != nullptr ? w_.data() : nullptr; }
    Index width() const { return width_; }
    const Source& source() const { return source_; }

    // Rows first, ..., first + count - 1 of the visit, count <= 64. Those that come so many rows
    // later are asked for meanwhile; 0 where the caller does that.
    void fill(const Visit& visit, Index first, Index count, Index later = ahead) {
        if (source_.single)
            fill_from(static_cast<const float*>(source_.x), visit, first, count, later);
        else
            fill_from(static_cast<const double*>(source_.x), visit, first, count, later);
    }

    // Random rows are in no cache: asks for the lines of row i of the visit, as far as the second
    // cache, since the first takes too few requests at a time. Always inline: GCC removes calls of a
    // function that has no effect but this.
    [[gnu::always_inline]] inline void ask(const Visit& visit, Index i) const {
        if (visit.order == nullptr || i >= visit.count) return;
        const Index row = visit.row(i), bytes = source_.single ? 4 : 8;
        const char* from = static_cast<const char*>(source_.x) + row * source_.row * bytes;
        for (Index b = 0; b < asked_; b += line) __builtin_prefetch(from + b, 0, 2);
        __builtin_prefetch(source_.y + row * source_.outputs, 0, 2);
        if (source_.w != nullptr) __builtin_prefetch(source_.w + row * source_.outputs, 0, 2);
    }

private:
    template <class T>
    void fill_from(const T* x, const Visit& visit, Index first, Index count, Index later) {
        for (Index i = 0; i < count; ++i) {
            if (later > 0) ask(visit, first + i + later);
            take(x, visit.row(first + i), i);
        }
    }

    // One row: whole vectors where its numbers lie side by side.
    template <class T>
    void take(const T* x, Index row, Index i) {
        const Index p = source_.features, k = source_.outputs, column = source_.column;
        const T* from = x + row * source_.row;
        double* to = x_.data() + i * width_;
        Index j = 0;
        if constexpr (std::is_same_v<T, double>)
            if (column == 1)
                for (; j + lanes <= p; j += lanes) store(to + j, load(from + j));
        for (; j < p; ++j) to[j] = static_cast<double>(from[j * column]);
        const double *y = source_.y, *w = source_.w;
        for (Index o = 0; o < k; ++o) y_.data()[i * k + o] = y[row * k + o];
        if (w != nullptr)
            for (Index o = 0; o < k; ++o) w_.data()[i * k + o] = w[row * k + o];
    }

    static constexpr Index line = 64;
    Source source_;
    Index width_;
    Index asked_;  // bytes of a row; along a long one the processor goes on by itself
    Buffer<double> x_, y_, w_;
};

}  // namespace ml4pa::costs
