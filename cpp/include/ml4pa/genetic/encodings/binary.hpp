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
    Binary(const Bounds& bounds, int bits) : bits_(bits) {
        const auto most = static_cast<double>((std::uint64_t{1} << bits) - 1);
        for (std::size_t j = 0; j < bounds.low.size(); ++j) {
            const Unit unit(bounds.low[j], bounds.high[j]);
            const double low = bounds.low[j] * unit.in;
            codes_.push_back({unit, low, (bounds.high[j] * unit.in - low) / most});
        }
    }
    Index length() const { return static_cast<Index>(codes_.size()) * bits_; }

    // The bits of the nearest k.
    void encode(const double* x, double* genes) const {
        for (const auto& [unit, low, step] : codes_) {
            const double at = *x++ * unit.in - low, k = step > 0.0 ? std::rint(at / step) : 0.0;
            const auto plain = static_cast<std::uint64_t>(k);
            const std::uint64_t gray = plain ^ (plain >> 1);
            for (int b = bits_ - 1; b >= 0; --b) *genes++ = static_cast<double>(gray >> b & 1);
        }
    }
    void decode(const double* genes, double* x) const {
        for (const auto& [unit, low, step] : codes_) {
            std::uint64_t k = 0, bit = 0;
            for (int b = 0; b < bits_; ++b) {
                bit ^= *genes++ != 0.0;
                k = k << 1 | bit;
            }
            *x++ = (low + static_cast<double>(k) * step) * unit.out;
        }
    }

private:
    struct Code {
        Unit unit;
        double low, step;  // in this unit
    };
    std::vector<Code> codes_;
    int bits_;
};

}  // namespace ml4pa::genetic
