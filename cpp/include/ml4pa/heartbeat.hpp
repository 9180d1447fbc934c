// How often long work lets others be heard: callbacks that poll, Ctrl-C.
#pragma once

#include <chrono>

namespace ml4pa {

class Heartbeat {
public:
    using Time = std::chrono::steady_clock;

    // Whether 20 ms have passed since it last was due.
    bool due(Time::time_point now = Time::now()) {
        if (now - last_ < std::chrono::milliseconds(20)) return false;
        last_ = now;
        return true;
    }

private:
    Time::time_point last_ = Time::now();
};

}  // namespace ml4pa
