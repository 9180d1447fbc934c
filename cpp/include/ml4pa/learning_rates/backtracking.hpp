#pragma once

#include "ml4pa/line_search.hpp"
#include "ml4pa/stop.hpp"

namespace ml4pa::learning_rates {

// Armijo's rule: the first of initial, shrink initial, shrink^2 initial, ... with
// phi(eta) <= phi(0) + c1 eta phi'(0). (Nocedal & Wright, Numerical Optimization, algorithm 3.1.)
class Backtracking final : public LineSearch {
public:
    static constexpr const char* name = "backtracking";

    explicit Backtracking(const double* fields)
        : initial_(fields[0]), shrink_(fields[1]), c1_(fields[2]) {}

    bool accepts(double eta, double f, double) const override {
        return finite(f) && f <= f0_ + (c1_ * eta) * slope0_;
    }
    double next(double eta, double, double) override { return shrink_ * eta; }
    bool bends() const override { return true; }
    void visit(Visitor& v) override {
        v.number("search_f0", f0_);
        v.number("search_slope0", slope0_);
    }
    std::unique_ptr<LineSearch> copy() const override {
        return std::make_unique<Backtracking>(*this);
    }

private:
    double first() override { return initial_; }

    double initial_, shrink_, c1_;
};

}  // namespace ml4pa::learning_rates
