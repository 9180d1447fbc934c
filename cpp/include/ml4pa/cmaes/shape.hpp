// The covariance C of the steps, in the form that a mode keeps it: y = A z with
// A A^T = C. The z of a generation are lambda rows of length stride(), padded
// with zeros.
#pragma once

#include "ml4pa/cmaes/strategy.hpp"
#include "ml4pa/dense.hpp"
#include "ml4pa/linalg.hpp"
#include "ml4pa/population_run.hpp"

namespace ml4pa::cmaes {

using namespace dense;

class Shape {
public:
    virtual ~Shape() = default;

    virtual Index stride() const = 0;
    // A new descent: C is the initial one again. The strategy is read until the next; the key is the
    // run's.
    virtual void begin(const Strategy& strategy, Key key) = 0;
    // x = m + sigma A z for each row, written to X (lambda x n).
    virtual void points(const double* Z, const double* mean, double sigma, double* X) = 0;
    // z = A^-1 y for a step of the caller's own.
    virtual void normal(const double* y, double* z) = 0;
    // Takes y as the step of a row.
    virtual void inject(Index, const double*) {}
    // What is learnt from a generation: `weights` are those of the rows, z_mean
    // is the weighted mean of the best z. Writes y_mean = A z_mean.
    virtual void adapt(double h_sigma, const double* Z, const double* weights, const double* z_mean,
                       double* y_mean) = 0;

    // The standard deviation of coordinate i in units of sigma, and the path of
    // C.
    virtual double deviation(Index i) const = 0;
    virtual const double* path() const { return nullptr; }
    // Brings the eigenvalues up to date, in units of the start; their ratio.
    virtual void measure() {}
    virtual double condition() const { return 1.0; }
    // Writes the narrowest axis of C, where it is known and no coordinate's; its
    // length.
    virtual bool narrow_axis(double*) const { return false; }
    virtual double narrowest() const { return 0.0; }

    // C, n x n or its n diagonal elements, for the path.
    virtual Index covariance_size() const { return 0; }
    virtual const double* covariance() { return nullptr; }
    virtual void visit(Visitor& v) = 0;

    std::int64_t repairs = 0;  // of a C that rounding had broken
    // Set before begin; `start` holds the standard deviations of the initial C.
    const LookUp* look_up = nullptr;
    const double* start = nullptr;

protected:
    void look(Index operations) const { (*look_up)(operations); }
};

// c_mu w, and for a negative weight times n/|z|^2, so that C stays positive;
// eq. (46).
inline double rank_weight(double w, double c_mu, const double* z, Index n) {
    if (!(w < 0.0)) return c_mu * w;
    return c_mu * (w * (static_cast<double>(n) / std::max(dot(z, z, n), 1e-300)));
}

}  // namespace ml4pa::cmaes
