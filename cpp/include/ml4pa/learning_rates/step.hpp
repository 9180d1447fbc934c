#pragma once

#include <cmath>

#include "ml4pa/schedule.hpp"

namespace ml4pa::learning_rates {

// eta factor^floor(t / every)
class Step final : public Schedule {
public:
    static constexpr const char* name = "step";

    explicit Step(const double* fields) : eta_(fields[0]), every_(fields[1]), factor_(fields[2]) {}
    double at(std::int64_t t) const override {
        return eta_ * std::pow(factor_, std::floor(static_cast<double>(t) / every_));
    }

private:
    double eta_, every_, factor_;
};

}  // namespace ml4pa::learning_rates
