// The cost of a model on a whole data set, as an Objective.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "ml4pa/costs/rowwise.hpp"
#include "ml4pa/memory.hpp"
#include "ml4pa/parallel.hpp"

namespace ml4pa::costs {

// Data that somebody else keeps alive.
struct Data {
    Rows<double> rows;
    std::vector<double> mask;  // 1 for the parameters that are penalised
    double scale = 1.0, l1 = 0.0, l2 = 0.0;
    Index sampled = 1;                  // the Hessian is that of every so many blocks
    std::shared_ptr<const void> owner;  // of the arrays that rows point to
};

// scale times the sum over the rows, with the penalties. The rows are cut into fixed blocks, each
// added up by one thread; the blocks are added in order. So the number of threads cannot change a
// bit of the result.
class DataCost final : public Objective {
public:
    DataCost(std::unique_ptr<Rowwise<double>> sum, Data data)
        : Objective(sum->n()), sum_(std::move(sum)), data_(std::move(data)) {
        // Blocks of 1024 rows or more; not so many that their sums take more than some 32 MB.
        const Index most = std::clamp<Index>((Index{1} << 22) / (n() * n() + n()), 8, 512);
        const Index rows = std::max<Index>(1024, (data_.rows.count + most - 1) / most);
        block_ = (rows + tile_rows - 1) / tile_rows * tile_rows;
        blocks_ = (data_.rows.count + block_ - 1) / block_;
    }

    double value(const double* theta) const override { return add(theta, nullptr, nullptr); }
    double value_and_gradient(const double* theta, double* g) const override {
        return add(theta, g, nullptr);
    }
    void hessian(const double* theta, double* h) const override {
        std::vector<double> g(at(n()));
        add(theta, g.data(), h);
    }
    // One pass for all three.
    double evaluate(const double* theta, double* g, double* h, Counters& count) const override {
        ++count.nfev;
        ++count.njev;
        if (h != nullptr) ++count.nhev;
        return add(theta, g, h);
    }

private:
    static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

    double add(const double* theta, double* g, double* h) const {
        const Index n = this->n(), gs = g ? n : 0, hs = h ? n * n : 0, width = 1 + gs + hs;
        Index sampled = 0;  // rows
        Array parts(blocks_ * width);
        for (Index b = 0; b < blocks_; b += data_.sampled)
            sampled += std::min(block_, data_.rows.count - b * block_);
        parallel_for(blocks_, block_ * n, [&](Index b) {
            const bool curved = h != nullptr && b % data_.sampled == 0;
            Work<double> work = sum_->work(curved);
            double* part = parts.data() + b * width;
            const Index first = b * block_, count = std::min(block_, data_.rows.count - first);
            part[0] = sum_->whole(theta, data_.rows, first, count, g ? part + 1 : nullptr,
                                  curved ? part + 1 + gs : nullptr, work);
        });
        double* total = parts.data();
        const Listener look = Listener::here();
        for (Index b = 1; b < blocks_; ++b)
            for (Index i = 0; i < width; i += LookUp::turn) {
                const Index last = std::min(i + LookUp::turn, width);
                for (Index j = i; j < last; ++j) total[j] += parts[b * width + j];
                look(last - i);
            }
        const double rows = static_cast<double>(data_.rows.count);
        return finish(theta, total, g, h, rows / static_cast<double>(sampled));
    }

    // `more` times the Hessian of the sampled rows counts for that of all.
    double finish(const double* theta, const double* total, double* g, double* h,
                  double more) const {
        const Index n = this->n();
        const Penalty<double> penalty{data_.l1, data_.l2, data_.mask.data()};
        double f = data_.scale * total[0];
        if (penalty) f += penalty.value(theta, n);
        if (g != nullptr) {
            for (Index j = 0; j < n; ++j) g[j] = data_.scale * total[1 + j];
            if (penalty) penalty.add(theta, n, g);
        }
        if (h != nullptr) {
            const Listener look = Listener::here();
            for (Index i = 0; i < n * n; i += n, look(n))
                for (Index j = i; j < i + n; ++j) h[j] = (more * data_.scale) * total[1 + n + j];
            for (Index j = 0; j < n; ++j) h[j * n + j] += 2.0 * data_.l2 * data_.mask[at(j)];
        }
        return f;
    }

    std::unique_ptr<Rowwise<double>> sum_;
    Data data_;
    Index block_, blocks_;
};

}  // namespace ml4pa::costs
