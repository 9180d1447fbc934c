#include "bindings.hpp"
#include "ml4pa/costs/data_cost.hpp"
#include "ml4pa/costs/whitening.hpp"

using ml4pa::Index;
using ml4pa::Objective;

namespace {

std::shared_ptr<Objective> cost(const std::string& model, const std::vector<double>& numbers,
                                const std::vector<std::string>& words, const std::string& loss,
                                const Floats& x, const Floats& y,
                                const std::optional<Floats>& weights,
                                const std::optional<Floats>& whitening,
                                const std::vector<double>& mask, double scale, double l1, double l2,
                                Index sampled) {
    ml4pa::costs::Data data;
    data.rows = {x.data(),  x.shape(1), 1, y.data(), weights ? weights->data() : nullptr,
                 x.shape(0)};
    data.mask = mask;
    data.scale = scale;
    data.l1 = l1;
    data.l2 = l2;
    data.sampled = sampled;
    data.owner = keep(py::make_tuple(x, y, weights, whitening));
    std::shared_ptr<Objective> made = ml4pa::make_cost(
        {model, numbers, words, loss}, std::move(data), whitening ? whitening->data() : nullptr);
    if (!made) throw py::value_error("no compiled model is named " + model);
    return made;
}

// None where it is not positive definite.
std::optional<Floats> whitening(const Floats& covariance) {
    const Index n = covariance.shape(0);
    Floats w({n, n});
    const double* from = covariance.data();
    double* to = w.mutable_data();
    const WithoutPython nogil;
    if (!ml4pa::costs::whiten(from, n, to, [] { (void)look_for_signals(); })) return {};
    return w;
}

}  // namespace

void bind_costs(py::module_& m) {
    m.def("cost", &cost, py::arg("model"), py::arg("numbers"), py::arg("words"), py::arg("loss"),
          py::arg("x"), py::arg("y"), py::arg("weights"), py::arg("whitening"), py::arg("mask"),
          py::arg("scale"), py::arg("l1"), py::arg("l2"), py::arg("sampled"));
    m.def("whitening", &whitening, py::arg("covariance"));
    m.def("model_names", &ml4pa::model_names);
}
