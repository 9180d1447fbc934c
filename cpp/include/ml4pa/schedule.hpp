// The learning rate as a function of t, the steps completed (0 before the first).
#pragma once

#include <cstdint>
#include <memory>

namespace ml4pa {

class Schedule {
public:
    virtual ~Schedule() = default;
    virtual double at(std::int64_t t) const = 0;
};

// A number, or a schedule where there is one.
class Rate {
public:
    explicit Rate(double constant) : constant_(constant) {}
    explicit Rate(std::shared_ptr<const Schedule> schedule) : schedule_(std::move(schedule)) {}

    double operator()(std::int64_t t) const { return schedule_ ? schedule_->at(t) : constant_; }

private:
    double constant_ = 0.0;
    std::shared_ptr<const Schedule> schedule_;
};

}  // namespace ml4pa
