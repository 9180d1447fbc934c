#pragma once

#include <cmath>
#include <limits>

#include "ml4pa/line_search.hpp"
#include "ml4pa/stop.hpp"

namespace ml4pa::learning_rates {

// The first minimum of phi along the direction: doubles the step while phi still falls, then finds
// the zero of phi' between the last two by secants, kept off the ends of the bracket, until
// |phi'(eta)| <= tol |phi'(0)|. Where it comes to a point above phi(0), it looks again nearer to
// the start.
class ExactLineSearch final : public LineSearch {
public:
    static constexpr const char* name = "exact_line_search";

    explicit ExactLineSearch(const double* fields) : initial_(fields[0]), tol_(fields[1]) {
        last_ = initial_;
    }

    bool accepts(double, double f, double slope) const override {
        const bool higher = f > f0_ + 1e-12 * std::fabs(f0_);  // beyond rounding
        return finite(f) && is_level(slope) && !higher;
    }
    double next(double eta, double f, double slope) override {
        if (finite(f) && is_level(slope)) {
            // Above the start, in another valley or at a bound: the minimum was passed on the way.
            low_ = 0.0;
            low_slope_ = slope0_;
            high_ = eta;
            high_slope_ = std::numeric_limits<double>::infinity();
        } else if (finite(f) && slope < 0.0) {
            low_ = eta;
            low_slope_ = slope;
        } else {
            high_ = eta;
            high_slope_ =
                finite(f) && finite(slope) ? slope : std::numeric_limits<double>::infinity();
        }
        last_ = trial();
        return last_;
    }
    void visit(Visitor& v) override {
        v.number("search_f0", f0_);
        v.number("search_slope0", slope0_);
        v.number("search_low", low_);
        v.number("search_low_slope", low_slope_);
        v.number("search_high", high_);
        v.number("search_high_slope", high_slope_);
        v.number("search_last", last_);
    }
    std::unique_ptr<LineSearch> copy() const override {
        return std::make_unique<ExactLineSearch>(*this);
    }

private:
    double first() override {
        low_ = 0.0;
        low_slope_ = slope0_;
        high_ = std::numeric_limits<double>::infinity();
        high_slope_ = high_;
        return last_;
    }
    bool is_level(double slope) const { return std::fabs(slope) <= tol_ * std::fabs(slope0_); }

    double trial() const {
        if (!finite(high_)) return 2.0 * low_;
        const double width = high_ - low_;
        if (!finite(high_slope_)) return low_ + 0.5 * width;
        const double part = low_slope_ / (low_slope_ - high_slope_);  // where the secant is zero
        return low_ + (part < 0.1 ? 0.1 : part > 0.9 ? 0.9 : part) * width;
    }

    double initial_, tol_;
    double low_ = 0.0, low_slope_ = 0.0, high_ = 0.0, high_slope_ = 0.0, last_;
};

}  // namespace ml4pa::learning_rates
