/// Streaming attention with few channels a head, float32, on the processor: what one instruction set offers.
///
/// The same templates (`Forward.h`, `Backward.h`) are compiled once an instruction set, each time in a source file of
/// its own; at run time `Attention.cpp` picks one. Nothing here depends on libtorch.
///
/// The algorithm is FlashAttention's (Dao et al., 2022; Dao, 2023): scores of a block of keys exist only in the first
/// cache, and the backward pass computes them again from Q, K and the saved logsumexp. Memory is O(N·d).
#pragma once

#include <cstdint>

namespace sapool::attention {

/// The most channels a head may have.
constexpr int64_t maximumChannels = 64;

/// What is to be computed: softmax(scale · Q Kᵀ) V for each image and head.
struct Problem {
    int64_t batch, heads, queries, keys, channels;
    double scale;

    /// Number of independent attentions.
    int64_t pairs() const { return batch * heads; }
};

/// A tensor `[batch, heads, tokens, channels]` in memory of any layout; strides count elements.
template <typename Element>
struct Tokens {
    Element *data;
    int64_t batchStride, headStride, tokenStride, channelStride;

    /// The first token of a pair, counted through the heads of the first image, then those of the second.
    Element *pair(const Problem &problem, int64_t index) const {
        return data + index / problem.heads * batchStride + index % problem.heads * headStride;
    }
};

/// Tensors of the forward pass.
struct ForwardTensors {
    Tokens<const float> queries, keys, values;
    Tokens<float> output;
    /// `[batch, heads, queries]`, contiguous: the natural logarithm of Σ exp(score) for each query.
    float *logsumexp;
};

/// Tensors of the backward pass.
struct BackwardTensors {
    Tokens<const float> queries, keys, values, output, outputGradient;
    const float *logsumexp;
    Tokens<float> queriesGradient, keysGradient, valuesGradient;
};

/// The kernels of one instruction set.
struct Kernels {
    void (*forward)(const Problem &, const ForwardTensors &);
    void (*backward)(const Problem &, const BackwardTensors &);
};

/// Compiled with the baseline of the target: SSE2 on x86-64, NEON on Arm.
extern const Kernels portable;
#ifdef __x86_64__
extern const Kernels avx2;
extern const Kernels avx512;
#endif

}  // namespace sapool::attention
