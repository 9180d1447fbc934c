// A run is a method at work: it asks for points, and is told what the objective says there.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>

#include "ml4pa/bounds.hpp"
#include "ml4pa/memory.hpp"
#include "ml4pa/stop.hpp"

namespace ml4pa {

// Reads or writes everything that a run would need to go on: pickling and `save` are made of it.
class Visitor {
public:
    virtual ~Visitor() = default;
    virtual void number(const char* name, double& value) = 0;
    virtual void integer(const char* name, std::int64_t& value) = 0;
    virtual void array(const char* name, double* values, Index n) = 0;
    // Row by row.
    virtual void matrix(const char* name, double* values, Index rows, Index columns) {
        array(name, values, rows * columns);
    }
    // Of random numbers: 64 bits, as a whole number with a sign.
    void key(std::uint64_t& bits) {
        auto whole = static_cast<std::int64_t>(bits);
        integer("key", whole);
        bits = static_cast<std::uint64_t>(whole);
    }
};

// What the runs of all methods have: dimension, bounds, the best point, the steps done, the reason
// of stopping. A Run asks for one point at a time, a PopulationRun for a generation.
class RunBase {
public:
    RunBase(const double* x0, Index n, Bounds bounds)
        : n_(n), bounds_(std::move(bounds)), best_(n) {
        std::copy_n(x0, n, best_.data());
    }
    virtual ~RunBase() = default;

    Index n() const { return n_; }
    std::int64_t iteration() const { return iteration_; }
    Stop stop() const { return stop_; }
    void halt(Stop stop) { stop_ = stop; }
    const Bounds& bounds() const { return bounds_; }

    // The best point told so far; the start before the first.
    const double* x() const { return best_.data(); }
    void set_best(const double* x) { std::copy_n(x, n_, best_.data()); }
    double fun() const { return best_f_; }

    virtual void visit(Visitor& v) {
        v.integer("iteration", iteration_);
        v.array("best_x", best_.data(), n_);
        v.number("best_fun", best_f_);
        std::int64_t reason = stop_.reason;
        v.integer("stop_reason", reason);
        stop_.reason = static_cast<int>(reason);
        v.number("stop_measured", stop_.measured);
        v.number("stop_limit", stop_.limit);
    }

protected:
    Index n_;
    Bounds bounds_;
    Array best_;
    double best_f_ = std::numeric_limits<double>::infinity();
    std::int64_t iteration_ = 0;
    Stop stop_;
};

class Run : public RunBase {
public:
    Run(const double* x0, Index n, Bounds bounds) : RunBase(x0, n, std::move(bounds)), theta_(n) {
        std::copy_n(x0, n, theta_.data());
    }

    // Who keeps the told points alive may take over the best one from the run, which else saves a
    // copy for each improvement.
    void keep_best(bool keep) { keeps_best_ = keep; }

    // Where the value and the gradient are wanted.
    virtual const double* ask() const = 0;
    // Whether the asked point, with this value and gradient, is an iterate: false for a trial
    // point that a line search goes on from.
    virtual bool accepts(double, const double*) const { return true; }
    // The place of its steps among Objective::small_steps, -1 where it needs the general loop.
    virtual int small_loop() const { return -1; }
    virtual bool wants_hessian() const { return false; }
    // The update. `h` is read where wants_hessian().
    virtual void tell(double f, const double* g, const double* h) = 0;
    // The update alone, for a gradient of a part of the data.
    virtual bool advances() const { return false; }
    virtual void advance(const double*) {}
    // Takes the asked point as the best where it is; every tell begins with it.
    void note(double f) {
        if (!(finite(f) && f < best_f_)) return;
        best_f_ = f;
        if (keeps_best_) set_best(ask());
    }
    // Goes on from the caller's own point instead of the asked one.
    virtual void move(const double* x) = 0;
    void visit(Visitor& v) override {
        RunBase::visit(v);
        v.array("theta", theta_.data(), n_);
    }

protected:
    Array theta_;
    bool keeps_best_ = true;
};

}  // namespace ml4pa
