#include <optional>

#include "bindings.hpp"
#include "ml4pa/batches.hpp"
#include "ml4pa/costs/orders.hpp"
#include "ml4pa/costs/spec.hpp"

using ml4pa::Index;

namespace {

// Looks for Ctrl-C.
class PythonWatch final : public ml4pa::Watch {
public:
    using Watch::Watch;
    bool poll() override { return look_for_signals(); }
};

// Data as NumPy has them; the arrays, of numbers T, must outlive it.
template <class T>
ml4pa::costs::Source<T> source(const py::array& x, const py::array& y,
                               const std::optional<py::array>& weights) {
    const Index bytes = x.itemsize();
    ml4pa::costs::Source<T> source;
    source.x = static_cast<const T*>(x.data());
    source.row = x.strides(0) / bytes;
    source.column = x.strides(1) / bytes;
    source.features = x.shape(1);
    source.y = static_cast<const T*>(y.data());
    if (weights) source.w = static_cast<const T*>(weights->data());
    source.outputs = source.target_row = y.shape(1);
    return source;
}

// A table of data, met in batches.
class BatchLoop {
public:
    BatchLoop(const ml4pa::costs::Spec& spec, const py::array& x, const py::array& y,
              const std::optional<py::array>& weights, ml4pa::Reduction reduction)
        : owner_(py::make_tuple(x, y, weights)), reduction_(std::move(reduction)) {
        sum_ = x.itemsize() == sizeof(float)
                   ? ml4pa::make_batch_sum(spec, source<float>(x, y, weights))
                   : ml4pa::make_batch_sum(spec, source<double>(x, y, weights));
        if (!sum_) throw py::value_error("no compiled model is named " + spec.model);
    }

    void descend(const py::object& run, Index start, Index stop, Index size, bool shuffle,
                 std::uint64_t key, std::uint64_t epoch, std::uint32_t part, double seconds) {
        ml4pa::Run& told = run_of(run);
        PythonWatch watch(seconds);
        // Safe: the run and the workspace belong to this call, owner_ holds the arrays; a learning
        // rate written in Python, and the watch, take the GIL again for as long as they need it.
        const WithoutPython nogil;
        ml4pa::descend(told, *sum_, {start, stop, size, shuffle, key, epoch, part}, reduction_,
                       watch);
    }

private:
    py::tuple owner_;
    ml4pa::Reduction reduction_;
    std::unique_ptr<ml4pa::BatchSum> sum_;
};

}  // namespace

void bind_fit(py::module_& m) {
    py::class_<BatchLoop>(m, "BatchLoop", "A table of data, met in batches.")
        .def("descend", &BatchLoop::descend, py::arg("run"), py::arg("start"), py::arg("stop"),
             py::arg("size"), py::arg("shuffle"), py::arg("key"), py::arg("epoch"), py::arg("part"),
             py::arg("seconds"));
    m.def(
        "batch_loop",
        [](const std::string& model, const std::vector<double>& numbers,
           const std::vector<std::string>& words, const std::string& loss, const py::array& x,
           const py::array& y, const std::optional<py::array>& weights, std::vector<double> mask,
           bool mean, Index total, double l1, double l2) {
            return std::make_unique<BatchLoop>(
                ml4pa::costs::Spec{model, numbers, words, loss}, x, y, weights,
                ml4pa::Reduction{mean, y.shape(1), total, l1, l2, std::move(mask)});
        },
        py::arg("model"), py::arg("numbers"), py::arg("words"), py::arg("loss"), py::arg("x"),
        py::arg("y"), py::arg("weights"), py::arg("mask"), py::arg("mean"), py::arg("total"),
        py::arg("l1"), py::arg("l2"));
    m.def(
        "order",
        [](std::uint64_t key, std::uint64_t epoch, Index n, std::uint32_t part) {
            ml4pa::costs::Order order;
            order.begin(key, epoch, part, n);
            order.draw_to(n);
            return py::array_t<std::uint32_t>(n, order.rows());
        },
        py::arg("key"), py::arg("epoch"), py::arg("n"), py::arg("part"));
}
