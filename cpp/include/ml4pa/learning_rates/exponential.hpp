#pragma once

#include <cmath>

#include "ml4pa/schedule.hpp"

namespace ml4pa::learning_rates {

// eta exp(-decay t)
class Exponential final : public Schedule {
public:
    static constexpr const char* name = "exponential";

    explicit Exponential(const double* fields) : eta_(fields[0]), decay_(fields[1]) {}
    double at(std::int64_t t) const override {
        return eta_ * std::exp(-decay_ * static_cast<double>(t));
    }

private:
    double eta_, decay_;
};

}  // namespace ml4pa::learning_rates
