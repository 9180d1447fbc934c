#include "bindings.hpp"

// One module an instruction set; ml4pa._core picks one at import. The same object is in all of them:
// Python calls the function with the module's name.
static void fill(py::module_& m, const char* isa) {
    m.doc() = "The compiled engine of ml4pa.";
    m.attr("isa") = isa;
#ifdef _OPENMP
    m.attr("openmp") = true;
#else
    m.attr("openmp") = false;
#endif
    bind_objectives(m);
    bind_costs(m);
    bind_runs(m);
    bind_populations(m);
    bind_fit(m);
    bind_fleets(m);
}

PYBIND11_MODULE(_core_baseline, m, py::mod_gil_not_used()) { fill(m, "baseline"); }
PYBIND11_MODULE(_core_avx2, m, py::mod_gil_not_used()) { fill(m, "avx2"); }
PYBIND11_MODULE(_core_avx512, m, py::mod_gil_not_used()) { fill(m, "avx512"); }
