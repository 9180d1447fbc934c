// The sum of a loss over rows of data, and its gradient: what the costs of whole data sets, and of
// mini-batches of any model, are made of.
//
//     std::unique_ptr<Rowwise<T>> sum = make_rowwise<T>(spec);  // spec.hpp; T float or double
//     Work<T> work = sum->work();                                // once, before the loop
//     T e = sum->whole(theta, rows, first, count, g, nullptr, work);
//     // e: the sum of the losses of these rows; g[0..n): the sum of their gradients.
//     // scale by 1/count for a mean; then add the penalties: Penalty::add.
//
// The call is virtual once for many rows. For the same rows the result has the same bits whatever the
// instruction set, and for up to 64 rows whatever else.
#pragma once

#include <memory>

#include "ml4pa/costs/tile.hpp"

namespace ml4pa::costs {

// A thread's workspace, made by Rowwise::work.
template <class T>
struct Work {
    Tile<T> tile;
    T* curvature = nullptr;  // the loss's second derivative with respect to the score
    T* weighted = nullptr;   // some columns of the design matrix times that
    T* rows = nullptr;       // a tile of data that are fewer
    T* sums = nullptr;       // eight partial sums of the loss, then of each parameter
    T* curved = nullptr;     // and of each pair of parameters, where a Hessian is wanted
    Buffer<T> memory;
};

template <class T>
class Rowwise {
public:
    virtual ~Rowwise() = default;

    virtual Index n() const = 0;  // parameters
    virtual Index features() const = 0;
    virtual Index outputs() const = 0;
    virtual bool has_hessian() const = 0;
    virtual Work<T> work(bool hessian = false) const = 0;

    // The sum of the losses of rows[first], ..., rows[first + count - 1] at theta. The gradient is
    // written where g is not null, the Hessian (n x n) where h is not null: it needs g too, and
    // work(true).
    virtual T whole(const T* theta, const Rows<T>& rows, Index first, Index count, T* g, T* h,
                    Work<T>& work) const = 0;

    // For losses that join all data: the scores of rows [first, first + count), each `outputs`
    // numbers, and the gradient that belongs to given slopes dL/ds of theirs.
    virtual void scores(const T* theta, const Rows<T>& rows, Index first, Index count, T* score,
                        Work<T>& work) const = 0;
    virtual void pull(const T* theta, const Rows<T>& rows, Index first, Index count, const T* slope,
                      T* g, Work<T>& work) const = 0;
};

// l1 sum |theta_j| + l2 sum theta_j^2 over the parameters that are not intercepts: `mask` is 1 for
// them, else 0. The gradient of |theta_j| is its sign, 0 at 0.
template <class T>
struct Penalty {
    T l1{}, l2{};
    const T* mask = nullptr;

    explicit operator bool() const { return l1 != T{} || l2 != T{}; }
    T value(const T* theta, Index n) const {
        T total{};
        for (Index j = 0; j < n; ++j)
            total += mask[j] *
                     (l1 * (theta[j] < T{} ? -theta[j] : theta[j]) + l2 * (theta[j] * theta[j]));
        return total;
    }
    void add(const T* theta, Index n, T* g) const {
        for (Index j = 0; j < n; ++j) {
            const T sign = static_cast<T>((theta[j] > T{}) - (theta[j] < T{}));
            g[j] += mask[j] * (l1 * sign + (T{2} * l2) * theta[j]);
        }
    }
};

}  // namespace ml4pa::costs
