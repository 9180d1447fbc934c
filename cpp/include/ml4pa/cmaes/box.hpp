// Bounds: the search space is unbounded, and folded onto the box where the objective lives, one
// coordinate by itself. In the middle x = y; near a bound l the line is bent by a parabola,
//     x = l + (y - (l - a))^2 / (4 a),   |y - l| < a = min((u - l)/2, (1 + |l|)/20),
// and further out the map is continued by reflection.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "ml4pa/run.hpp"

namespace ml4pa::cmaes {

class Box {
public:
    explicit Box(const Bounds& bounds) {
        for (std::size_t i = 0; i < bounds.low.size(); ++i)
            sides_.push_back(side(bounds.low[i], bounds.high[i]));
    }

    // Points of the box from points of the search space, in place.
    void inside(double* x) const {
        for (const Side& s : sides_) {
            *x = s.inside(*x);
            ++x;
        }
    }
    // The nearest points of the search space that `inside` maps to x.
    void outside(const double* x, double* y) const {
        for (const Side& s : sides_) *y++ = s.outside(*x++);
    }

private:
    struct Side {
        double low, high, a_low, a_high;
        double first, last;  // where the bounds are in the search space

        double inside(double y) const {
            if (low == high) return low;
            const double period = 2.0 * (last - first);
            if (y < first - 0.5 * period || y > last + 0.5 * period)
                y = y - period * std::floor((y - first) / period);
            if (y < first) y = first + (first - y);
            if (y > last) y = last - (y - last);
            if (y < first) y = first;
            double x = y;
            if (y < low + a_low) x = low + (y - first) * (y - first) / (4.0 * a_low);
            if (y > high - a_high) x = high - (last - y) * (last - y) / (4.0 * a_high);
            return std::min(std::max(x, low), high);
        }
        double outside(double x) const {
            if (low == high) return low;
            double y = x;
            if (x < low + a_low) y = first + 2.0 * std::sqrt(a_low * (x - low));
            if (x > high - a_high) y = last - 2.0 * std::sqrt(a_high * (high - x));
            return y;
        }
    };

    static Side side(double low, double high) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        const double half = 0.5 * high - 0.5 * low;  // high - low may overflow
        const double a_low = low == -infinity ? 0.0 : std::min(half, (1.0 + std::fabs(low)) / 20.0);
        const double a_high =
            high == infinity ? 0.0 : std::min(half, (1.0 + std::fabs(high)) / 20.0);
        return {low, high, a_low, a_high, low - a_low, high + a_high};
    }

    std::vector<Side> sides_;
};

}  // namespace ml4pa::cmaes
