#include "bindings.hpp"

// Built once for each instruction set; ml4pa._core picks one at import.
PYBIND11_MODULE(ML4PA_MODULE, m, py::mod_gil_not_used()) {
    m.doc() = "The compiled engine of ml4pa.";
    m.attr("isa") = ML4PA_ISA;
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
