#pragma once

#include <memory>

#include "ml4pa/schedule.hpp"

namespace ml4pa::learning_rates {

// Rises in a straight line to the first rate of `then` in `steps` steps, then follows it:
// then(0) (t + 1) / steps for t < steps, then(t - steps) from there on.
class Warmup final : public Schedule {
public:
    static constexpr const char* name = "warmup";

    Warmup(const double* fields, std::shared_ptr<const Schedule> then)
        : steps_(fields[0]), then_(std::move(then)) {}
    double at(std::int64_t t) const override {
        const double step = static_cast<double>(t);
        if (step < steps_) return then_->at(0) * ((step + 1.0) / steps_);
        return then_->at(t - static_cast<std::int64_t>(steps_));
    }
    bool pure() const override { return then_->pure(); }

private:
    double steps_;
    std::shared_ptr<const Schedule> then_;
};

}  // namespace ml4pa::learning_rates
