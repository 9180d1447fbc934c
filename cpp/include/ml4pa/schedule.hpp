// The learning rate as a function of t, the steps completed (0 before the first).
#pragma once

#include <cstdint>
#include <memory>

namespace ml4pa {

class Schedule {
public:
    virtual ~Schedule() = default;
    virtual double at(std::int64_t t) const = 0;
    // Whether at() is a formula, which may be asked for steps that are then not made; not so where
    // it is the user's own code.
    virtual bool pure() const { return true; }
};

// A number, or a schedule where there is one.
class Rate {
public:
    explicit Rate(double constant) : constant_(constant) {}
    explicit Rate(std::shared_ptr<const Schedule> schedule) : schedule_(std::move(schedule)) {}

    bool constant() const { return schedule_ == nullptr; }
    bool pure() const { return constant() || schedule_->pure(); }
    double operator()(std::int64_t t) const { return schedule_ ? schedule_->at(t) : constant_; }

private:
    double constant_ = 0.0;
    std::shared_ptr<const Schedule> schedule_;
};

}  // namespace ml4pa
