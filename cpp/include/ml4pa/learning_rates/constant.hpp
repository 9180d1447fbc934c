#pragma once

#include "ml4pa/schedule.hpp"

namespace ml4pa::learning_rates {

// eta
class Constant final : public Schedule {
public:
    static constexpr const char* name = "constant";

    explicit Constant(const double* fields) : eta_(fields[0]) {}
    double at(std::int64_t) const override { return eta_; }

private:
    double eta_;
};

}  // namespace ml4pa::learning_rates
