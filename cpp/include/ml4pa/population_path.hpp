// The recorded path of a population: row 0 is the start, then the generations.
#pragma once

#include "ml4pa/path.hpp"
#include "ml4pa/population_run.hpp"

namespace ml4pa {

// For each recorded row the best point of the generation and its value, the generation itself, and
// the moments after it was told. The start has no value: the method may never evaluate it. Where
// memory ends the path is given up, with stride 0: the run goes on, and its result is worth more.
class PopulationPath {
public:
    PopulationPath(Index n, std::int64_t stride) : path_(n, stride, infinity), n_(n) {}

    std::int64_t stride() const { return path_.stride(); }
    bool wants(std::int64_t iteration) const { return path_.wants(iteration); }

    void put(PopulationRun& run, const double* x, double f, const double* X, Index rows) {
        if (stride() == 0) return;
        try {
            write(run, x, f, X, rows);
        } catch (const std::bad_alloc&) {
            *this = PopulationPath(n_, 0);
        }
    }

    Index rows() const { return path_.rows(); }
    const std::vector<Index>& population_rows() const { return rows_; }
    // How many numbers each has; release_... gives them away.
    Index mean_size() const { return mean_size_; }
    Index covariance_size() const { return covariance_size_; }
    Index population_size() const { return population_size_; }
    double* release_x() { return path_.release_x(); }
    double* release_f() { return path_.release_f(); }
    double* release_mean() { return mean_.release(mean_size_); }
    double* release_sigma() { return sigma_.release(sigma_size_); }
    double* release_covariance() { return covariance_.release(covariance_size_); }
    double* release_population() { return population_.release(population_size_); }

private:
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    void write(PopulationRun& run, const double* x, double f, const double* X, Index rows) {
        path_.put(x, f);
        append(population_, population_size_, X, rows * n_);
        rows_.push_back(rows);
        const Moments moments = run.moments();
        if (moments.mean != nullptr) {
            append(mean_, mean_size_, moments.mean, n_);
            append(sigma_, sigma_size_, &moments.sigma, 1);
        }
        if (moments.covariance != nullptr)
            append(covariance_, covariance_size_, moments.covariance, moments.covariance_size);
    }

    static void append(Rows& to, Index& size, const double* from, Index count) {
        std::copy_n(from, count, to.reserve(size + count) + size);
        size += count;
    }

    Path path_;
    Index n_;
    Rows mean_, sigma_, covariance_, population_;
    Index mean_size_ = 0, sigma_size_ = 0, covariance_size_ = 0, population_size_ = 0;
    std::vector<Index> rows_;
};

}  // namespace ml4pa
