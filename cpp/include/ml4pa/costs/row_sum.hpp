// Rowwise, for one model and any loss.
#pragma once

#include <algorithm>
#include <utility>

#include "ml4pa/costs/rowwise.hpp"
#include "ml4pa/look_up.hpp"
#include "ml4pa/losses/loops.hpp"
#include "ml4pa/models/model.hpp"

namespace ml4pa::costs {

template <class Model, class T>
class RowSum final : public Rowwise<T> {
public:
    RowSum(Model model, const losses::Loops<T>& loss) : model_(std::move(model)), loss_(loss) {}

    Index n() const override { return model_.n(); }
    Index features() const override { return model_.features(); }
    Index outputs() const override { return model_.outputs(); }
    bool has_hessian() const override { return Model::linear; }

    Work<T> work(bool hessian) const override {
        const Index n = model_.n(), in = model_.features(), out = model_.outputs();
        const Index columns =
            in + 6 * out + model_.scratch() + (hessian ? curved_columns : 0) + (has_rows ? in : 0);
        Work<T> work;
        work.memory =
            Buffer<T>(columns * tile_rows + (n + 1 + pairs(hessian)) * lanes, Fresh::anything);
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

    T whole(const T* theta, const Rows<T>& rows, Index first, Index count, T* g, T* h,
            Work<T>& work) const override {
        const Wants wants{g != nullptr, h != nullptr};
        if constexpr (has_one)
            if (count <= few && rows.column == 1) {
                T total{};
                for (Index i = first; i < first + count; ++i)
                    total += one(theta, rows, i, i == first, g, work);
                return total;
            }
        const Listener look = count > tile_rows ? Listener::here() : Listener();
        begin(work, wants.hessian);
        const bool rowwise = by_rows(rows);
        for (Index i = 0; i < count; i += tile_rows) {
            const Index m = std::min(tile_rows, count - i);
            look(m * model_.n());
            if constexpr (has_rows)
                if (rowwise) {
                    add_rows(theta, rows, first + i, m, wants, work);
                    continue;
                }
            add_tile(theta, rows, first + i, m, wants, work);
        }
        return end(g, h, work, rowwise);
    }

    void scores(const T* theta, const Rows<T>& rows, Index first, Index count, T* score,
                Work<T>& work) const override {
        const Index out = model_.outputs();
        const Listener look = Listener::here();
        for (Index i = 0; i < count; i += tile_rows) {
            look(tile_rows * model_.n());
            take(rows, first + i, std::min(tile_rows, count - i), work);
            forward(theta, work.tile);
            for (Index k = 0; k < work.tile.count; ++k)
                for (Index o = 0; o < out; ++o)
                    score[(i + k) * out + o] = work.tile.score[o * tile_rows + k];
        }
    }

    void pull(const T* theta, const Rows<T>& rows, Index first, Index count, const T* slope, T* g,
              Work<T>& work) const override {
        const Index out = model_.outputs();
        const Listener look = Listener::here();
        begin(work, false);
        for (Index i = 0; i < count; i += tile_rows) {
            look(tile_rows * model_.n());
            take(rows, first + i, std::min(tile_rows, count - i), work);
            Tile<T>& tile = work.tile;
            forward(theta, tile);
            for (Index o = 0; o < out; ++o)
                for (Index k = 0; k < tile.padded; ++k)
                    tile.slope[o * tile_rows + k] = k < tile.count ? slope[(i + k) * out + o] : T{};
            backward(theta, tile, work.sums + lanes);
        }
        end(g, nullptr, work);
    }

private:
    // What is wanted beside the value.
    struct Wants {
        bool gradient, hessian;
    };

    // Columns of the design matrix that are weighted together for the Hessian.
    static constexpr Index curved_columns = 4;

    // How many pairs of parameters have sums: all, or of a model with moments these, 2 n - 1.
    Index pairs(bool hessian) const {
        const Index n = model_.n();
        return !hessian ? 0 : Model::moments ? 2 * n : n * n;
    }

    // Not compiled anew wherever they are called: most of the time of a build would be theirs.
    [[gnu::noinline]] void take(const Rows<T>& rows, Index first, Index count, Work<T>& work,
                                Ahead<T> ahead = {}, Index share = 0) const {
        fill(work.tile, rows, model_.features(), model_.outputs(), first, count, ahead, share);
    }
    [[gnu::noinline]] void forward(const T* theta, Tile<T>& tile) const {
        model_.forward(theta, tile);
    }
    [[gnu::noinline]] void backward(const T* theta, Tile<T>& tile, T* sums) const {
        model_.backward(theta, tile, sums);
    }

    void begin(Work<T>& work, bool hessian) const {
        std::fill_n(work.sums, (model_.n() + 1) * lanes, T{});
        const Index row = model_.n() * lanes;  // not all pairs at once: that may take long
        const Listener look = hessian ? Listener::here() : Listener();
        for (Index left = pairs(hessian) * lanes; left > 0; left -= row) {
            std::fill_n(work.curved + pairs(hessian) * lanes - left, std::min(row, left), T{});
            look(row);
        }
    }

    // The partial sums: of the loss, then of each parameter, then of each pair of them.
    T end(T* g, T* h, Work<T>& work, bool rowwise = false) const {
        const T* s = work.sums;
        if (g != nullptr) {
            if constexpr (has_rows)
                if (rowwise) model_.end_rows(s + lanes, g);
            if (!rowwise) sums_of(s + lanes, model_.n(), g);
        }
        if constexpr (Model::linear)
            if (h != nullptr) expand(h, work.curved);
        return sum_of<T>(load(s));
    }

    // The sum of each of n packs.
    static void sums_of(const T* packs, Index n, T* to) {
        constexpr int several = width<T>;
        Index j = 0;
        for (; j + several <= n; j += several) {
            Lanes<T> s[several];
            each<several>([&](auto k) { s[k] = load(packs + (j + k) * lanes); });
            store_sums(to + j, s);
        }
        for (; j < n; ++j) to[j] = sum_of<T>(load(packs + j * lanes));
    }

    // Whether the model has formulas of its own for a single row.
    static constexpr bool has_one =
        requires(const Model& model, T* a) { model.forward_one(a, a, a, a); };

    static constexpr Index few = 3;  // rows for which these are faster than a tile

    T one(const T* theta, const Rows<T>& rows, Index i, bool first, T* g, Work<T>& work) const {
        const Index out = model_.outputs();
        const Tile<T>& tile = work.tile;
        const T *x = rows.x + i * rows.row, *y = rows.y + i * out;
        model_.forward_one(theta, x, tile.scratch, tile.score);
        const losses::Loop<T> loop = g != nullptr ? loss_.gradient : loss_.value;
        for (Index o = 0; o < out; o += losses::most_at_once)
            loop(tile.score + o, y + o, std::min(losses::most_at_once, out - o), tile.value + o,
                 tile.slope + o, work.curvature + o);
        const T* w = rows.w != nullptr ? rows.w + i * out : nullptr;
        T total{};
        for (Index o = 0; o < out; ++o) {
            if (w != nullptr) tile.value[o] *= w[o], tile.slope[o] *= w[o];
            total += tile.value[o];
        }
        if (g != nullptr && first)
            model_.template backward_one<false>(theta, x, tile.scratch, tile.slope, g);
        else if (g != nullptr)
            model_.template backward_one<true>(theta, x, tile.scratch, tile.slope, g);
        return total;
    }

    static constexpr bool has_rows = requires(const Model& model) { model.by_rows(); };

    // Whether the model reads the rows as they lie.
    bool by_rows(const Rows<T>& rows) const {
        if constexpr (has_rows) return rows.column == 1 && model_.by_rows();
        return false;
    }

    // What the next tile will read.
    Ahead<T> next(const Rows<T>& rows, Index first) const {
        if (rows.column != 1 || rows.row == 1) return {};
        const T* at = rows.x + (first + tile_rows) * rows.row;
        return {at, at + tile_rows * rows.row};
    }

    // The rows first, first + 1, ..., first + count - 1, a tile of them.
    void add_tile(const T* theta, const Rows<T>& rows, Index first, Index count, Wants wants,
                  Work<T>& work) const {
        Ahead<T> ahead = next(rows, first);
        const Index share = lanes * rows.row / 2;
        take(rows, first, count, work, ahead, share);
        ahead.at += std::min(ahead.end - ahead.at, tile_rows * rows.row / 2);
        forward(theta, work.tile);
        lose(rows, work.tile.y, wants, work, ahead, share);
        if constexpr (Model::linear)
            if (wants.hessian) curve(work);
        if (wants.gradient) backward(theta, work.tile, work.sums + lanes);
    }

    // The columns are wanted for the Hessian only.
    void add_rows(const T* theta, const Rows<T>& rows, Index first, Index count, Wants wants,
                  Work<T>& work) const {
        Tile<T>& tile = work.tile;
        Ahead<T> ahead = next(rows, first);
        // The scores, the loss and the gradient take about as long.
        const Index share = lanes * rows.row / (wants.gradient ? 3 : 2) + 1;
        const T* x = rows.x + first * rows.row;
        Index row = rows.row;
        const T* y = rows.y + first;
        Ahead<T>{y + tile_rows, y + 2 * tile_rows}.ask(tile_rows);
        tile.count = tile.padded = count;
        if (rows.w != nullptr || count % lanes != 0) {
            fill_targets(tile, rows, 1, first, count);
            y = tile.y;
        }
        if (count < tile.padded) {  // a copy, with rows of zeros
            const Index p = model_.features();
            for (Index i = 0; i < tile.padded; ++i)
                for (Index j = 0; j < p; ++j)
                    work.rows[i * p + j] = i < count ? x[i * row + j] : T{};
            x = work.rows;
            row = p;
        }
        model_.forward_rows(theta, x, row, tile, ahead, share);
        lose(rows, y, wants, work, ahead, share);
        if (wants.hessian) {
            for (Index i = 0; i < tile.padded; i += lanes)
                detail::turn_eight(tile.x + i, model_.features(), x + i * row, row, 1);
            curve(work);
        }
        if (wants.gradient) model_.backward_rows(x, row, tile, work.sums + lanes, ahead, share);
    }

    // The loss at the scores of a tile, weighted, and its sum; 0 for padding.
    void lose(const Rows<T>& rows, const T* y, Wants wants, Work<T>& work, Ahead<T>& ahead,
              Index share) const {
        constexpr Index part = 32;  // rows between two requests
        static_assert(part <= losses::most_at_once);
        const Tile<T>& tile = work.tile;
        const losses::Loop<T> loop = wants.hessian    ? loss_.hessian
                                     : wants.gradient ? loss_.gradient
                                                      : loss_.value;
        Lanes<T> s = load(work.sums);
        for (Index o = 0; o < model_.outputs(); ++o) {
            const Index at = o * tile_rows;
            for (Index i = 0; i < tile.padded; i += part) {
                ahead.ask(share * part / lanes);
                const Index j = at + i;
                loop(tile.score + j, y + j, std::min(part, tile.padded - i), tile.value + j,
                     tile.slope + j, work.curvature + j);
            }
            const T* w = rows.w != nullptr ? tile.w + at : nullptr;
            weight(tile.value + at, w, tile);
            if (wants.gradient) weight(tile.slope + at, w, tile);
            if (wants.hessian) weight(work.curvature + at, w, tile);
            for (Index i = 0; i < tile.padded; i += lanes) s += load(tile.value + at + i);
        }
        store(work.sums, s);
    }

    // a_i w_i, and 0 for padding.
    static void weight(T* a, const T* w, const Tile<T>& tile) {
        if (w != nullptr)
            for (Index i = 0; i < tile.padded; i += lanes) store(a + i, load(a + i) * load(w + i));
        for (Index i = tile.count; i < tile.padded; ++i) a[i] = T{};
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
        const Listener look = Listener::here();
        for (Index first = ones; first < n; first += curved_columns) {
            const Index count = std::min(curved_columns, n - first);
            look(tile.padded * first);
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
        const Listener look = Listener::here();
        for (Index i = 0; i < n; ++i, look(lanes * n))
            for (Index j = 0; j <= i; ++j)
                h[i * n + j] = h[j * n + i] = Model::moments
                                                  ? T(0.5) * (sum(i + j) + sum(i - j))
                                                  : sum(j < model_.ones() ? i : i * n + j);
    }

    Model model_;
    const losses::Loops<T>& loss_;
};

}  // namespace ml4pa::costs
