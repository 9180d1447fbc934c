// What the bindings of runs and of populations share.
#pragma once

#include <atomic>
#include <thread>

#include "bindings.hpp"

inline py::module_ checks() { return py::module_::import("ml4pa.checks"); }

inline bool all_finite(const py::object& x, ml4pa::Index n) {
    const double* a = static_cast<const double*>(py::cast<py::array>(x).data());
    return std::all_of(a, a + n, ml4pa::finite);
}

// Whose turn a run is. One caller at a time works with it: another thread may come while Python's
// lock is free, and a function that the run's own loop calls may come back to it; both are refused.
// Meanwhile it may be read where it is worked with, in a callback.
class Turn {
public:
    void look() const {
        if (taken_ && thread_ != std::this_thread::get_id()) refuse();
    }
    // While it lives, this thread works with the run.
    class Taken {
    public:
        explicit Taken(Turn& turn) : turn_(turn) {
            if (turn.taken_.exchange(true)) refuse();
            turn.thread_ = std::this_thread::get_id();
        }
        ~Taken() { turn_.taken_ = false; }
        Taken(const Taken&) = delete;
        Taken& operator=(const Taken&) = delete;

    private:
        Turn& turn_;
    };
    bool taken() const { return taken_; }

private:
    static void refuse() { checks().attr("run_at_work")(); }  // raises
    std::atomic<bool> taken_{false};
    std::atomic<std::thread::id> thread_{};
};

// A learning rate that is a number or a schedule (runs.cpp).
ml4pa::Rate rate_of(const py::object& spec);

// The state of a run as a dict, and back.
class Reader final : public ml4pa::Visitor {
public:
    py::dict dict;
    void number(const char* name, double& value) override { dict[name] = value; }
    void integer(const char* name, std::int64_t& value) override { dict[name] = value; }
    void array(const char* name, double* values, ml4pa::Index n) override {
        dict[name] = copied(values, n);
    }
    void matrix(const char* name, double* values, ml4pa::Index rows,
                ml4pa::Index columns) override {
        dict[name] = py::array_t<double>(std::vector<ml4pa::Index>{rows, columns}, values);
    }
};

class Writer final : public ml4pa::Visitor {
public:
    explicit Writer(py::dict from) : dict(std::move(from)) {}
    py::dict dict;
    void number(const char* name, double& value) override { value = dict[name].cast<double>(); }
    void integer(const char* name, std::int64_t& value) override {
        value = dict[name].cast<std::int64_t>();
    }
    void array(const char* name, double* values, ml4pa::Index n) override {
        const auto from = dict[name].cast<Floats>();
        if (from.size() != n)
            throw py::value_error(std::string("state ") + name + " has " +
                                  std::to_string(from.size()) + " numbers, not " +
                                  std::to_string(n));
        std::copy_n(from.data(), n, values);
    }
};

inline py::tuple stop_of(const ml4pa::Stop& stop) {
    return py::make_tuple(stop.reason, stop.measured, stop.limit);
}

// Calls Python for every iterate, or every 20 ms; looks for Ctrl-C.
class PythonObserver final : public ml4pa::Observer {
public:
    PythonObserver(py::object iterate, py::object poll)
        : iterate_(std::move(iterate)), poll_(std::move(poll)) {}

    bool every_iterate() const override {
        return static_cast<bool>(iterate_) && !iterate_.is_none();
    }
    bool iterate(const ml4pa::RunBase& run, const ml4pa::Progress& progress) override {
        return in_python([&] { return call(iterate_, run, progress); });
    }
    bool poll(const ml4pa::RunBase& run, const ml4pa::Progress& progress) override {
        return in_python([&] {
            look_for_signals();
            return poll_.is_none() || call(poll_, run, progress);
        });
    }

private:
    static bool call(const py::object& f, const ml4pa::RunBase& run, const ml4pa::Progress& p) {
        return f(p.iteration, copied(p.x.data(), p.x.size()), p.f, copied(run.x(), run.n()),
                 run.fun(), p.count.nfev, p.count.njev, p.count.nhev)
            .cast<bool>();
    }
    py::object iterate_, poll_;
};

// An array that owns what malloc gave.
inline py::array_t<double> given(double* data, std::vector<py::ssize_t> shape) {
    py::capsule owner(data, [](void* p) { std::free(p); });
    return py::array_t<double>(std::move(shape), data, owner);
}
