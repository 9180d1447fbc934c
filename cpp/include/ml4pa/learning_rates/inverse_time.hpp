#pragma once

#include "ml4pa/schedule.hpp"

namespace ml4pa::learning_rates {

// eta / (1 + t decay)
class InverseTime final : public Schedule {
public:
    static constexpr const char* name = "inverse_time";

    explicit InverseTime(const double* fields) : eta_(fields[0]), decay_(fields[1]) {}
    double at(std::int64_t t) const override {
        return eta_ / (1.0 + static_cast<double>(t) * decay_);
    }

private:
    double eta_, decay_;
};

}  // namespace ml4pa::learning_rates
