// A line search chooses the step eta along a descent direction: phi(eta) = f(theta - eta v), of
// which value and slope are known at every trial.
#pragma once

#include <memory>

#include "ml4pa/run.hpp"

namespace ml4pa {

class LineSearch {
public:
    virtual ~LineSearch() = default;
    // phi(0) and phi'(0) < 0; returns the first trial.
    double begin(double f, double slope) {
        f0_ = f;
        slope0_ = slope;
        return first();
    }
    double f0() const { return f0_; }
    double slope0() const { return slope0_; }
    // Whether phi(eta) = f with phi'(eta) = slope ends the search.
    virtual bool accepts(double eta, double f, double slope) const = 0;
    // The next trial after one that was not accepted.
    virtual double next(double eta, double f, double slope) = 0;
    // Whether trials go beyond the first bound met, where the path bends along it and phi has a
    // kink; phi' does not know of it. Newton's steps never do.
    virtual bool bends() const { return false; }
    virtual void visit(Visitor& v) = 0;
    virtual std::unique_ptr<LineSearch> copy() const = 0;

protected:
    virtual double first() = 0;
    double f0_ = 0.0, slope0_ = 0.0;
};

}  // namespace ml4pa
