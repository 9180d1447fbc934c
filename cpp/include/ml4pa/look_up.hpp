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

// Who listens to long work on this thread that is not a run's own: costs, linear systems. Where there
// is nobody, nothing is asked.
class Listener {
public:
    Listener() = default;
    static Listener here() { return Listener(current_); }
    void operator()(Index operations) const {
        if (look_up_ != nullptr) (*look_up_)(operations);
    }

private:
    friend class Listening;
    explicit Listener(const LookUp* look_up) : look_up_(look_up) {}
    static constinit inline thread_local const LookUp* current_ = nullptr;

    const LookUp* look_up_ = nullptr;
};

// While it lives, long work on this thread asks `ask`.
class Listening {
public:
    explicit Listening(std::function<void()> ask) : before_(Listener::current_) {
        look_up_.set(std::move(ask));
        Listener::current_ = &look_up_;
    }
    ~Listening() { Listener::current_ = before_; }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

private:
    LookUp look_up_;
    const LookUp* before_;
};

// Thrown by who is asked, where what the work is for has ended without an error.
struct CutShort {};

}  // namespace ml4pa
