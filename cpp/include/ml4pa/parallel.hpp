// Loops over independent items, on OpenMP threads where the compiler has them. Each item is
// computed by one thread in the same way, so the number of threads cannot change a result.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>
#include <vector>

#include "ml4pa/look_up.hpp"

#ifdef _OPENMP
#include <omp.h>
#include <pthread.h>
#endif

namespace ml4pa {

// Work below this many operations is done at once by the calling thread.
inline constexpr Index worth_threads = Index{1} << 15;

#ifdef _OPENMP
// GNU's OpenMP does not survive a fork: a child that used its threads would wait for ever for
// those of the parent. A child works alone.
inline bool& forked() {
    static bool flag = false;
    static const int registered = pthread_atfork(nullptr, nullptr, [] { flag = true; });
    (void)registered;
    return flag;
}
#endif

// No team is larger: GNU's OpenMP keeps a table of the threads on the stack of the calling one.
inline constexpr int most_threads = 1024;

// As many of the threads wanted as the system has left. GNU's OpenMP ends the process where it cannot
// make one, because of a limit on a user's processes or on memory. So they are made here first, once
// a calling thread, whose team is its own, and size.
inline int granted(int wanted) {
    thread_local int made = 1, most = most_threads;
    wanted = std::min(wanted, most);
    if (wanted <= made) return wanted;
    std::atomic<bool> counted{false};
    std::vector<std::thread> others;
    others.reserve(static_cast<std::size_t>(wanted));
    try {
        while (static_cast<int>(others.size()) < wanted - 1)
            others.emplace_back([&] { counted.wait(false); });
    } catch (const std::exception&) {  // neither threads nor memory for them
        most = 1 + static_cast<int>(others.size());
    }
    counted = true;
    counted.notify_all();
    for (std::thread& other : others) other.join();
    return made = std::min(wanted, most);
}

// The threads of one parallel region. What one of them throws ends the others at their next look up,
// and is thrown again behind the region, which no exception may leave. The calling thread, who alone
// can ask the one that it works for, does so also while it waits for the others.
class Team {
public:
    // Called by each thread of the region, once.
    template <class Work>
    void join(const Work& work) {
#ifdef _OPENMP
        const bool caller = omp_get_thread_num() == 0;
        try {
            if (caller) {
                work();
                wait(omp_get_num_threads() - 1);
            } else {
                const Listening listening([this] {
                    if (ended_.load(std::memory_order_relaxed)) throw CutShort{};
                });
                work();
            }
        } catch (...) {
#pragma omp critical(ml4pa_team)
            if (!error_) error_ = std::current_exception();  // before the others hear of it
            ended_ = true;
        }
        if (!caller) ++done_;
#else
        work();
#endif
    }
    bool ended() const { return ended_.load(std::memory_order_relaxed); }
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

private:
    void wait(int others) const {
        using Time = std::chrono::steady_clock;
        constexpr std::chrono::milliseconds soon{1};
        if (done_ >= others) return;
        const Time::time_point start = Time::now();
        while (done_ < others && !ended()) {
            if (Time::now() - start < soon) {
                std::this_thread::yield();
                continue;
            }
            std::this_thread::sleep_for(std::chrono::microseconds(100));
            Listener::here()(LookUp::turn);
        }
    }

    std::atomic<bool> ended_{false};
    std::atomic<int> done_{0};  // of the others
    std::exception_ptr error_;
};

// body(i) for i in [0, m); `cost` is the number of operations of one item.
template <class Body>
void parallel_for(Index m, Index cost, Body body) {
#ifdef _OPENMP
    const int threads = forked() || m * cost < worth_threads ? 1 : granted(omp_get_max_threads());
    if (threads > 1) {
        Team team;
#pragma omp parallel num_threads(threads)
        team.join([&] {
            const Index of = omp_get_num_threads(), each = m / of, more = m % of;
            const Index own = omp_get_thread_num(), first = own * each + std::min(own, more);
            const Index last = first + each + (own < more ? 1 : 0);
            for (Index i = first; i < last && !team.ended(); ++i) body(i);
        });
        return team.rethrow();
    }
#endif
    for (Index i = 0; i < m; ++i) body(i);
    (void)cost;
}

}  // namespace ml4pa
