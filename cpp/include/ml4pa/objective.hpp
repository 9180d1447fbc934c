// An Objective is a function f: R^n -> R that the loop can ask for its value, gradient and Hessian.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ml4pa {

using Index = std::ptrdiff_t;

// Evaluations really made, as SciPy counts them.
struct Counters {
    std::int64_t nfev = 0;
    std::int64_t njev = 0;
    std::int64_t nhev = 0;
};

class Objective;
class Run;
struct SmallRows;
struct SmallState;
// `count` steps of a run on one or two parameters; see small.hpp.
using SmallSteps = void (*)(const Run& run, const Objective& objective, SmallState& state,
                            const SmallRows& rows, Index count);

class Objective {
public:
    explicit Objective(Index n) : n_(n) {}
    virtual ~Objective() = default;
    Objective(const Objective&) = delete;
    Objective& operator=(const Objective&) = delete;

    Index n() const { return n_; }

    // f(x), x of length n.
    virtual double value(const double* x) const = 0;
    // f at each row of x (rows x n). The value of a row must not depend on the other rows: threads
    // divide them as it comes.
    virtual void values(const double* x, Index rows, double* out) const {
        for (Index i = 0; i < rows; ++i) out[i] = value(x + i * n_);
    }
    // f(x); the gradient (n) is written to g.
    virtual double value_and_gradient(const double* x, double* g) const = 0;
    // The Hessian, n x n, row by row, is written to h.
    virtual void hessian(const double* x, double* h) const = 0;

    // What the loop calls: the gradient always, the Hessian where h is not null.
    // A Python objective overrides it to count the evaluations of its finite differences.
    virtual double evaluate(const double* x, double* g, double* h, Counters& count) const {
        const double f = value_and_gradient(x, g);
        ++count.nfev;
        ++count.njev;
        if (h != nullptr) {
            hessian(x, h);
            ++count.nhev;
        }
        return f;
    }

    // The steps compiled with this landscape, one a gradient method; null where there are none.
    virtual const SmallSteps* small_steps() const { return nullptr; }

private:
    Index n_;
};

}  // namespace ml4pa
