// A run of a method that asks for a whole generation: lambda points, the rows of a matrix.
//
// A method derives from PopulationRun and gives
//   - rows(): lambda of this generation, which update() may change for the next;
//   - sample(X): writes the generation, rows() x n;
//   - update(X, values): what it learns from the values;
// and, where it has them, moments() for the recorded path, and visit() for what it keeps. Draws are
// made by random.hpp from (key(), iteration(), row, coordinate), so that a checkpoint needs no
// population: it is drawn again. cpp/src/<stem>.cpp has the function population_<stem>, named in
// population_methods/registry.def; population_methods/random_search.hpp is the example to copy.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "ml4pa/look_up.hpp"
#include "ml4pa/random.hpp"
#include "ml4pa/run.hpp"

namespace ml4pa {

// The hyper-parameters of a population method: a number is a vector of one.
// What the user left None is absent.
struct Parameters {
    std::map<std::string, std::vector<double>> numbers;
    std::map<std::string, std::string> words;

    bool has(const std::string& name) const { return numbers.count(name) > 0; }
    double number(const std::string& name) const { return numbers.at(name).at(0); }
    Index integer(const std::string& name) const { return static_cast<Index>(number(name)); }
    const std::vector<double>& vector(const std::string& name) const { return numbers.at(name); }
    const std::string& word(const std::string& name) const { return words.at(name); }
};

// Mean, step size and covariance of the distribution of a generation; null
// where there is none. The covariance is that of the step in units of sigma: n
// x n, or its n diagonal elements.
struct Moments {
    const double* mean = nullptr;
    double sigma = std::numeric_limits<double>::quiet_NaN();
    const double* covariance = nullptr;
    Index covariance_size = 0;
};

// A value and its place. The worse ones come later, NaN last, equal ones in the order of their places.
struct Ranked {
    double value;
    Index place;
};

inline bool ranks_before(const Ranked& a, const Ranked& b) {
    if (a.value < b.value) return true;
    if (b.value < a.value) return false;
    const bool a_nan = std::isnan(a.value), b_nan = std::isnan(b.value);
    return a_nan != b_nan ? b_nan : a.place < b.place;
}

// The places of the values from the best to the worst, as NumPy's stable argsort. Many are sorted
// together with their places, a block at a time, and then merged: looking each value up at its
// place misses the caches, and one sort of all could not be interrupted.
inline void rank_values(const double* values, Index rows, Index* order,
                        const LookUp& look_up = {}) {
    constexpr Index block = Index{1} << 12;
    if (rows <= block) {
        std::iota(order, order + rows, Index{0});
        std::sort(order, order + rows,
                  [=](Index a, Index b) { return ranks_before({values[a], a}, {values[b], b}); });
        return;
    }
    std::vector<Ranked> ranked(static_cast<std::size_t>(rows)), merged(ranked.size());
    for (Index i = 0; i < rows; ++i) ranked[static_cast<std::size_t>(i)] = {values[i], i};
    for (Index i = 0; i < rows; i += block) {
        const auto first = ranked.begin() + i;
        std::sort(first, first + std::min(block, rows - i), ranks_before);
        look_up(20 * block);
    }
    for (Index width = block; width < rows; width *= 2) {
        for (Index i = 0; i < rows; i += 2 * width) {
            const auto first = ranked.begin() + i;
            const auto middle = first + std::min(width, rows - i);
            const auto last = first + std::min(2 * width, rows - i);
            std::merge(first, middle, middle, last, merged.begin() + i, ranks_before);
            look_up(4 * width);
        }
        swap(ranked, merged);
    }
    for (Index i = 0; i < rows; ++i) order[i] = ranked[static_cast<std::size_t>(i)].place;
}

// normals_rows, a turn at a time.
inline void normals_in_turns(Key key, std::uint64_t iteration, Index rows, double* out, Index n,
                             const LookUp& look_up) {
    const Index most = std::max<Index>(LookUp::turn / n, 1);
    for (Index i = 0; i < rows; i += most) {
        const Index count = std::min(most, rows - i);
        normals_rows(key, iteration, static_cast<std::uint32_t>(i), count, out + i * n, n);
        look_up(10 * count * n);
    }
}

class PopulationRun : public RunBase {
public:
    // So many generations without a value below infinity end a run.
    static constexpr std::int64_t most_barren = 10;

    PopulationRun(const double* x0, Index n, Bounds bounds, std::uint64_t key)
        : RunBase(x0, n, std::move(bounds)), low_(bounds_.low), high_(bounds_.high), key_(key) {
        for (double& x : low_) x = nearest_finite(x);
        for (double& x : high_) x = nearest_finite(x);
    }

    virtual Index rows() const = 0;

    // This generation, rows() x n, within the bounds; the same until told.
    const double* population() {
        if (!drawn_) {
            const Index size = rows() * n_;
            if (X_.size() != size) X_ = Array(size);
            sample(X_.data());
            clip();
            drawn_ = true;
        }
        return X_.data();
    }

    // The values at rows() points: those asked for, or the caller's own.
    void tell(const double* X, const double* values) {
        population();  // what was asked, for methods that compare
        const Index m = rows();
        note(X, values, m);
        const bool any = std::any_of(values, values + m, [](double f) { return f < infinity; });
        barren_ = any ? 0 : barren_ + 1;
        update(X, values);
        ++iteration_;
        drawn_ = false;
        if (barren_ >= most_barren && !stop_)
            halt(
                {Reason::no_value, static_cast<double>(barren_), static_cast<double>(most_barren)});
    }

    // Takes the best of the evaluated rows as the best point where it is; any number is better
    // than NaN.
    void note(const double* X, const double* values, Index evaluated) {
        for (Index i = 0; i < evaluated; ++i) {
            const double f = values[i];
            if (noted_ && !(f < best_f_) && !(std::isnan(best_f_) && !std::isnan(f))) continue;
            set_best(X + i * n_);
            best_f_ = f;
            noted_ = true;
        }
    }

    virtual Moments moments() { return {}; }

    // What is asked while a generation is drawn or learnt from. Where it throws while the run
    // learns, the run is of no more use.
    void set_look_up(std::function<void()> ask) { look_up_.set(std::move(ask)); }

    // Threads that a method may use for its own work; it must give the same bytes for any number.
    void set_threads(int threads) { threads_ = threads; }

    void visit(Visitor& v) override {
        RunBase::visit(v);
        v.key(key_);
        std::int64_t noted = noted_;
        v.integer("noted", noted);
        noted_ = noted != 0;
        v.integer("barren", barren_);
        drawn_ = false;  // drawn again, the same
    }

protected:
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    virtual void sample(double* X) = 0;
    virtual void update(const double* X, const double* values) = 0;

    // Whether row i of X is what was asked there: else the caller has repaired or injected it.
    bool asked(const double* X, Index i) const {
        return X == X_.data() || std::equal(X + i * n_, X + (i + 1) * n_, X_.data() + i * n_);
    }
    Key key() const { return Key(key_); }
    std::uint64_t time() const { return static_cast<std::uint64_t>(iteration_); }
    int threads() const { return threads_; }
    const LookUp& look_up() const { return look_up_; }

    // Takes what was told, at the end of update(). The run's own generation is not copied: its
    // memory stays as it is until the next one is drawn.
    void keep_generation(const double* X, Array& kept) {
        if (X == X_.data())
            swap(X_, kept);
        else
            std::copy_n(X, kept.size(), kept.data());
    }

private:
    // Into the bounds, and into the finite numbers where there are none.
    void clip() {
        const double *low = low_.data(), *high = high_.data();
        for (Index i = 0; bounds_ && i < rows(); ++i) {
            double* x = X_.data() + i * n_;
            look_up_(n_);
            for (Index j = 0; j < n_; ++j) x[j] = std::min(std::max(x[j], low[j]), high[j]);
        }
        if (bounds_) return;
        const Index size = rows() * n_;
        for (Index i = 0; i < size; i += LookUp::turn) {
            double *x = X_.data() + i, *last = x + std::min(LookUp::turn, size - i);
            look_up_(last - x);
            for (; x < last; ++x) *x = nearest_finite(*x);
        }
    }
    static double nearest_finite(double x) {
        constexpr double most = std::numeric_limits<double>::max();
        return std::min(std::max(x, -most), most);
    }

    LookUp look_up_;
    Array X_;
    std::vector<double> low_, high_;  // the bounds, or the largest numbers
    std::uint64_t key_;
    std::int64_t barren_ = 0;
    int threads_ = 1;
    bool drawn_ = false, noted_ = false;
};

}  // namespace ml4pa
