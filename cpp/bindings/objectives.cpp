#include "bindings.hpp"
#include "ml4pa/parallel.hpp"

using ml4pa::Index;
using ml4pa::Objective;

namespace {

// One row of `p` is one point; `p` has one or two dimensions, and n columns (checks.py saw to it).
Index rows(const Floats& p) { return p.ndim() == 1 ? 1 : p.shape(0); }

py::object value(const Objective& f, const Floats& p) {
    if (p.ndim() == 1) return py::float_(f.value(p.data()));
    const Index m = rows(p), n = f.n();
    py::array_t<double> out(m);
    const double* x = p.data();
    double* y = out.mutable_data();
    {
        py::gil_scoped_release nogil;  // safe: only the two arrays held above are touched
        ml4pa::parallel_for(m, n, [&](Index i) { y[i] = f.value(x + i * n); });
    }
    return out;
}

py::array_t<double> gradient(const Objective& f, const Floats& p) {
    const Index m = rows(p), n = f.n();
    py::array_t<double> out(std::vector<py::ssize_t>(p.shape(), p.shape() + p.ndim()));
    const double* x = p.data();
    double* g = out.mutable_data();
    {
        py::gil_scoped_release nogil;  // as in value
        ml4pa::parallel_for(m, n, [&](Index i) { f.value_and_gradient(x + i * n, g + i * n); });
    }
    return out;
}

py::array_t<double> hessian(const Objective& f, const Floats& p) {
    const Index m = rows(p), n = f.n();
    std::vector<py::ssize_t> shape(p.shape(), p.shape() + p.ndim());
    shape.push_back(n);
    py::array_t<double> out(shape);
    const double* x = p.data();
    double* h = out.mutable_data();
    {
        py::gil_scoped_release nogil;  // as in value
        ml4pa::parallel_for(m, n * n, [&](Index i) { f.hessian(x + i * n, h + i * n * n); });
    }
    return out;
}

std::shared_ptr<Objective> landscape(const std::string& name, const std::vector<double>& parameters,
                                     Index n) {
    std::shared_ptr<Objective> made = ml4pa::make_objective(name, parameters.data(), n);
    if (!made) throw py::value_error("no compiled landscape is named " + name);
    return made;
}

std::vector<double> numbers(const Floats& a) { return {a.data(), a.data() + a.size()}; }

}  // namespace

void bind_objectives(py::module_& m) {
    py::class_<Objective, std::shared_ptr<Objective>>(m, "Objective",
                                                      "A compiled function R^n -> R.")
        .def_property_readonly("n", &Objective::n)
        .def("value", &value, py::arg("p"))
        .def("gradient", &gradient, py::arg("p"))
        .def("hessian", &hessian, py::arg("p"));
    m.def("landscape", &landscape, py::arg("name"), py::arg("parameters"), py::arg("n"));
    m.def(
        "rotated",
        [](std::shared_ptr<Objective> inner, const Floats& matrix) -> std::shared_ptr<Objective> {
            return ml4pa::make_rotated(std::move(inner), numbers(matrix));
        },
        py::arg("inner"), py::arg("matrix"));
    m.def(
        "shifted",
        [](std::shared_ptr<Objective> inner, const Floats& offset) -> std::shared_ptr<Objective> {
            return ml4pa::make_shifted(std::move(inner), numbers(offset));
        },
        py::arg("inner"), py::arg("offset"));
    m.def(
        "least_squares",
        [](const Floats& a, const Floats& y, double scale) -> std::shared_ptr<Objective> {
            return ml4pa::make_least_squares(numbers(a), numbers(y), a.shape(1), scale);
        },
        py::arg("a"), py::arg("y"), py::arg("scale"));
    m.def("landscape_names", &ml4pa::landscape_names);
}
