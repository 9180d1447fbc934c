#pragma once

#include <algorithm>
#include <cmath>

#include "ml4pa/linalg.hpp"

namespace ml4pa::methods {

// Solve (B + lambda D) v = g;  theta <- theta - eta v where the value falls. lambda follows the gain,
// actual over predicted: Madsen, Nielsen & Tingleff, Methods for non-linear least squares problems
// (2004), eq. (2.21). D, the scale of a parameter, is the largest |B_jj| so far (J. J. More, Lecture
// Notes in Mathematics 630 (1978) 105, section 6), but not too many times the present one.
struct LevenbergMarquardt {
    static constexpr const char* name = "levenberg_marquardt";
    // lambda is no less, so that it can grow again.
    static constexpr double least = 0x1p-1000;
    // A scale is no more times the present curvature.
    static constexpr double most_scale = 0x1p20;

    double lambda;
    double growth = 2.0;  // nu

    // D_j where the curvature is b.
    static double scaled(double scale, double b) {
        const double now = std::fabs(b);
        return now > 0.0 ? std::min(std::max(scale, now), most_scale * now) : scale;
    }

    // After a step that gained `ratio` times what was predicted.
    void gained(double ratio) {
        const double off = 2.0 * ratio - 1.0;
        lambda = std::max(lambda * std::max(1.0 / 3.0, 1.0 - off * off * off), least);
        growth = 2.0;
    }
    // After one that did not.
    void failed() {
        lambda *= growth;
        growth *= 2.0;
    }

    // D; 1 where a parameter has had no curvature.
    static double unit(double scale) { return scale > 0.0 ? scale : 1.0; }

    // What the model E + g.d + d.B.d/2 gains over a step d.
    static double predicted(Index n, const double* g, const double* B, const double* d) {
        const double bend = sum<double>(n, [=](Index i) { return d[i] * dot(B + i * n, d, n); });
        return -(dot(g, d, n) + 0.5 * bend);
    }
};

}  // namespace ml4pa::methods
