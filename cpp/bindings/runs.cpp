#include "ml4pa/sharing.hpp"
#include "shared.hpp"

using ml4pa::Counters;
using ml4pa::Index;
using ml4pa::Objective;
using ml4pa::Progress;
using ml4pa::Run;
using ml4pa::Stop;

namespace {

// A learning rate that is a Python callable t -> eta.
class PythonSchedule final : public ml4pa::Schedule {
public:
    explicit PythonSchedule(py::object call) : call_(std::move(call)) {}
    ~PythonSchedule() override {
        in_python([&] { call_.release().dec_ref(); });
    }
    bool pure() const override { return false; }
    double at(std::int64_t t) const override {
        return in_python([&] { return checks().attr("rate_at")(call_, t).cast<double>(); });
    }

private:
    py::object call_;
};

// An objective written in Python: the loop takes the GIL for each evaluation.
class PythonObjective final : public Objective {
public:
    PythonObjective(py::object evaluate, Index n) : Objective(n), evaluate_(std::move(evaluate)) {}
    ~PythonObjective() override {
        in_python([&] { evaluate_.release().dec_ref(); });
    }

    double value(const double*) const override { throw std::logic_error("unused"); }
    double value_and_gradient(const double*, double*) const override {
        throw std::logic_error("unused");
    }
    void hessian(const double*, double*) const override { throw std::logic_error("unused"); }

    double evaluate(const double* x, double* g, double* h, Counters& count) const override {
        return in_python([&] {
            const auto told = evaluate_(copied(x, n()), h != nullptr).cast<py::tuple>();
            std::copy_n(told[1].cast<Floats>().data(), n(), g);
            if (h != nullptr) std::copy_n(told[2].cast<Floats>().data(), n() * n(), h);
            count.nfev += told[3].cast<std::int64_t>();
            count.njev += told[4].cast<std::int64_t>();
            count.nhev += told[5].cast<std::int64_t>();
            return told[0].cast<double>();
        });
    }

private:
    py::object evaluate_;
};

// (name, fields, then | None) -> a schedule.
std::shared_ptr<const ml4pa::Schedule> schedule(const py::handle& spec) {
    if (!py::isinstance<py::tuple>(spec))
        return std::make_shared<PythonSchedule>(py::reinterpret_borrow<py::object>(spec));
    const auto parts = py::reinterpret_borrow<py::tuple>(spec);
    const auto fields = parts[1].cast<std::vector<double>>();
    const auto then = parts[2].is_none() ? nullptr : schedule(parts[2]);
    return ml4pa::make_schedule(parts[0].cast<std::string>(), fields.data(), then);
}

// A number, a line search or a schedule.
struct LearningRate {
    ml4pa::Rate rate{0.0};
    std::unique_ptr<ml4pa::LineSearch> search;

    explicit LearningRate(const py::object& spec) {
        if (py::isinstance<py::tuple>(spec)) {
            const auto parts = py::reinterpret_borrow<py::tuple>(spec);
            const auto fields = parts[1].cast<std::vector<double>>();
            search = ml4pa::make_line_search(parts[0].cast<std::string>(), fields.data());
            if (search) return;
        }
        rate = rate_of(spec);
    }
};

// A Run as Python holds it. (Types of one name clash in pybind11 where Clang compiles, unnamed
// namespaces or not.) `asked` is the array handed out by the last ask(): it is read-only, so
// the very same object told again is known to be unchanged without reading it; and it may be kept
// as the best point without copying it.
struct RunHandle {
    std::unique_ptr<Run> run;
    py::object asked = py::none();
    py::object best = py::none();  // none: the run itself keeps the best point
    Turn turn;

    // The run's own copy of the best point.
    Run& synchronised() {
        if (!best.is_none()) {
            run->set_best(best.cast<py::array_t<double>>().data());
            best = py::none();
        }
        return *run;
    }
};

std::unique_ptr<Run> make(const std::string& method, const std::vector<double>& fields,
                          const py::object& learning_rate, double noise, double clip,
                          std::uint64_t key, const Floats& x0,
                          const std::optional<std::vector<double>>& low,
                          const std::optional<std::vector<double>>& high) {
    LearningRate rate(learning_rate);
    ml4pa::Bounds bounds;
    if (low) bounds = {*low, *high};
    auto run = ml4pa::make_run(method, fields.data(), std::move(rate.search),
                               {std::move(rate.rate), noise, clip, key}, x0.data(), x0.size(),
                               std::move(bounds));
    if (!run) throw py::value_error("no compiled method is named " + method);
    return run;
}

py::object ask(RunHandle& self) {
    self.turn.look();
    if (!self.asked.is_none()) return self.asked;
    auto x = copied(self.run->ask(), self.run->n());
    x.attr("flags").attr("writeable") = false;
    if (!self.turn.taken()) self.asked = x;  // else it is soon another one
    return x;
}

// While a point is told: the asked array itself is kept as the best point where it is; also where
// a learning rate written in Python raises.
class Keeping {
public:
    Keeping(RunHandle& handle, bool same)
        : handle_(handle), same_(same), before_(handle.run->fun()) {
        handle_.run->keep_best(!same_);
    }
    ~Keeping() {
        handle_.run->keep_best(true);
        if (handle_.run->fun() < before_) handle_.best = same_ ? handle_.asked : py::none();
    }
    Keeping(const Keeping&) = delete;
    Keeping& operator=(const Keeping&) = delete;

private:
    RunHandle& handle_;
    bool same_;
    double before_;
};

void tell(RunHandle& self, py::object x, py::object f, py::object g, py::object h) {
    const Turn::Taken taken(self.turn);
    Run& run = *self.run;
    const Index n = run.n();
    const bool same = x.ptr() == self.asked.ptr() && !x.is_none();
    const bool ready = (same || (is_vector(x, n) && all_finite(x, n))) && is_vector(g, n) &&
                       py::isinstance<py::float_>(f) && h.is_none() && !run.wants_hessian();
    if (!ready) {
        const auto told =
            checks().attr("told")(x, f, g, h, n, run.wants_hessian()).cast<py::tuple>();
        if (!same) x = told[0];
        f = told[1];
        g = told[2];
        h = told[3];
    }
    if (!same) {
        const double* point = static_cast<const double*>(py::cast<py::array>(x).data());
        if (!std::equal(point, point + n, run.ask())) run.move(point);
    }
    const double* hessian =
        h.is_none() ? nullptr : static_cast<const double*>(py::cast<py::array>(h).data());
    const double* gradient = static_cast<const double*>(py::cast<py::array>(g).data());
    const double value = f.cast<double>();
    {
        const Keeping keeping(self, same);  // reads `asked` where it ends
        SignalWatch watch;
        const ml4pa::Listening listening([&] { watch.look(); });
        if (n < 4096) {
            run.tell(value, gradient, hessian);
        } else {
            const WithoutPython nogil;  // safe: x, g, h are held by the caller's references
            run.tell(value, gradient, hessian);
        }
    }
    self.asked = py::none();
}

void advance(RunHandle& self, py::object g) {
    const Turn::Taken taken(self.turn);
    if (!self.run->advances()) throw std::logic_error("a step that is no formula");
    if (!is_vector(g, self.run->n())) g = checks().attr("vector")(g, self.run->n());
    self.run->advance(static_cast<const double*>(py::cast<py::array>(g).data()));
    self.asked = py::none();
}

py::tuple minimize(Run& run, const py::object& objective, const std::vector<double>& limits,
                   bool euclidean, double max_time, std::int64_t stride, py::object iterate,
                   py::object poll, int threads) {
    ml4pa::Options options;
    options.norm = euclidean ? ml4pa::Norm::euclidean : ml4pa::Norm::max;
    options.max_time = max_time;
    options.stride = stride;
    std::size_t i = 0;
    std::apply([&](auto&... rule) { ((rule.limit = limits.at(i++)), ...); }, options.rules);
    const double max_iter = -std::get<ml4pa::stopping::MaxIter>(options.rules).limit;
    ml4pa::Path path(run.n(), stride, max_iter);
    Progress progress;
    PythonObserver observer(std::move(iterate), std::move(poll));
    std::shared_ptr<const Objective> f;
    if (py::isinstance<Objective>(objective))
        f = objective.cast<std::shared_ptr<Objective>>();
    else
        f = std::make_shared<PythonObjective>(objective, run.n());
    {
        const ml4pa::TeamLimit limit(threads);
        // Safe: the run, the path and the objective belong to this call; PythonObjective,
        // PythonSchedule and PythonObserver take the GIL again for as long as they need it.
        const WithoutPython nogil;
        ml4pa::run_to_end(run, *f, options, path, progress, observer);
    }
    py::object path_x = py::none(), path_f = py::none();
    if (stride > 0) {
        const Index rows = path.rows();
        path_x = given(path.release_x(), {rows, run.n()});
        path_f = given(path.release_f(), {rows});
    }
    py::object hessian = py::none();
    if (progress.h.size() > 0) hessian = copied(progress.h.data(), progress.h.size());
    return py::make_tuple(progress.stop.reason, progress.stop.measured, progress.stop.limit,
                          progress.iteration, progress.count.nfev, progress.count.njev,
                          progress.count.nhev, copied(run.x(), run.n()), run.fun(),
                          copied(progress.best_g.data(), run.n()), hessian, path_x, path_f);
}

py::dict snapshot(RunHandle& self) {
    self.turn.look();
    Reader reader;
    self.synchronised().visit(reader);
    return reader.dict;
}

void restore(RunHandle& self, const py::dict& from) {
    const Turn::Taken taken(self.turn);
    Writer writer(from);
    self.run->visit(writer);
    self.asked = self.best = py::none();
}

}  // namespace

ml4pa::Rate rate_of(const py::object& spec) {
    if (py::isinstance<py::float_>(spec)) return ml4pa::Rate(spec.cast<double>());
    return ml4pa::Rate(schedule(spec));
}

Run& run_of(const py::object& run) {
    RunHandle& self = run.cast<RunHandle&>();
    self.asked = py::none();
    return self.synchronised();
}

void bind_runs(py::module_& m) {
    py::class_<RunHandle>(m, "Run", "A compiled method at work.")
        .def("ask", &ask)
        .def("tell", &tell, py::arg("x"), py::arg("f"), py::arg("g") = py::none(),
             py::arg("H") = py::none())
        .def("tell", [](const RunHandle&, const py::args& args,
                        const py::kwargs& named) { refuse("ml4pa.numpy_run", "NumpyRun", args, named); })
        .def("advance", &advance, py::arg("g"))
        .def("accepts", [](RunHandle& self, double f,
                           const Floats& g) { return self.run->accepts(f, g.data()); })
        .def(
            "minimize",
            [](RunHandle& self, const py::object& objective, const std::vector<double>& limits,
               bool euclidean, double max_time, std::int64_t stride, py::object iterate,
               py::object poll, int threads) {
                const Turn::Taken taken(self.turn);
                self.asked = py::none();
                return minimize(self.synchronised(), objective, limits, euclidean, max_time, stride,
                                std::move(iterate), std::move(poll), threads);
            },
            py::arg("objective"), py::arg("limits"), py::arg("euclidean"), py::arg("max_time"),
            py::arg("stride"), py::arg("iterate"), py::arg("poll"), py::arg("threads") = 0)
        .def("snapshot", &snapshot)
        .def("restore", &restore, py::arg("state"))
        .def_property_readonly("x",
                               [](RunHandle& s) {
                                   s.turn.look();
                                   return copied(s.synchronised().x(), s.run->n());
                               })
        .def_property_readonly("fun", [](RunHandle& s) { return s.run->fun(); })
        .def_property_readonly("iteration", [](RunHandle& s) { return s.run->iteration(); })
        .def_property_readonly("stop", [](RunHandle& s) { return stop_of(s.run->stop()); });
    m.def(
        "start",
        [](const std::string& method, const std::vector<double>& fields,
           const py::object& learning_rate, double noise, double clip, std::uint64_t key,
           const Floats& x0, const std::optional<std::vector<double>>& low,
           const std::optional<std::vector<double>>& high) {
            auto handle = std::make_unique<RunHandle>();
            handle->run = make(method, fields, learning_rate, noise, clip, key, x0, low, high);
            return handle;
        },
        py::arg("method"), py::arg("fields"), py::arg("learning_rate"), py::arg("noise"),
        py::arg("clip"), py::arg("key"), py::arg("x0"), py::arg("low"), py::arg("high"));
    // Both at once, for a run that nobody else holds.
    m.def(
        "minimize",
        [](const std::string& method, const std::vector<double>& fields,
           const py::object& learning_rate, double noise, double clip, std::uint64_t key,
           const Floats& x0, const std::optional<std::vector<double>>& low,
           const std::optional<std::vector<double>>& high, const py::object& objective,
           const std::vector<double>& limits, bool euclidean, double max_time, std::int64_t stride,
           py::object iterate, py::object poll, int threads) {
            const auto run = make(method, fields, learning_rate, noise, clip, key, x0, low, high);
            return minimize(*run, objective, limits, euclidean, max_time, stride,
                            std::move(iterate), std::move(poll), threads);
        },
        py::arg("method"), py::arg("fields"), py::arg("learning_rate"), py::arg("noise"),
        py::arg("clip"), py::arg("key"), py::arg("x0"), py::arg("low"), py::arg("high"),
        py::arg("objective"), py::arg("limits"), py::arg("euclidean"), py::arg("max_time"),
        py::arg("stride"), py::arg("iterate"), py::arg("poll"), py::arg("threads") = 0);
    m.def("method_signatures", [] {
        py::dict out;
        for (const ml4pa::Signature& s : ml4pa::method_signatures())
            out[py::str(s.name)] = s.fields;
        return out;
    });
    m.def("schedule_at",
          [](const py::object& spec, std::int64_t t) { return schedule(spec)->at(t); });
    m.def("normals",
          [](std::uint64_t key, std::uint64_t iteration, std::uint32_t individual, Index n) {
              py::array_t<double> out(n);
              ml4pa::draw_normals(key, iteration, individual, out.mutable_data(), n);
              return out;
          });
    m.def("uniforms",
          [](std::uint64_t key, std::uint64_t iteration, std::uint32_t individual, Index n) {
              py::array_t<double> out(n);
              ml4pa::draw_uniforms(key, iteration, individual, out.mutable_data(), n);
              return out;
          });
}
