// Random orders of rows, drawn as they are met: of their numbers, or of copies of them.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "ml4pa/costs/gather.hpp"
#include "ml4pa/shuffle.hpp"

namespace ml4pa::costs {

// Some changes of two items each, made one by one; an item is `width` units U.
template <class U>
struct Changes {
    U* items = nullptr;
    Index width = 0, first = 0, count = 0;
    const std::uint32_t* partners = nullptr;  // that of place i is partners[i % 256]

    // Change k, if there is one.
    void make(Index k) const {
        if (k < count) make(k, width);
    }
    // Change k < count of items of so many units: `width` again, perhaps as a constant. A partner is
    // anywhere in its bucket: that of the item to be drawn 64 places later is asked for.
    void make(Index k, Index units) const {
        __builtin_prefetch(partner(k + ahead, units), 1, 2);
        U *here = items + (first + k) * units, *there = partner(k, units);
        for (Index c = 0; c < units; ++c) std::swap(here[c], there[c]);
    }

    static constexpr Index ahead = 64;

private:
    U* partner(Index k, Index units) const {
        return items + Index{partners[(first + k) % Shuffle::words]} * units;
    }
};

// Items in a random order. Those that have been drawn stay where they are.
template <class U>
class Shuffled : public Draws {
public:
    void draw_to(Index place) final {
        while (drawn_ < place) draw(std::min(place - drawn_, step));
    }

    // Draws the next ones, 64 at most.
    void draw(Index count) {
        const Changes<U> changes = next(count);
        for (Index k = 0; k < count; ++k) changes.make(k);
    }

    // The same, but the caller makes the changes.
    Changes<U> next(Index count) {
        const Index to = std::min(n_, drawn_ + count + Changes<U>::ahead);
        for (; known_ < to; known_ += step)
            shuffle_.partners(known_, std::min(step, n_ - known_),
                              partners_.data() + known_ % Shuffle::words);
        drawn_ += count;
        return {items_.data(), width_, drawn_ - count, count, partners_.data()};
    }

protected:
    explicit Shuffled(Index width) : width_(width) {}

    // Deals the items: put(i, count, to) takes items i, ..., i + count - 1 to their places, or without
    // `to` each to its own.
    template <class Put>
    void begin(std::uint64_t key, std::uint64_t epoch, std::uint32_t part, Index n, Put put) {
        if (n > room_) {
            items_ = Buffer<U>(n * width_, Fresh::anything);
            room_ = n;
        }
        n_ = n;
        drawn_ = known_ = 0;
        shuffle_.begin(key, epoch, part, n);
        if (shuffle_.deals_in_order()) return put(Index{0}, n, nullptr);
        std::uint32_t to[Shuffle::chunk];
        Index i = 0;
        for (Index count; (count = shuffle_.deal(to)) > 0; i += count) put(i, count, to);
    }

    U* items() { return items_.data(); }
    const U* items() const { return items_.data(); }
    Index width() const { return width_; }

private:
    static constexpr Index step = 64;
    Shuffle shuffle_;
    Index width_, room_ = 0, n_ = 0, drawn_ = 0, known_ = 0;
    Buffer<U> items_;
    std::array<std::uint32_t, Shuffle::words> partners_{};
};

// The numbers of n rows, n < 2^32.
class Order final : public Shuffled<std::uint32_t> {
public:
    Order() : Shuffled(1) {}

    // Goes on with the order of another epoch or window.
    void begin(std::uint64_t key, std::uint64_t epoch, std::uint32_t part, Index n);
    const std::uint32_t* rows() const { return items(); }
};

template <class T>
struct Pair {
    T a, b;
};

// Copies of rows, one record each: its features, then what belongs to y, then to w. A cache line
// that is read for a short row holds several others: if these are met at random, it is cheaper to
// read them in order and to shuffle the records.
template <class T>
class Deck final : public Shuffled<Pair<T>> {
public:
    static constexpr Index most_features = 6;

    explicit Deck(const Source<T>& from)
        : Shuffled<Pair<T>>((columns(from) + 1) / 2), from_(from) {}

    // Deals rows start, ..., start + n - 1.
    void begin(std::uint64_t key, std::uint64_t epoch, std::uint32_t part, Index start, Index n) {
        Shuffled<Pair<T>>::begin(key, epoch, part, n,
                                 [this, start](Index i, Index count, const std::uint32_t* to) {
                                     for (Index c = 0; c < this->width(); ++c)
                                         copy(start + i, count, to, c);
                                 });
    }

    // The records.
    Source<T> source() const {
        const Index p = from_.features, k = from_.outputs, width = 2 * this->width();
        const T* x = &this->items()->a;
        return {x, width, 1, p, x + p, from_.w != nullptr ? x + p + k : nullptr, k, width};
    }

private:
    struct Column {
        const T* at;
        Index stride;
    };

    static Index columns(const Source<T>& from) {
        return from.features + from.outputs * (from.w != nullptr ? 2 : 1);
    }

    // Column c of the records from row `start` on; the last one for those beyond.
    Column column(Index c, Index start) const {
        const Source<T>& s = from_;
        c = std::min(c, columns(s) - 1);
        if (c < s.features) return {s.x + start * s.row + c * s.column, s.row};
        c -= s.features;
        const T* at = c < s.outputs ? s.y + c : s.w + (c - s.outputs);
        return {at + start * s.target_row, s.target_row};
    }

    // Pair c of the rows from `start` on, to their places, or to those of the items from 0 on.
    void copy(Index start, Index count, const std::uint32_t* to, Index c) {
        const Column a = column(2 * c, start), b = column(2 * c + 1, start);
        const Index width = this->width();
        Pair<T>* out = this->items() + c;
        const auto pair = [=](Index i) { return Pair<T>{a.at[i * a.stride], b.at[i * b.stride]}; };
        if (to != nullptr)
            for (Index i = 0; i < count; ++i) out[Index{to[i]} * width] = pair(i);
        else if (width == 1 && a.stride == 1 &&
                 b.stride == 1)  // of this the compiler makes vectors
            for (Index i = 0; i < count; ++i) out[i] = {a.at[i], b.at[i]};
        else
            for (Index i = 0; i < count; ++i) out[i * width] = pair(i);
    }

    Source<T> from_;
};

}  // namespace ml4pa::costs
