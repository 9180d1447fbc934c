// Independent items shared out among OpenMP threads: uneven costs are balanced, the calling thread
// looks up between its items, and the number of threads changes no result.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>

#include "ml4pa/parallel.hpp"

namespace ml4pa {

// work(first, count) does the items first ... first + count - 1. Blocks are claimed in order, and
// each that is claimed is finished, so that the items done are always the first ones: returns how
// many. They are fewer than all only where poll(), asked on the calling thread after each of its
// blocks, is false. An exception of work or of poll ends all threads and comes through.
template <class Work, class Poll>
Index share_out(Index items, int threads, Index block, const Work& work, const Poll& poll) {
    std::atomic<Index> next{0};
    std::atomic<bool> going{true};
    Team team;
    auto claim = [&](bool looks_up) {
        while (going.load(std::memory_order_relaxed) && !team.ended()) {
            const Index first = next.fetch_add(block, std::memory_order_relaxed);
            if (first >= items) {
                next.store(items, std::memory_order_relaxed);
                return;
            }
            work(first, std::min(block, items - first));
            if (looks_up && !poll()) going.store(false, std::memory_order_relaxed);
        }
    };
#ifdef _OPENMP
    threads = granted(threads);
    if (threads > 1) {
#pragma omp parallel num_threads(threads)
        team.join([&] { claim(omp_get_thread_num() == 0); });
        team.rethrow();
        return std::min(next.load(), items);
    }
#endif
    (void)threads;
    claim(true);
    return std::min(next.load(), items);
}

// All threads that this process may use.
inline int available_threads() {
#ifdef _OPENMP
    return std::min(omp_get_max_threads(), most_threads);
#else
    return 1;
#endif
}

// While it lives, the teams that this thread makes are of at most so many threads; 0: of all.
class TeamLimit {
public:
    explicit TeamLimit(int threads) : before_(available_threads()) { set(threads); }
    ~TeamLimit() { set(before_); }
    TeamLimit(const TeamLimit&) = delete;
    TeamLimit& operator=(const TeamLimit&) = delete;

private:
    static void set(int threads) {
#ifdef _OPENMP
        if (threads > 0) omp_set_num_threads(threads);
#else
        (void)threads;
#endif
    }
    int before_;
};

// Whether this is one thread of a team.
inline bool in_team() {
#ifdef _OPENMP
    return omp_in_parallel() != 0;
#else
    return false;
#endif
}

// Whether a team of threads may be made here.
inline bool may_share() {
#ifdef _OPENMP
    return !forked() && !in_team();
#else
    return false;
#endif
}

// Shares out one batch of items after another, and decides how by what the last ones took: at once
// where that is a matter of microseconds, which the clock and the threads would double; else in
// blocks, with a look up after each, and on threads where these were seen to be faster.
class Sharing {
public:
    explicit Sharing(int threads) : threads_(threads) {}

    // As share_out.
    template <class Work, class Poll>
    Index operator()(Index items, const Work& work, const Poll& poll) {
        if (quick_ > 0) {
            --quick_;
            work(0, items);
            return items;
        }
        Index done = 0;
        bool unknown = alone_ == 0.0 || try_alone(items);
        for (Index block = 1; unknown && done < items; block *= 2) {
            const Index count = std::min(block, items - done);
            const double took = seconds([&] { work(done, count); });
            done += count;
            unknown = took <= known_s && done < items;
            if (!unknown) learn(alone_, took / static_cast<double>(count));
            if (!poll()) return done;
        }
        if (done < items) done += rest(done, items - done, work, poll);
        if (alone_ * static_cast<double>(items) < worth_threads_s) quick_ = timed_every;
        return done;
    }

private:
    static constexpr double known_s = 5e-6;           // what takes longer tells what an item costs
    static constexpr double worth_threads_s = 50e-6;  // a batch shorter than this is quick
    static constexpr double sure_s = 20e-3;           // a longer one is worth them without a try
    static constexpr double look_up_s = 1e-3;         // a block takes no longer
    static constexpr int timed_every = 15;
    static constexpr int most_patience = 512;

    template <class Task>
    static double seconds(const Task& task) {
        using Time = std::chrono::steady_clock;
        const Time::time_point start = Time::now();
        task();
        return std::chrono::duration<double>(Time::now() - start).count();
    }

    template <class Work, class Poll>
    Index rest(Index first, Index items, const Work& work, const Poll& poll) {
        const bool many = wants_threads(alone_ * static_cast<double>(items));
        const int threads = many ? threads_ : 1;
        const auto from_first = [&](Index i, Index count) { work(first + i, count); };
        Index done = 0;
        const double took = seconds(
            [&] { done = share_out(items, threads, block(items, threads), from_first, poll); });
        const double item = took / static_cast<double>(std::max<Index>(done, 1));
        learn(many ? shared_ : alone_, item);
        if (many) alone_ = std::min(alone_, shared_ * threads);  // what the threads took together
        return done;
    }

    // Threads that others use too may be slower than one alone: the faster way is taken, and the
    // other one tried now and then.
    bool wants_threads(double expected) {
        if (threads_ <= 1 || expected < worth_threads_s || !may_share()) return false;
        return expected > sure_s || shared_ <= alone_ || is_due();
    }
    // A few items tell what one thread takes: a whole batch would cost as much as another one.
    bool try_alone(Index items) {
        const bool sure = alone_ * static_cast<double>(items) > sure_s;
        return shared_ != 0.0 && shared_ <= alone_ && !sure && is_due();
    }
    bool is_due() {
        if (--until_try_ > 0) return false;
        patience_ = std::min(2 * patience_, most_patience);
        until_try_ = patience_;
        return true;
    }
    static void learn(double& known, double item) {
        known = known == 0.0 ? item : 0.7 * known + 0.3 * item;
    }

    Index block(Index items, int threads) const {
        const auto most = static_cast<Index>(std::min(look_up_s / std::max(alone_, 1e-12), 1e9));
        return std::clamp<Index>(std::min(most, items / (8 * threads)), 1, items);
    }

    int threads_;
    double alone_ = 0.0, shared_ = 0.0;  // seconds an item, on one thread and on all; 0: not known
    int quick_ = 0;                      // batches to come without a look at the clock
    int until_try_ = 8, patience_ = 8;
};

}  // namespace ml4pa
