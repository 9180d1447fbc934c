#include "ml4pa/losses/cross_entropy.hpp"
#include "ml4pa/losses/loops.hpp"
#include "ml4pa/losses/squared_error.hpp"

namespace ml4pa::losses {

namespace {

template <class Loss, class T, bool slopes, bool curvatures>
void loop(const T* score, const T* y, Index count, T* value, T* slope, T* curvature) {
    for (Index i = 0; i < count; ++i) {
        const Terms<T> terms = Loss::at(score[i], y[i]);
        value[i] = terms.value;
        if constexpr (slopes) slope[i] = terms.slope;
        if constexpr (curvatures) curvature[i] = terms.curvature;
    }
}

template <class Loss, class T>
void become_slopes(T* score, const T* y, Index count) {
    for (Index i = 0; i < count; ++i) score[i] = Loss::at(score[i], y[i]).slope;
}

template <class Loss, class T>
constexpr Loops<T> loops_of{loop<Loss, T, false, false>, loop<Loss, T, true, false>,
                            loop<Loss, T, true, true>, become_slopes<Loss, T>};

}  // namespace

template <class T>
const Loops<T>& loops(const costs::Spec& spec) {
    if (spec.loss == "cross_entropy") return loops_of<CrossEntropy, T>;
    if (spec.sigmoid()) return loops_of<SquaredError<models::Sigmoid>, T>;
    return loops_of<SquaredError<models::Identity>, T>;
}

template const Loops<float>& loops(const costs::Spec&);
template const Loops<double>& loops(const costs::Spec&);

}  // namespace ml4pa::losses
