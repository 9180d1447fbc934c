#include "ml4pa/fleet.hpp"

#include "ml4pa/methods/newton_step.hpp"
#include "ml4pa/recycled.hpp"
#include "shared.hpp"

using ml4pa::Index;

namespace {

// Looks for Ctrl-C, and tells how many runs are done.
class PythonFleetObserver final : public ml4pa::FleetObserver {
public:
    explicit PythonFleetObserver(py::object told) : told_(std::move(told)) {}
    bool poll(Index done) override {
        return in_python([&] {
            look_for_signals();
            if (!told_.is_none()) told_(done);
            return true;
        });
    }

private:
    py::object told_;
};

// Learning rates as specifications, or as an array of numbers.
std::vector<ml4pa::Rate> rates_of(const py::object& specs) {
    std::vector<ml4pa::Rate> rates;
    if (py::isinstance<Floats>(specs)) {
        const auto numbers = specs.cast<Floats>();
        for (Index i = 0; i < numbers.size(); ++i) rates.emplace_back(numbers.data()[i]);
    } else {
        for (const py::handle& spec : specs)
            rates.push_back(rate_of(py::reinterpret_borrow<py::object>(spec)));
    }
    return rates;
}

// Room for m paths of `rows` points, their coordinates (m, rows, n) and their values (m, rows), in
// one block that is not written yet. Paths of a few pages are likely to be filled.
std::pair<py::array_t<double>, py::array_t<double>> room(Index m, Index rows, Index n) {
    const auto each = static_cast<std::size_t>(rows * (n + 1)) * sizeof(double);
    const std::size_t bytes = each * static_cast<std::size_t>(m);
    struct Owner {
        void* data;
        std::size_t bytes;
    };
    auto* data = static_cast<double*>(ml4pa::Recycled::take(bytes, each <= std::size_t{1} << 16));
    py::capsule owner(new Owner{data, bytes}, [](void* p) {
        const std::unique_ptr<Owner> freed(static_cast<Owner*>(p));
        ml4pa::Recycled::give_back(freed->data, freed->bytes);
    });
    return {py::array_t<double>({m, rows, n}, data, owner),
            py::array_t<double>({m, rows}, data + m * rows * n, owner)};
}

py::tuple fleet(const ml4pa::Objective& objective, const std::string& method, const Floats& starts,
                const Floats& fields, const py::object& rates, const std::vector<double>& limits,
                double max_time, std::int64_t stride, Index most_rows, int threads,
                py::object told) {
    const Index m = starts.shape(0), n = starts.shape(1);
    ml4pa::Fleet task{&objective,      method, m,        starts.data(), false,  fields.data(),
                      rates_of(rates), {},     max_time, stride,        threads};
    task.shared = task.rates.size() == 1;
    std::size_t i = 0;
    std::apply([&](auto&... rule) { ((rule.limit = limits.at(i++)), ...); }, task.rules);
    py::array_t<double> x({m, n}), jac({m, n}), fun(m), measured(m), limit(m);
    py::array_t<double> hessian({method == ml4pa::methods::NewtonStep::name ? m : 0, n, n});
    py::array_t<std::int64_t> nit(m), reason(m);
    py::object path_x = py::none(), path_f = py::none(), path_rows = py::none();
    ml4pa::FleetRows rows{x.mutable_data(),
                          fun.mutable_data(),
                          jac.mutable_data(),
                          measured.mutable_data(),
                          limit.mutable_data(),
                          nit.mutable_data(),
                          reason.mutable_data(),
                          hessian.mutable_data(),
                          nullptr,
                          nullptr,
                          nullptr,
                          0};
    if (stride > 0) {
        most_rows = (most_rows + 7) / 8 * 8;  // rows of whole cache lines
        auto [points, values] = room(m, most_rows, n);
        py::array_t<Index> counts(m);
        rows.most_rows = most_rows;
        rows.path_x = points.mutable_data();
        rows.path_f = values.mutable_data();
        rows.path_rows = counts.mutable_data();
        path_x = std::move(points);
        path_f = std::move(values);
        path_rows = std::move(counts);
    }
    PythonFleetObserver observer(std::move(told));
    {
        // Safe: all arrays are held by this call; the observer takes the GIL for itself.
        const WithoutPython nogil;
        ml4pa::run_fleet(task, rows, observer);
    }
    return py::make_tuple(reason, measured, limit, nit, x, fun, jac, hessian, path_x, path_f,
                          path_rows);
}

}  // namespace

void bind_fleets(py::module_& m) {
    m.def("fleet_has", &ml4pa::fleet_has, py::arg("objective"), py::arg("method"));
    m.def("fleet", &fleet, py::arg("objective"), py::arg("method"), py::arg("starts"),
          py::arg("fields"), py::arg("rates"), py::arg("limits"), py::arg("max_time"),
          py::arg("stride"), py::arg("most_rows"), py::arg("threads"), py::arg("told"));
}
