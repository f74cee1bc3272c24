/// From logits to weights: f(l) and f′(l).
#pragma once

#include "Kernels.h"
#include "../Support/Exponential.h"

namespace sapool::pooling {
namespace {

template <bool sigmoid, bool exponential>
struct Weighting {
    float factor;

    /// f(l); in `slope` f′(l).
    SAPOOL_INLINE Lanes operator()(Lanes l, Lanes &slope) const {
        Lanes value = l;
        slope = splat(factor);
        if constexpr (sigmoid) {
            value = 1 / (1 + sapool::exponential(-l));
            slope *= value * (1 - value);
        }
        value *= factor;
        if constexpr (exponential) {
            value = sapool::exponential(value);
            slope *= value;
        }
        return value;
    }

    /// Weights of a line of cells, `[column][vector]`.
    void weigh(const float *logits, int64_t stride, int64_t columns, int64_t vectors, Lanes *weights) const {
        for (int64_t x = 0; x < columns; x++) {
            for (int64_t v = 0; v < vectors; v++) {
                Lanes slope;
                weights[x * vectors + v] = (*this)(loadLanes(logits + x * stride + v * lanes), slope);
            }
        }
    }

    /// The same, and slopes.
    void weigh(
        const float *logits, int64_t stride, int64_t columns, int64_t vectors, Lanes *weights, Lanes *slopes
    ) const {
        for (int64_t x = 0; x < columns; x++) {
            for (int64_t v = 0; v < vectors; v++) {
                const int64_t i = x * vectors + v;
                weights[i] = (*this)(loadLanes(logits + x * stride + v * lanes), slopes[i]);
            }
        }
    }
};

/// Calls `Kernel<Weighting<…>>::run(problem, tensors, weighting)` for run-time options.
template <template <typename> class Kernel, typename Tensors>
void withWeighting(const Problem &problem, const Tensors &tensors) {
    const auto [sigmoid, factor, exponential] = problem.weighting;
    if (sigmoid && exponential) Kernel<Weighting<true, true>>::run(problem, tensors, {factor});
    else if (sigmoid) Kernel<Weighting<true, false>>::run(problem, tensors, {factor});
    else if (exponential) Kernel<Weighting<false, true>>::run(problem, tensors, {factor});
    else Kernel<Weighting<false, false>>::run(problem, tensors, {factor});
}

}  // namespace
}  // namespace sapool::pooling
