#pragma once

#include <cmath>
#include <cstdint>

#include "ml4pa/genetic/widths.hpp"
#include "ml4pa/run.hpp"

namespace ml4pa::genetic {

// A gene is a bit, 0 or 1: b a parameter, the highest first, of the Gray code of k in
// x = low + k (high - low)/(2^b - 1), k = 0, ..., 2^b - 1.
class Binary {
public:
    Binary(const Bounds& bounds, int bits) : low_(bounds.low), step_(bounds.high), bits_(bits) {
        const auto most = static_cast<double>((std::uint64_t{1} << bits) - 1);
        for (std::size_t j = 0; j < low_.size(); ++j) {
            units_.emplace_back(low_[j], step_[j]);
            low_[j] *= units_[j].in;
            step_[j] = (step_[j] * units_[j].in - low_[j]) / most;
        }
    }
    Index length() const { return static_cast<Index>(low_.size()) * bits_; }

    // The bits of the nearest k.
    void encode(const double* x, double* genes) const {
        for (std::size_t j = 0; j < low_.size(); ++j) {
            const double k =
                step_[j] > 0.0 ? std::rint((x[j] * units_[j].in - low_[j]) / step_[j]) : 0.0;
            const auto plain = static_cast<std::uint64_t>(k);
            const std::uint64_t gray = plain ^ (plain >> 1);
            for (int b = bits_ - 1; b >= 0; --b) *genes++ = static_cast<double>(gray >> b & 1);
        }
    }
    void decode(const double* genes, double* x) const {
        for (std::size_t j = 0; j < low_.size(); ++j) {
            std::uint64_t k = 0, bit = 0;
            for (int b = 0; b < bits_; ++b) {
                bit ^= *genes++ != 0.0;
                k = k << 1 | bit;
            }
            x[j] = (low_[j] + static_cast<double>(k) * step_[j]) * units_[j].out;
        }
    }

private:
    std::vector<Unit> units_;
    std::vector<double> low_, step_;  // in these units
    int bits_;
};

}  // namespace ml4pa::genetic
