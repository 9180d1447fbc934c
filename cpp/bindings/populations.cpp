#include "shared.hpp"

using ml4pa::Index;
using ml4pa::PopulationRun;

namespace {

// Values that come from Python: one call a generation.
class PythonEvaluation final : public ml4pa::Evaluation {
public:
    PythonEvaluation(py::object evaluate, Index n) : evaluate_(std::move(evaluate)), n_(n) {}

    Index evaluate(const double* X, Index rows, double* values, const Poll&) override {
        return in_python([&] {
            const auto told =
                evaluate_(py::array_t<double>(std::vector<Index>{rows, n_}, X)).cast<Floats>();
            const Index done = std::min<Index>(told.size(), rows);
            std::copy_n(told.data(), done, values);
            return done;
        });
    }

private:
    py::object evaluate_;  // the caller holds it too: letting go without the GIL is safe
    Index n_;
};

ml4pa::Parameters parameters(const py::dict& given) {
    ml4pa::Parameters out;
    for (const auto& [key, value] : given) {
        const auto name = key.cast<std::string>();
        if (value.is_none()) continue;
        if (py::isinstance<py::str>(value)) {
            out.words[name] = value.cast<std::string>();
        } else {
            const auto numbers = py::cast<Floats>(value);
            out.numbers[name].assign(numbers.data(), numbers.data() + numbers.size());
        }
    }
    return out;
}

// A PopulationRun as Python holds it; `asked` is the read-only array handed out by the last ask().
struct PopulationHandle {
    std::unique_ptr<PopulationRun> run;
    py::object asked = py::none();
    Turn turn;
};

std::unique_ptr<PopulationHandle> start(const std::string& method, const py::dict& given,
                                        std::uint64_t key, const Floats& x0,
                                        const std::optional<std::vector<double>>& low,
                                        const std::optional<std::vector<double>>& high) {
    ml4pa::Bounds bounds;
    if (low) bounds = {*low, *high};
    auto run = ml4pa::make_population_run(method, parameters(given), key, x0.data(), x0.size(),
                                          std::move(bounds));
    if (!run) throw py::value_error("no compiled population method is named " + method);
    auto handle = std::make_unique<PopulationHandle>();
    handle->run = std::move(run);
    return handle;
}

// While it lives, Ctrl-C ends what the run does.
class LookingUp {
public:
    explicit LookingUp(PopulationRun& run) : run_(run) {
        run.set_look_up([] { (void)look_for_signals(); });
    }
    ~LookingUp() { run_.set_look_up({}); }
    LookingUp(const LookingUp&) = delete;
    LookingUp& operator=(const LookingUp&) = delete;

private:
    PopulationRun& run_;
};

py::object ask(PopulationHandle& self) {
    self.turn.look();
    if (!self.asked.is_none()) return self.asked;
    PopulationRun& run = *self.run;
    const bool idle = !self.turn.taken();
    if (idle && run.rows() * run.n() >= 4096) {
        const Turn::Taken taken(self.turn);
        const LookingUp looking(run);
        const WithoutPython nogil;  // safe: nobody else works with the run
        (void)run.population();
    }
    py::array_t<double> X(std::vector<Index>{run.rows(), run.n()}, run.population());
    py::detail::array_proxy(X.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
    if (idle) self.asked = X;  // else it is soon another one
    return X;
}

void tell(PopulationHandle& self, py::object X, py::object values) {
    const Turn::Taken taken(self.turn);
    PopulationRun& run = *self.run;
    const Index rows = run.rows();
    const bool same = X.ptr() == self.asked.ptr() && !X.is_none();
    if (same) {  // the run's own points are taken as they are
        if (!is_vector(values, rows)) values = checks().attr("values_of")(values, rows, "values");
    } else {
        const auto told =
            checks().attr("told_population")(X, values, rows, run.n()).cast<py::tuple>();
        X = told[0];
        values = told[1];
    }
    const double* points =
        same ? run.population() : static_cast<const double*>(py::cast<py::array>(X).data());
    const double* f = static_cast<const double*>(py::cast<py::array>(values).data());
    if (rows * run.n() < 4096) {
        run.tell(points, f);
    } else {
        const WithoutPython nogil;  // safe: X and values are held by the references above
        run.tell(points, f);
    }
    self.asked = py::none();
}

py::tuple minimize(PopulationHandle& self, const py::object& objective,
                   const std::vector<double>& limits, bool euclidean, double max_time,
                   std::int64_t stride, int threads, bool nan_raises, py::object iterate,
                   py::object poll) {
    const Turn::Taken taken(self.turn);
    PopulationRun& run = *self.run;
    ml4pa::PopulationOptions options;
    options.norm = euclidean ? ml4pa::Norm::euclidean : ml4pa::Norm::max;
    options.max_time = max_time;
    options.stride = stride;
    options.nan_raises = nan_raises;
    std::size_t place = 0;
    std::apply([&](auto&... rule) { ((rule.limit = limits.at(place++)), ...); }, options.rules);
    ml4pa::PopulationPath path(run.n(), stride);
    ml4pa::Progress progress;
    PythonObserver observer(std::move(iterate), std::move(poll));
    std::shared_ptr<const ml4pa::Objective> f;
    std::unique_ptr<ml4pa::Evaluation> evaluation;
    threads = threads > 0 ? threads : ml4pa::available_threads();
    if (py::isinstance<ml4pa::Objective>(objective)) {
        f = objective.cast<std::shared_ptr<ml4pa::Objective>>();
        evaluation = std::make_unique<ml4pa::NativeEvaluation>(*f, threads);
    } else {
        evaluation = std::make_unique<PythonEvaluation>(objective, run.n());
    }
    run.set_threads(threads);
    const ml4pa::TeamLimit limit(threads);
    self.asked = py::none();
    try {
        // Safe: the run, the path and the objective belong to this call; PythonEvaluation and
        // PythonObserver take the GIL again for as long as they need it.
        const WithoutPython nogil;
        ml4pa::population_to_end(run, *evaluation, options, path, progress, observer);
    } catch (const ml4pa::NanValue& nan) {
        checks().attr("nan_value")(copied(nan.x.data(), run.n()));  // raises
    }
    py::object x = py::none(), fun = py::none(), mean = py::none(), sigma = py::none(),
               covariance = py::none(), population = py::none();
    if (path.stride() > 0) {
        const Index rows = path.rows(), n = run.n();
        if (path.mean_size() > 0) {
            mean = given(path.release_mean(), {rows, n});
            sigma = given(path.release_sigma(), {rows});
        }
        if (const Index size = path.covariance_size(); size > 0) {
            std::vector<py::ssize_t> shape{rows, n};
            if (size == rows * n * n && n > 1) shape.push_back(n);
            covariance = given(path.release_covariance(), shape);
        }
        const Index points = path.population_size() / n;
        population =
            py::make_tuple(given(path.release_population(), {points, n}), path.population_rows());
        x = given(path.release_x(), {rows, n});
        fun = given(path.release_f(), {rows});
    }
    return py::make_tuple(progress.stop.reason, progress.stop.measured, progress.stop.limit,
                          progress.iteration, progress.count.nfev, copied(run.x(), run.n()),
                          run.fun(), x, fun, mean, sigma, covariance, population);
}

}  // namespace

void bind_populations(py::module_& m) {
    py::class_<PopulationHandle>(m, "PopulationRun", "A compiled population method at work.")
        .def("ask", &ask)
        .def("tell", &tell, py::arg("X"), py::arg("values"))
        .def("tell",
             [](const PopulationHandle&, const py::args& args, const py::kwargs& named) {
                 refuse("ml4pa.population_run", "NumpyPopulationRun", args, named);
             })
        .def("minimize", &minimize, py::arg("objective"), py::arg("limits"), py::arg("euclidean"),
             py::arg("max_time"), py::arg("stride"), py::arg("threads"), py::arg("nan_raises"),
             py::arg("iterate"), py::arg("poll"))
        .def("snapshot",
             [](PopulationHandle& self) {
                 self.turn.look();
                 Reader reader;
                 self.run->visit(reader);
                 return reader.dict;
             })
        .def(
            "restore",
            [](PopulationHandle& self, const py::dict& state) {
                const Turn::Taken taken(self.turn);
                Writer writer(state);
                self.run->visit(writer);
                self.asked = py::none();
            },
            py::arg("state"))
        .def_property_readonly("x",
                               [](PopulationHandle& s) {
                                   s.turn.look();
                                   return copied(s.run->x(), s.run->n());
                               })
        .def_property_readonly("fun", [](PopulationHandle& s) { return s.run->fun(); })
        .def_property_readonly("n", [](PopulationHandle& s) { return s.run->n(); })
        .def_property_readonly("iteration", [](PopulationHandle& s) { return s.run->iteration(); })
        .def_property_readonly("stop", [](PopulationHandle& s) { return stop_of(s.run->stop()); });
    m.def("start_population", &start, py::arg("method"), py::arg("parameters"), py::arg("key"),
          py::arg("x0"), py::arg("low"), py::arg("high"));
    m.def("population_signatures", [] {
        py::dict out;
        for (const auto& entry : ml4pa::population_methods())
            out[py::str(entry.signature.name)] = entry.signature.fields;
        return out;
    });
}
