// Mini-batches: in which order the rows of data are met, and the descent that is told the gradient
// of one batch after the other. ml4pa/batches.py says what the orders are.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "ml4pa/costs/gather.hpp"
#include "ml4pa/costs/rowwise.hpp"
#include "ml4pa/random.hpp"
#include "ml4pa/run.hpp"

namespace ml4pa {

namespace costs {
struct Spec;
}

// A random order of n rows, n < 2^32: the sorting order of n random words. Equal words keep the
// order of their rows.
class Order {
public:
    // With a copy, row start + i is taken to its bucket of the sort, and the order is that of the
    // copied rows: the next row is then never far.
    const std::uint32_t* shuffle(std::uint64_t key, std::uint64_t epoch, std::uint32_t part,
                                 Index n, costs::Copy* copy = nullptr, Index start = 0);

private:
    // A word and, below it, the number of its row: unlike each other, so that any sort will do.
    Buffer<std::uint64_t> sorted_, bucket_;
    Buffer<std::uint32_t> rows_;
    Index room_ = 0, bucket_room_ = 0;
};

// The updates of a window of rows.
struct Batches {
    Index start, stop;  // the window
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
    using Time = std::chrono::steady_clock;

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
        if (now - polled_ < std::chrono::milliseconds(20)) return true;
        polled_ = now;
        return poll();
    }

private:
    double seconds_;
    Index work_ = 0;
    Time::time_point start_ = Time::now(), polled_ = start_;
};

// The sum of a loss over rows of data, as a loop over mini-batches needs it.
class BatchSum {
public:
    // A row of the block has `width` numbers.
    BatchSum(const costs::Source& source, Index width) : source_(source), block_(source, width) {}
    virtual ~BatchSum() = default;
    virtual Index n() const = 0;
    const costs::Source& source() const { return source_; }
    costs::Block& block() { return block_; }
    // Room for a copy of so many rows, kept from one epoch to the next.
    costs::Copy& copy(Index rows) {
        if (!copy_ || copy_->rows() < rows) copy_ = std::make_unique<costs::Copy>(source_, rows);
        return *copy_;
    }
    // The sum of the gradients of the rows that `visit` names from `first` on.
    virtual void gradient(const double* theta, const costs::Visit& visit, Index first, Index count,
                          double* g) = 0;
    // The same descent in registers, where there are few parameters; false where there is no such.
    virtual bool descend_small(Run&, const Batches&, const costs::Visit&, const Reduction&,
                               Watch&) {
        return false;
    }

protected:
    costs::Source source_;
    costs::Block block_;
    std::unique_ptr<costs::Copy> copy_;
};

// Null for an unknown model.
std::unique_ptr<BatchSum> make_batch_sum(const costs::Spec& spec, const costs::Source& source);

// The updates of one window, until the run stops or the watch ends them.
void descend(Run& run, BatchSum& sum, Order& order, const Batches& batches,
             const Reduction& reduction, Watch& watch);

}  // namespace ml4pa
