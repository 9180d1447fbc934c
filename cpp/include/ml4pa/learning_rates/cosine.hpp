#pragma once

#include <cmath>

#include "ml4pa/schedule.hpp"

namespace ml4pa::learning_rates {

// final + (eta - final) (1 + cos(pi t / steps)) / 2, and final from t = steps on.
// (Loshchilov & Hutter, arXiv:1608.03983, eq. 5, without restarts.)
class Cosine final : public Schedule {
public:
    static constexpr const char* name = "cosine";

    explicit Cosine(const double* fields) : eta_(fields[0]), steps_(fields[1]), final_(fields[2]) {}
    double at(std::int64_t t) const override {
        const double part = static_cast<double>(t) / steps_;
        if (part >= 1.0) return final_;
        constexpr double pi = 3.141592653589793;
        return final_ + (eta_ - final_) * (0.5 * (1.0 + std::cos(pi * part)));
    }

private:
    double eta_, steps_, final_;
};

}  // namespace ml4pa::learning_rates
