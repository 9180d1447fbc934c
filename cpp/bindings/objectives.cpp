#include "bindings.hpp"
#include "ml4pa/compiled_function.hpp"
#include "ml4pa/sharing.hpp"

using ml4pa::Index;
using ml4pa::Objective;

namespace {

// `p` has one or two dimensions, one point a row, and n columns (ml4pa/checks/ saw to it).
Index rows(const Floats& p) { return p.ndim() == 1 ? 1 : p.shape(0); }

// work(first, count) for all rows, on threads where it is worth them; Ctrl-C ends it.
template <class Work>
void each_row(Index m, const Work& work) {
    SignalWatch watch;
    const auto poll = [&] { return watch.look(); };
    const ml4pa::Listening listening([&] { watch.look(); });
    const WithoutPython nogil;  // safe: the callers hold the two arrays that are touched
    ml4pa::Sharing sharing(ml4pa::available_threads());
    sharing(m, work, poll);
}

py::object value(const Objective& f, const Floats& p) {
    if (p.ndim() == 1) {
        SignalWatch watch;
        const ml4pa::Listening listening([&] { watch.look(); });
        return py::float_(f.value(p.data()));
    }
    const Index m = rows(p), n = f.n();
    py::array_t<double> out(m);
    const double* x = p.data();
    double* y = out.mutable_data();
    each_row(m, [=, &f](Index i, Index count) { f.values(x + i * n, count, y + i); });
    return out;
}

void gradient_at(const Objective& f, const double* x, double* g) {
    if (const auto* code = dynamic_cast<const ml4pa::CompiledFunction*>(&f))
        code->gradient(x, g);
    else
        (void)f.value_and_gradient(x, g);
}

py::array_t<double> gradient(const Objective& f, const Floats& p) {
    const Index m = rows(p), n = f.n();
    py::array_t<double> out(std::vector<py::ssize_t>(p.shape(), p.shape() + p.ndim()));
    const double* x = p.data();
    double* g = out.mutable_data();
    each_row(m, [=, &f](Index first, Index count) {
        for (Index i = first; i < first + count; ++i) gradient_at(f, x + i * n, g + i * n);
    });
    return out;
}

py::array_t<double> hessian(const Objective& f, const Floats& p) {
    const Index m = rows(p), n = f.n();
    std::vector<py::ssize_t> shape(p.shape(), p.shape() + p.ndim());
    shape.push_back(n);
    py::array_t<double> out(shape);
    const double* x = p.data();
    double* h = out.mutable_data();
    each_row(m, [=, &f](Index first, Index count) {
        for (Index i = first; i < first + count; ++i) f.hessian(x + i * n, h + i * n * n);
    });
    return out;
}

// Value, gradient and Hessian at one point, in one pass over the data of a cost.
py::tuple evaluate(const Objective& f, const Floats& p) {
    const Index n = f.n();
    py::array_t<double> g(n), h({n, n});
    const double* x = p.data();
    double *to_g = g.mutable_data(), *to_h = h.mutable_data(), value = 0.0;
    {
        SignalWatch watch;
        const ml4pa::Listening listening([&] { watch.look(); });
        const WithoutPython nogil;  // as in value
        ml4pa::Counters count;
        value = f.evaluate(x, to_g, to_h, count);
    }
    return py::make_tuple(value, g, h);
}

std::shared_ptr<Objective> landscape(const std::string& name, const std::vector<double>& parameters,
                                     Index n) {
    std::shared_ptr<Objective> made = ml4pa::make_objective(name, parameters.data(), n);
    if (!made) throw py::value_error("no compiled landscape is named " + name);
    return made;
}

// (address, whether it takes data, the data's address), None where there is no such function.
using CodeTuple = std::optional<std::tuple<std::uintptr_t, bool, std::uintptr_t>>;

ml4pa::Code code(const CodeTuple& told) {
    if (!told) return {};
    const auto [address, takes_data, data] = *told;
    return {address, takes_data, reinterpret_cast<void*>(data)};
}

std::shared_ptr<Objective> compiled_function(Index n, const CodeTuple& value,
                                             const CodeTuple& gradient, const CodeTuple& hessian,
                                             double step, double curvature_step, bool forward,
                                             const std::optional<std::vector<double>>& low,
                                             const std::optional<std::vector<double>>& high,
                                             int threads, py::object owner) {
    ml4pa::CodeSpec spec;
    spec.value = code(value);
    spec.gradient = code(gradient);
    spec.hessian = code(hessian);
    spec.step = step;
    spec.curvature_step = curvature_step;
    spec.forward = forward;
    if (low) spec.bounds = {*low, *high};
    spec.threads = threads > 0 ? threads : ml4pa::available_threads();
    spec.owner = keep(std::move(owner));
    spec.poll = look_for_signals;
    return ml4pa::make_compiled_function(n, std::move(spec));
}

std::vector<double> numbers(const Floats& a) { return {a.data(), a.data() + a.size()}; }

}  // namespace

void bind_objectives(py::module_& m) {
    py::class_<Objective, std::shared_ptr<Objective>>(m, "Objective",
                                                      "A compiled function R^n -> R.")
        .def_property_readonly("n", &Objective::n)
        .def("value", &value, py::arg("p"))
        .def("gradient", &gradient, py::arg("p"))
        .def("hessian", &hessian, py::arg("p"))
        .def("evaluate", &evaluate, py::arg("p"));
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
    m.def("compiled_function", &compiled_function, py::arg("n"), py::arg("value"),
          py::arg("gradient"), py::arg("hessian"), py::arg("step"), py::arg("curvature_step"),
          py::arg("forward"), py::arg("low"), py::arg("high"), py::arg("threads"),
          py::arg("owner"));
    m.def("landscape_names", &ml4pa::landscape_names);
}
