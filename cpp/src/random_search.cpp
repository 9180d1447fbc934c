#include "ml4pa/population_methods/random_search.hpp"

#include "ml4pa/factory.hpp"

namespace ml4pa {

PopulationMethodEntry population_random_search() {
    return population_entry<methods::RandomSearch>("random_search", {"sigma", "population_size"});
}

}  // namespace ml4pa
