// Mini-batches: the descent that is told the gradient of one batch after the other.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "ml4pa/costs/gather.hpp"
#include "ml4pa/costs/rowwise.hpp"
#include "ml4pa/heartbeat.hpp"
#include "ml4pa/look_up.hpp"
#include "ml4pa/run.hpp"

namespace ml4pa {

namespace costs {
struct Spec;
}

// The updates of a window of rows.
struct Batches {
    Index start, stop;  // the window, of less than 2^32 rows
    Index size;         // rows in a batch; the last one may have fewer
    bool shuffle;
    std::uint64_t key, epoch;
    std::uint32_t part;  // the number of the window's order
};

// What is made of the sum over a batch: a mean over its numbers, or a sum with the share of the
// penalties that its rows have among `total`.
struct Reduction {
    bool mean;
    Index outputs, total;
    double l1, l2;
    std::vector<double> mask;  // 1 for the parameters that are penalised

    double scale(Index rows) const {
        return mean ? 1.0 / static_cast<double>(rows * outputs) : 1.0;
    }
    costs::Penalty<double> penalty(Index rows) const {
        const double share = mean ? 1.0 : static_cast<double>(rows) / static_cast<double>(total);
        return {share * l1, share * l2, mask.data()};
    }
};

// Ends a descent: the clock is read every few hundred microseconds.
class Watch {
public:
    using Time = Heartbeat::Time;

    // `seconds` may be infinite.
    explicit Watch(double seconds) : seconds_(seconds) {}
    virtual ~Watch() = default;
    // Called every 20 ms; false ends the descent.
    virtual bool poll() { return true; }

    // Whether to go on after so many operations.
    bool go(Index operations) {
        constexpr Index look = Index{1} << 20;
        work_ += operations;
        if (work_ < look) return true;
        work_ = 0;
        const Time::time_point now = Time::now();
        if (std::chrono::duration<double>(now - start_).count() >= seconds_) return false;
        return !poll_.due(now) || poll();
    }

    // What the gradient of a large batch asks.
    void listen() {
        if (poll_.due() && !poll()) throw CutShort{};
    }

private:
    double seconds_;
    Index work_ = 0;
    Time::time_point start_ = Time::now();
    Heartbeat poll_;
};

// The sum of a loss over rows of data, as a loop over mini-batches needs it.
class BatchSum {
public:
    virtual ~BatchSum() = default;
    virtual Index n() const = 0;
    // Goes on with a window, in the order that its batches ask for.
    virtual void begin(const Batches&) = 0;
    // The sum of the gradients of rows first, ..., first + count - 1 as they are met in the window;
    // called for one batch after the other.
    virtual void gradient(const double* theta, Index first, Index count, double* g) = 0;
    // The same descent in registers, where there are few parameters; false where there is no such.
    virtual bool descend_small(Run&, const Batches&, const Reduction&, Watch&) { return false; }
};

// Null for an unknown model.
template <class T>
std::unique_ptr<BatchSum> make_batch_sum(const costs::Spec& spec, const costs::Source<T>& source);

// The updates of one window, until the run stops or the watch ends them.
void descend(Run& run, BatchSum& sum, const Batches& batches, const Reduction& reduction,
             Watch& watch);

}  // namespace ml4pa
