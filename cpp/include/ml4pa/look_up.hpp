// Long work that looks up now and then.
#pragma once

#include <functional>
#include <utility>

#include "ml4pa/objective.hpp"

namespace ml4pa {

// What long work asks now and then, on the calling thread: it may throw, so
// that a large generation does not keep its user waiting.
class LookUp {
public:
    // After so many operations, roughly.
    void operator()(Index operations) const {
        left_ -= operations;
        if (left_ > 0) return;
        left_ = turn;
        if (ask_) ask_();
    }
    void set(std::function<void()> ask) { ask_ = std::move(ask); }

    static constexpr Index turn = Index{1} << 18;  // some 100 microseconds

private:
    std::function<void()> ask_;
    mutable Index left_ = turn;
};

}  // namespace ml4pa
