// Rowwise, for one model and one loss.
#pragma once

#include <algorithm>
#include <utility>

#include "ml4pa/costs/rowwise.hpp"
#include "ml4pa/losses/loss.hpp"
#include "ml4pa/models/model.hpp"

namespace ml4pa::costs {

template <class Model, class Loss, class T>
class RowSum final : public Rowwise<T> {
public:
    explicit RowSum(Model model) : model_(std::move(model)) {}

    Index n() const override { return model_.n(); }
    Index features() const override { return model_.features(); }
    Index outputs() const override { return model_.outputs(); }
    bool has_hessian() const override { return Model::linear; }

    Work<T> work(bool hessian) const override {
        const Index n = model_.n(), in = model_.features(), out = model_.outputs();
        const Index pairs = hessian ? n * (n + 1) / 2 + 1 : 0;  // moments: 2 n - 1, 3 for n = 2
        const Index tiles = in + 6 * out + model_.scratch();
        Work<T> work;
        work.memory = Buffer<T>(tiles * tile_rows + (n + 1 + pairs) * lanes);
        T* next = work.memory.data();
        const auto take = [&](Index columns) {
            return std::exchange(next, next + columns * tile_rows);
        };
        Tile<T>& tile = work.tile;
        tile.x = take(in);
        tile.y = take(out);
        tile.w = take(out);
        tile.score = take(out);
        tile.value = take(out);
        tile.slope = take(out);
        work.curvature = take(out);
        tile.scratch = take(model_.scratch());
        work.sums = next;
        work.curved = next + (n + 1) * lanes;
        return work;
    }

    T batch(const T* theta, const Rows<T>& rows, const Index* index, Index count, T* g,
            Work<T>& work) const override {
        begin(work, false);
        for (Index i = 0; i < count; i += tile_rows)
            add_tile<true, false>(
                theta, rows, [=](Index k) { return index[i + k]; }, std::min(tile_rows, count - i),
                work);
        return end(g, nullptr, work);
    }

    T whole(const T* theta, const Rows<T>& rows, Index first, Index count, T* g, T* h,
            Work<T>& work) const override {
        begin(work, h != nullptr);
        for (Index i = 0; i < count; i += tile_rows) {
            const auto number = [=](Index k) { return first + i + k; };
            const Index ahead = rows.column == 1 && rows.row > 1 ? tile_rows * rows.row : 0;
            const Index m = std::min(tile_rows, count - i);
            if (h != nullptr)
                add_tile<true, true>(theta, rows, number, m, work, ahead);
            else if (g != nullptr)
                add_tile<true, false>(theta, rows, number, m, work, ahead);
            else
                add_tile<false, false>(theta, rows, number, m, work, ahead);
        }
        return end(g, h, work);
    }

    void scores(const T* theta, const Rows<T>& rows, Index first, Index count, T* score,
                Work<T>& work) const override {
        const Index out = model_.outputs();
        for (Index i = 0; i < count; i += tile_rows) {
            take(
                rows, [=](Index k) { return first + i + k; }, std::min(tile_rows, count - i), work);
            model_.forward(theta, work.tile);
            for (Index k = 0; k < work.tile.count; ++k)
                for (Index o = 0; o < out; ++o)
                    score[(i + k) * out + o] = work.tile.score[o * tile_rows + k];
        }
    }

    void pull(const T* theta, const Rows<T>& rows, Index first, Index count, const T* slope, T* g,
              Work<T>& work) const override {
        const Index out = model_.outputs();
        begin(work, false);
        for (Index i = 0; i < count; i += tile_rows) {
            take(
                rows, [=](Index k) { return first + i + k; }, std::min(tile_rows, count - i), work);
            Tile<T>& tile = work.tile;
            model_.forward(theta, tile);
            for (Index o = 0; o < out; ++o)
                for (Index k = 0; k < tile.padded; ++k)
                    tile.slope[o * tile_rows + k] = k < tile.count ? slope[(i + k) * out + o] : T{};
            model_.backward(theta, tile, work.sums + lanes);
        }
        end(g, nullptr, work);
    }

private:
    template <class Number>
    void take(const Rows<T>& rows, Number number, Index count, Work<T>& work,
              Index ahead = 0) const {
        fill(work.tile, rows, model_.features(), model_.outputs(), count, number, ahead);
    }

    void begin(Work<T>& work, bool hessian) const {
        const Index n = model_.n();
        const Index sums = n + 1 + (hessian ? n * (n + 1) / 2 + 1 : 0);
        std::fill_n(work.sums, sums * lanes, T{});
    }

    // The partial sums: of the loss, then of each parameter, then of each pair of them.
    T end(T* g, T* h, Work<T>& work) const {
        const Index n = model_.n();
        const T* s = work.sums;
        if (g != nullptr)
            for (Index j = 0; j < n; ++j) g[j] = sum_of<T>(load(s + (1 + j) * lanes));
        if constexpr (Model::linear)
            if (h != nullptr) expand(h, work.curved);
        return sum_of<T>(load(s));
    }

    template <bool gradient, bool hessian, class Number>
    void add_tile(const T* theta, const Rows<T>& rows, Number number, Index count, Work<T>& work,
                  Index ahead = 0) const {
        take(rows, number, count, work, ahead);
        Tile<T>& tile = work.tile;
        model_.forward(theta, tile);
        if (ahead != 0)  // for the other four, so that memory works during the loss too
            for (Index i = 4; i < tile.padded; i += lanes)
                detail::prefetch_four(rows.x + number(i) * rows.row + ahead, rows.row,
                                      model_.features());
        for (Index o = 0; o < model_.outputs(); ++o)
            lose<gradient, hessian>(o * tile_rows, rows.w != nullptr, work);
        for (Index o = 0; o < model_.outputs(); ++o) {
            Lanes<T> s = load(work.sums);
            for (Index i = 0; i < tile.padded; i += lanes)
                s += load(tile.value + o * tile_rows + i);
            store(work.sums, s);
        }
        if constexpr (hessian && Model::linear) curve(work);
        if constexpr (gradient) model_.backward(theta, tile, work.sums + lanes);
    }

    // The loss of one output of each row, weighted; 0 for padding.
    template <bool gradient, bool hessian>
    void lose(Index at, bool weighted, Work<T>& work) const {
        const Tile<T>& tile = work.tile;
        const T *score = tile.score + at, *y = tile.y + at, *w = tile.w + at;
        T *value = tile.value + at, *slope = tile.slope + at, *curvature = work.curvature + at;
        for (Index i = 0; i < tile.padded; ++i) {
            const losses::Terms<T> terms = Loss::at(score[i], y[i]);
            value[i] = terms.value;
            if constexpr (gradient) slope[i] = terms.slope;
            if constexpr (hessian) curvature[i] = terms.curvature;
        }
        if (weighted)
            for (Index i = 0; i < tile.padded; ++i) {
                value[i] *= w[i];
                if constexpr (gradient) slope[i] *= w[i];
                if constexpr (hessian) curvature[i] *= w[i];
            }
        for (Index i = tile.count; i < tile.padded; ++i) {
            value[i] = T{};
            if constexpr (gradient) slope[i] = T{};
            if constexpr (hessian) curvature[i] = T{};
        }
    }

    // Adds sum_i curvature_i a_ij a_ik to the partial sums of each pair j >= k, the columns of ones
    // first; or, of a model with moments, sum_i curvature_i T_k to those of each k up to 2 d.
    void curve(Work<T>& work) const
        requires Model::linear
    {
        Tile<T>& tile = work.tile;
        const Index n = model_.n(), ones = model_.ones();
        const T* a = model_.design(tile);
        if constexpr (Model::moments) {
            model_.extend(tile);
            models::add_products(work.curvature, a, 2 * n - 1, work.curved, tile.padded);
            return;
        }
        T* weighted = tile.value;  // free by now
        T* pair = work.curved;
        for (Index j = 0; j < n; ++j) {
            for (Index i = 0; i < tile.padded; ++i)
                weighted[i] = work.curvature[i] * (j < ones ? T(1) : a[(j - ones) * tile_rows + i]);
            if (ones) models::add(pair, weighted, tile.padded);
            models::add_products(weighted, a, j + 1 - ones, pair + ones * lanes, tile.padded);
            pair += (j + 1) * lanes;
        }
    }

    void expand(T* h, const T* curved) const
        requires Model::linear
    {
        const Index n = model_.n();
        const auto sum = [=](Index k) { return sum_of<T>(load(curved + k * lanes)); };
        for (Index i = 0, pair = 0; i < n; ++i)
            for (Index j = 0; j <= i; ++j, ++pair)
                h[i * n + j] = h[j * n + i] =
                    Model::moments ? T(0.5) * (sum(i + j) + sum(i - j)) : sum(pair);
    }

    Model model_;
};

}  // namespace ml4pa::costs
