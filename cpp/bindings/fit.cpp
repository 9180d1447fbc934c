#include <optional>

#include "bindings.hpp"
#include "ml4pa/batches.hpp"

using ml4pa::Index;

namespace {

// Looks for Ctrl-C.
class PythonWatch final : public ml4pa::Watch {
public:
    using Watch::Watch;
    bool poll() override {
        const py::gil_scoped_acquire gil;
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        return true;
    }
};

// A table of data, met in batches.
class BatchLoop {
public:
    BatchLoop(const std::string& model, const std::vector<double>& numbers,
              const std::vector<std::string>& words, const std::string& loss, const py::array& x,
              const Floats& y, const std::optional<Floats>& weights, std::vector<double> mask,
              bool mean, Index total, double l1, double l2)
        : owner_(py::make_tuple(x, y, weights)),
          reduction_{mean, y.shape(1), total, l1, l2, std::move(mask)} {
        const Index bytes = x.itemsize();
        ml4pa::costs::Source source;
        source.x = x.data();
        source.single = bytes == 4;
        source.row = x.strides(0) / bytes;
        source.column = x.strides(1) / bytes;
        source.features = x.shape(1);
        source.y = y.data();
        source.w = weights ? weights->data() : nullptr;
        source.outputs = y.shape(1);
        sum_ = ml4pa::make_batch_sum({model, numbers, words, loss}, source);
        if (!sum_) throw py::value_error("no compiled model is named " + model);
    }

    void descend(const py::object& run, Index start, Index stop, Index size, bool shuffle,
                 std::uint64_t key, std::uint64_t epoch, std::uint32_t part, double seconds) {
        ml4pa::Run& told = run_of(run);
        PythonWatch watch(seconds);
        // Safe: the run and the workspace belong to this call, owner_ holds the arrays; a learning
        // rate written in Python, and the watch, take the GIL again for as long as they need it.
        const py::gil_scoped_release nogil;
        ml4pa::descend(told, *sum_, order_, {start, stop, size, shuffle, key, epoch, part},
                       reduction_, watch);
    }

private:
    py::tuple owner_;
    ml4pa::Reduction reduction_;
    std::unique_ptr<ml4pa::BatchSum> sum_;
    ml4pa::Order order_;
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
           const Floats& y, const std::optional<Floats>& weights, std::vector<double> mask,
           bool mean, Index total, double l1, double l2) {
            return std::make_unique<BatchLoop>(model, numbers, words, loss, x, y, weights,
                                               std::move(mask), mean, total, l1, l2);
        },
        py::arg("model"), py::arg("numbers"), py::arg("words"), py::arg("loss"), py::arg("x"),
        py::arg("y"), py::arg("weights"), py::arg("mask"), py::arg("mean"), py::arg("total"),
        py::arg("l1"), py::arg("l2"));
    m.def(
        "order",
        [](std::uint64_t key, std::uint64_t epoch, Index n, std::uint32_t part) {
            ml4pa::Order order;
            const std::uint32_t* rows = order.shuffle(key, epoch, part, n);
            return py::array_t<std::uint32_t>(n, rows);
        },
        py::arg("key"), py::arg("epoch"), py::arg("n"), py::arg("part"));
}
