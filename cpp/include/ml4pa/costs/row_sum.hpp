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
        const Index columns =
            in + 6 * out + model_.scratch() + (hessian ? curved_columns : 0) + (has_rows ? in : 0);
        Work<T> work;
        work.memory = Buffer<T>(columns * tile_rows + (n + 1 + pairs(hessian)) * lanes);
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
        work.weighted = take(hessian ? curved_columns : 0);
        work.rows = take(has_rows ? in : 0);
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
        const bool rowwise = by_rows(rows);
        for (Index i = 0; i < count; i += tile_rows) {
            const Index m = std::min(tile_rows, count - i);
            if (h != nullptr)
                add_next<true, true>(theta, rows, first + i, m, work, rowwise);
            else if (g != nullptr)
                add_next<true, false>(theta, rows, first + i, m, work, rowwise);
            else
                add_next<false, false>(theta, rows, first + i, m, work, rowwise);
        }
        return end(g, h, work, rowwise);
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
    // Columns of the design matrix that are weighted together for the Hessian.
    static constexpr Index curved_columns = 4;

    // How many pairs of parameters have sums: all, or of a model with moments these, 2 n - 1.
    Index pairs(bool hessian) const {
        const Index n = model_.n();
        return !hessian ? 0 : Model::moments ? 2 * n : n * n;
    }

    template <class Number>
    void take(const Rows<T>& rows, Number number, Index count, Work<T>& work,
              Index ahead = 0) const {
        fill(work.tile, rows, model_.features(), model_.outputs(), count, number, ahead);
    }

    void begin(Work<T>& work, bool hessian) const {
        std::fill_n(work.sums, (model_.n() + 1 + pairs(hessian)) * lanes, T{});
    }

    // The partial sums: of the loss, then of each parameter, then of each pair of them.
    T end(T* g, T* h, Work<T>& work, bool rowwise = false) const {
        const T* s = work.sums;
        if (g != nullptr) {
            if constexpr (has_rows)
                if (rowwise) model_.end_rows(s + lanes, g);
            if (!rowwise)
                for (Index j = 0; j < model_.n(); ++j) g[j] = sum_of<T>(load(s + (1 + j) * lanes));
        }
        if constexpr (Model::linear)
            if (h != nullptr) expand(h, work.curved);
        return sum_of<T>(load(s));
    }

    static constexpr bool has_rows = requires(const Model& model) { model.by_rows(); };

    // Whether the model reads the rows as they lie.
    bool by_rows(const Rows<T>& rows) const {
        if constexpr (has_rows) return rows.column == 1 && model_.by_rows();
        return false;
    }

    // The rows first, first + 1, ...; those of the next tile are asked for.
    template <bool gradient, bool hessian>
    void add_next(const T* theta, const Rows<T>& rows, Index first, Index count, Work<T>& work,
                  bool rowwise) const {
        const auto number = [=](Index k) { return first + k; };
        const Index ahead = rows.column == 1 && rows.row > 1 ? tile_rows * rows.row : 0;
        if constexpr (has_rows)
            if (rowwise)
                return add_rows<gradient, hessian>(theta, rows, number, count, work, ahead);
        add_tile<gradient, hessian>(theta, rows, number, count, work, ahead);
    }

    template <bool gradient, bool hessian, class Number>
    void add_tile(const T* theta, const Rows<T>& rows, Number number, Index count, Work<T>& work,
                  Index ahead = 0) const {
        Tile<T>& tile = work.tile;
        take(rows, number, count, work, ahead);
        model_.forward(theta, tile);
        lose<gradient, hessian>(rows, number, work, ahead);
        if constexpr (hessian && Model::linear) curve(work);
        if constexpr (gradient) model_.backward(theta, tile, work.sums + lanes);
    }

    // The columns are wanted for the Hessian only.
    template <bool gradient, bool hessian, class Number>
    void add_rows(const T* theta, const Rows<T>& rows, Number number, Index count, Work<T>& work,
                  Index ahead) const {
        Tile<T>& tile = work.tile;
        const T* x = rows.x + number(0) * rows.row;
        Index row = rows.row;
        fill_targets(tile, rows, 1, count, number);
        if (count < tile.padded) {  // a copy, with rows of zeros
            const Index p = model_.features();
            for (Index i = 0; i < tile.padded; ++i)
                for (Index j = 0; j < p; ++j)
                    work.rows[i * p + j] = i < count ? x[i * row + j] : T{};
            x = work.rows;
            row = p;
            ahead = 0;
        }
        model_.forward_rows(theta, x, row, tile, ahead);
        lose<gradient, hessian>(rows, number, work, gradient ? 0 : ahead);
        if constexpr (hessian) {
            for (Index i = 0; i < tile.padded; i += lanes)
                detail::fill_eight(tile.x, model_.features(), 1, i,
                                   [=](Index k) { return x + k * row; });
            curve(work);
        }
        if constexpr (gradient) model_.backward_rows(x, row, tile, work.sums + lanes, ahead);
    }

    // The loss at the scores of a tile, and its sum.
    template <bool gradient, bool hessian, class Number>
    void lose(const Rows<T>& rows, Number number, Work<T>& work, Index ahead) const {
        const Tile<T>& tile = work.tile;
        if (ahead != 0)  // for the other half, so that memory works during the loss too
            for (Index i = 0; i < tile.padded; i += lanes)
                detail::prefetch_half(rows.x + number(i) * rows.row + ahead, rows.row, true);
        for (Index o = 0; o < model_.outputs(); ++o)
            lose<gradient, hessian>(o * tile_rows, rows.w != nullptr, work);
        Lanes<T> s = load(work.sums);
        for (Index o = 0; o < model_.outputs(); ++o)
            for (Index i = 0; i < tile.padded; i += lanes)
                s += load(tile.value + o * tile_rows + i);
        store(work.sums, s);
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

    // Adds sum_i curvature_i a_ij a_ik to the partial sums of each pair j >= k, at n j + k (and of
    // some j < k too); with a column of ones, which comes first, at k for j = 0. Or, of a model with
    // moments, sum_i curvature_i T_k to those of each k up to 2 d.
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
        T* sums = work.curved;
        if (ones) {
            models::add(sums, lanes, work.curvature, 1, tile.padded);
            models::add_products(work.curvature, a, n - 1, sums + lanes, tile.padded);
        }
        for (Index first = ones; first < n; first += curved_columns) {
            const Index count = std::min(curved_columns, n - first);
            weigh(a + (first - ones) * tile_rows, count, work);
            models::add_outer(work.weighted, count, a, first - ones + count,
                              sums + (first * n + ones) * lanes, n * lanes, tile.padded);
        }
    }

    // Some columns times the curvature.
    void weigh(const T* a, Index columns, Work<T>& work) const {
        for (Index i = 0; i < work.tile.padded; i += lanes) {
            const Lanes<T> c = load(work.curvature + i);
            for (Index j = 0; j < columns; ++j)
                store(work.weighted + j * tile_rows + i, c * load(a + j * tile_rows + i));
        }
    }

    void expand(T* h, const T* curved) const
        requires Model::linear
    {
        const Index n = model_.n();
        const auto sum = [=](Index k) { return sum_of<T>(load(curved + k * lanes)); };
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j <= i; ++j)
                h[i * n + j] = h[j * n + i] = Model::moments
                                                  ? T(0.5) * (sum(i + j) + sum(i - j))
                                                  : sum(j < model_.ones() ? i : i * n + j);
    }

    Model model_;
};

}  // namespace ml4pa::costs
