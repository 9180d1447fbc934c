// The values of a generation, on OpenMP threads: uneven costs are balanced, the calling thread looks
// up between its rows, and the number of threads changes no value.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>

#include "ml4pa/parallel.hpp"

namespace ml4pa {

// f at the rows of X, written to values. Blocks of rows are claimed in order, and each that is
// claimed is finished, so that the evaluated rows are always the first ones: returns how many. They
// are fewer than all only where poll(), asked on the calling thread after each of its blocks, is
// false. An exception of f or of poll ends all threads and comes through.
template <class Poll>
Index evaluate_rows(const Objective& f, const double* X, Index rows, double* values, int threads,
                    Index block, Poll poll) {
    std::atomic<Index> next{0};
    std::atomic<bool> going{true};
    std::exception_ptr error;
    auto work = [&](bool looks_up) {
        while (going.load(std::memory_order_relaxed)) {
            const Index first = next.fetch_add(block, std::memory_order_relaxed);
            if (first >= rows) {
                next.store(rows, std::memory_order_relaxed);
                return;
            }
            f.values(X + first * f.n(), std::min(block, rows - first), values + first);
            if (looks_up && !poll()) going.store(false, std::memory_order_relaxed);
        }
    };
#ifdef _OPENMP
    if (threads > 1 && !forked()) {
#pragma omp parallel num_threads(threads)
        {
            try {
                work(omp_get_thread_num() == 0);
            } catch (...) {
#pragma omp critical(ml4pa_evaluate_rows)
                error = std::current_exception();
                going.store(false, std::memory_order_relaxed);
            }
        }
        if (error) std::rethrow_exception(error);
        return std::min(next.load(), rows);
    }
#endif
    (void)threads;
    work(true);
    return std::min(next.load(), rows);
}

// All threads that this process may use.
inline int available_threads() {
#ifdef _OPENMP
    return omp_get_max_threads();
#else
    return 1;
#endif
}

// Decides how a generation is evaluated, by what the ones before it took: at once where that is a
// matter of microseconds, which the clock and the threads would double; else in blocks, with a look
// up after each, and on threads.
class RowEvaluator {
public:
    RowEvaluator(const Objective& f, int threads) : f_(&f), threads_(threads) {}

    template <class Poll>
    Index operator()(const double* X, Index rows, double* values, Poll poll) {
        if (quick_ > 0) {
            --quick_;
            f_->values(X, rows, values);
            return rows;
        }
        using Time = std::chrono::steady_clock;
        const bool shared = threads_ > 1 && row_ * static_cast<double>(rows) > worth_threads_s;
        const Time::time_point start = Time::now();
        const Index done = evaluate_rows(*f_, X, rows, values, shared ? threads_ : 1, block(rows),
                                         std::move(poll));
        const double took = std::chrono::duration<double>(Time::now() - start).count();
        row_ = took * (shared ? threads_ : 1) / static_cast<double>(std::max<Index>(done, 1));
        if (row_ * static_cast<double>(rows) < worth_threads_s) quick_ = timed_every;
        return done;
    }

private:
    static constexpr double worth_threads_s = 50e-6;  // a generation shorter than this is quick
    static constexpr double look_up_s = 1e-3;         // a block takes no longer
    static constexpr int timed_every = 15;

    Index block(Index rows) const {
        if (row_ <= 0.0) return 1;
        const auto most = static_cast<Index>(std::min(look_up_s / row_, 1e9));
        return std::clamp<Index>(std::min(most, rows / (8 * threads_)), 1, rows);
    }

    const Objective* f_;
    int threads_;
    double row_ = 0.0;  // seconds that one row took; 0 before the first
    int quick_ = 0;     // generations to come without a look at the clock
};

}  // namespace ml4pa
