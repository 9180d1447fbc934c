// What the binding units share. They only convert: no mathematics here, and no argument checks but
// the fast test that an array is already what the core needs; the texts live in ml4pa/checks/.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <memory>
#include <thread>

#include "ml4pa/factory.hpp"
#include "ml4pa/heartbeat.hpp"
#include "ml4pa/look_up.hpp"

#ifdef __GLIBCXX__
#include <cxxabi.h>
#endif

namespace py = pybind11;

using Floats = py::array_t<double, py::array::c_style | py::array::forcecast>;

// A new array with a copy of n numbers.
inline py::array_t<double> copied(const double* from, ml4pa::Index n) {
    return py::array_t<double>(n, from);
}

// Whether `a` is a float64, C-ordered, aligned array of n numbers in one dimension, and no more than
// that: a subclass may have a mask or a unit, at which the checks look.
inline bool is_vector(const py::handle& a, ml4pa::Index n) {
    const auto* plain_array = reinterpret_cast<PyObject*>(py::detail::npy_api::get().PyArray_Type_);
    if (py::type::handle_of(a).ptr() != plain_array) return false;
    if (!py::isinstance<py::array_t<double>>(a)) return false;
    const auto array = py::reinterpret_borrow<py::array>(a);
    constexpr int plain = int{py::array::c_style} | int{py::detail::npy_api::NPY_ARRAY_ALIGNED_};
    return array.ndim() == 1 && array.shape(0) == n && (array.flags() & plain) == plain;
}

// Arguments that tell() does not have: raises what Python says where the other engine gets them.
inline void refuse(const char* file, const char* run, const py::args& args,
                   const py::kwargs& named) {
    py::module_::import(file).attr(run).attr("tell")(py::none(), *args, **named);
}

#ifdef __GLIBCXX__
// Never returns. Where the process ends, Python ends the other threads as they take its lock, by an
// exception that no destructor on their way out survives: the process would be aborted. From Python
// 3.14 on they wait so by themselves.
[[noreturn]] inline void wait_for_the_end() {
    while (true) std::this_thread::sleep_for(std::chrono::hours(1));
}
#endif

// work(), with Python's lock.
template <class Work>
auto in_python(const Work& work) {
#ifdef __GLIBCXX__
    try {
        const py::gil_scoped_acquire gil;
        try {
            return work();
        } catch (const abi::__forced_unwind&) {  // before the lock, lost meanwhile, is given back
            wait_for_the_end();
        }
    } catch (const abi::__forced_unwind&) {
        wait_for_the_end();
    }
#else
    const py::gil_scoped_acquire gil;
    return work();
#endif
}

// While it lives, this thread does without Python's lock.
class WithoutPython {
public:
    WithoutPython() = default;
    ~WithoutPython() {
#ifdef __GLIBCXX__
        try {
            PyEval_RestoreThread(state_);
        } catch (const abi::__forced_unwind&) {
            wait_for_the_end();
        }
#else
        PyEval_RestoreThread(state_);
#endif
    }
    WithoutPython(const WithoutPython&) = delete;
    WithoutPython& operator=(const WithoutPython&) = delete;

private:
    PyThreadState* state_ = PyEval_SaveThread();
};

// Keeps Python objects alive for the core, which knows no Python.
inline std::shared_ptr<const void> keep(py::object object) {
    return {new py::object(std::move(object)),
            [](const void* p) { in_python([&] { delete static_cast<const py::object*>(p); }); }};
}

// Whether to go on: raises KeyboardInterrupt after Ctrl-C. Since Python 3.12 the call first collects
// garbage where that is due, and the callback of a weak reference or a __del__ that runs then would
// be told of Ctrl-C in our place: an exception that nobody hears of.
inline bool look_for_signals() {
    return in_python([] {
        const bool collects = PyGC_Disable() != 0;
        const bool raised = PyErr_CheckSignals() != 0;
        if (collects) PyGC_Enable();
        if (raised) throw py::error_already_set();
        return true;
    });
}

// Looks for them every 20 ms. Where Python's lock is held, other threads have it in between: the
// main one may wait for it, who alone is told of Ctrl-C.
class SignalWatch {
public:
    bool look() {
        if (!beat_.due()) return true;
        if (PyGILState_Check() != 0) const WithoutPython to_others;
        return look_for_signals();
    }

private:
    ml4pa::Heartbeat beat_;
};

void bind_costs(py::module_& m);
// The run that a Python object holds; what it asked before is no longer valid.
ml4pa::Run& run_of(const py::object& run);

void bind_fit(py::module_& m);
void bind_fleets(py::module_& m);
void bind_objectives(py::module_& m);
void bind_runs(py::module_& m);
void bind_populations(py::module_& m);
