// The user's own machine code as an objective, in SciPy's signatures:
//     double f(int n, double* x)    void g(int n, double* x, double* grad)
//     void h(int n, double* x, double* hess)    or with void* data last.
// Each call is given a copy of x, which it may write into. Derivatives that are not given are
// differences, whose points do not leave the bounds: as Function of ml4pa/objective.py takes them.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <mutex>

#include "ml4pa/landscapes/scratch.hpp"
#include "ml4pa/run.hpp"
#include "ml4pa/sharing.hpp"

namespace ml4pa {

// A function of the user's; a null address is none.
struct Code {
    std::uintptr_t address = 0;
    bool takes_data = false;
    void* data = nullptr;

    explicit operator bool() const { return address != 0; }
    double value(int n, double* x) const {
        if (takes_data) return as<double(int, double*, void*)>()(n, x, data);
        return as<double(int, double*)>()(n, x);
    }
    void write(int n, double* x, double* out) const {
        if (takes_data) return as<void(int, double*, double*, void*)>()(n, x, out, data);
        as<void(int, double*, double*)>()(n, x, out);
    }

private:
    template <class Signature>
    Signature* as() const {
        return reinterpret_cast<Signature*>(address);
    }
};

struct CodeSpec {
    Code value, gradient, hessian;
    double step = 0.0;            // of a difference, times max(1, |x_i|)
    double curvature_step = 0.0;  // the same for a second derivative
    bool forward = false;         // else central
    Bounds bounds;
    int threads = 1;                    // that differences are shared among
    std::shared_ptr<const void> owner;  // of the code and its data
    std::function<bool()> poll;         // asked every 20 ms of differences; it may throw
};

class CompiledFunction final : public Objective {
public:
    CompiledFunction(Index n, CodeSpec spec)
        : Objective(n), spec_(std::move(spec)), sharing_(spec_.threads) {}

    double value(const double* x) const override {
        const Scratch own(n());
        std::copy_n(x, n(), own.data());
        return spec_.value.value(size(), own.data());
    }

    double value_and_gradient(const double* x, double* g) const override {
        const double f = value(x);
        slope(x, f, g);
        return f;
    }

    // Without the value, where that takes an evaluation of its own.
    void gradient(const double* x, double* g) const {
        slope(x, spec_.gradient || !spec_.forward ? 0.0 : value(x), g);
    }

    void hessian(const double* x, double* h) const override {
        if (spec_.hessian) return write(spec_.hessian, x, h, n() * n());
        each([&](Index i) { curvature(x, i, h + i * n()); });
        for (Index i = 0; i < n(); ++i)
            for (Index j = 0; j <= i; ++j)
                h[i * n() + j] = h[j * n() + i] = 0.5 * (h[i * n() + j] + h[j * n() + i]);
        for (Index i = 0; i < n(); ++i)
            if (spec_.bounds && spec_.bounds.low[place(i)] == spec_.bounds.high[place(i)])
                hold(i, h);
    }

    double evaluate(const double* x, double* g, double* h, Counters& count) const override {
        const double f = value_and_gradient(x, g);
        count.nfev += spec_.gradient ? 1 : 1 + (spec_.forward ? n() : 2 * n());
        count.njev += spec_.gradient ? 1 : 0;
        if (h != nullptr) {
            hessian(x, h);
            count.njev += spec_.hessian ? 0 : 2 * n();
            count.nhev += spec_.hessian ? 1 : 0;
        }
        return f;
    }

private:
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    int size() const { return static_cast<int>(n()); }
    static std::size_t place(Index i) { return static_cast<std::size_t>(i); }

    // What the code does not write stays NaN, and is seen.
    void write(const Code& code, const double* x, double* out, Index length) const {
        const Scratch own(n());
        std::copy_n(x, n(), own.data());
        std::fill_n(out, length, std::numeric_limits<double>::quiet_NaN());
        code.write(size(), own.data(), out);
    }

    void slope(const double* x, double f, double* g) const {
        if (spec_.gradient) return write(spec_.gradient, x, g, n());
        each([&](Index i) { g[i] = difference(x, f, i); });
    }
    // The same by this thread alone.
    void slope(const double* x, double* g) const {
        if (spec_.gradient) return write(spec_.gradient, x, g, n());
        const double f = spec_.forward ? value(x) : 0.0;
        for (Index i = 0; i < n(); ++i) g[i] = difference(x, f, i);
    }

    double difference(const double* x, double f, Index i) const {
        double up, down;
        neighbours(spec_.step, x[i], i, up, down);
        double rise, run;
        if (!spec_.forward) {
            rise = value_at(x, i, up) - value_at(x, i, down);
            run = up - down;
        } else if (up > x[i]) {
            rise = value_at(x, i, up) - f;
            run = up - x[i];
        } else {  // no room ahead
            rise = f - value_at(x, i, down);
            run = up - down;
        }
        return run > 0.0 ? rise / run : 0.0;
    }

    void curvature(const double* x, Index i, double* row) const {
        double up, down;
        neighbours(spec_.curvature_step, x[i], i, up, down);
        if (!(up > down)) {
            std::fill_n(row, n(), 0.0);
            return;
        }
        const Scratch point(n()), below(n());
        std::copy_n(x, n(), point.data());
        point.data()[i] = up;
        slope(point.data(), row);
        point.data()[i] = down;
        slope(point.data(), below.data());
        for (Index j = 0; j < n(); ++j) row[j] = (row[j] - below.data()[j]) / (up - down);
    }
    void neighbours(double step, double x, Index i, double& up, double& down) const {
        const double h = step * std::max(1.0, std::fabs(x));
        up = x + h;
        down = x - h;
        if (spec_.bounds) {
            up = std::min(up, spec_.bounds.high[place(i)]);
            down = std::max(down, spec_.bounds.low[place(i)]);
        }
    }

    double value_at(const double* x, Index i, double coordinate) const {
        const Scratch own(n());
        std::copy_n(x, n(), own.data());
        own.data()[i] = coordinate;
        return spec_.value.value(size(), own.data());
    }

    // A coordinate between two equal bounds takes no part.
    void hold(Index i, double* h) const {
        for (Index j = 0; j < n(); ++j) h[i * n() + j] = h[j * n() + i] = 0.0;
        h[i * n() + i] = 1.0;
    }

    // body(i) for each coordinate, on threads; one at a time has them, and others go on alone.
    template <class Body>
    void each(const Body& body) const {
        const auto work = [&](Index first, Index count) {
            for (Index i = first; i < first + count; ++i) body(i);
        };
        std::unique_lock<std::mutex> lock(using_, std::defer_lock);
        if (in_team() || !lock.try_lock()) return work(0, n());
        sharing_(n(), work, [this] { return look_up(); });
    }

    bool look_up() const {
        using Time = std::chrono::steady_clock;
        const Time::time_point now = Time::now();
        if (now - polled_ > std::chrono::milliseconds(20)) {
            polled_ = now;
            spec_.poll();
        }
        return true;
    }

    const CodeSpec spec_;
    mutable std::mutex using_;
    mutable Sharing sharing_;
    mutable std::chrono::steady_clock::time_point polled_{};
};

}  // namespace ml4pa
