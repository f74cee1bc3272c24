/// Batch normalisation in training with the activation behind it, float32 in channels-last memory, on the processor: what
/// one instruction set offers.
///
/// A map [B, C, H, W] is then a matrix [rows, C]. With μ and σ² the mean and variance of a channel over all rows,
/// a = γ/√(σ² + ε) and b = β − μ·a: y = clamp(x·a + b). Nothing but x is needed for the backward pass, which computes the
/// clamp's decision again: two readings of x in each direction, where one operation after the other would take twice
/// as many readings and writings of maps.
#pragma once

#include <cstdint>
#include <vector>

namespace sapool::normalisation {

/// Rows of channels, one behind the other.
struct Matrix {
    int64_t rows, channels;
};

/// y = clamp(x·scale + shift, lowest, highest), by channel.
struct Transform {
    const float *scale, *shift;
    float lowest, highest;
};

/// The kernels of one instruction set. Sums are `[channels]`, in double precision over chunks of rows in single: what a
/// chunk is follows from the shape, so sums have the same bits for any number of threads.
struct Kernels {
    /// Σ (x − pivot) and Σ (x − pivot)², the pivot being the first row.
    void (*moments)(const Matrix &, const float *x, double *sums, double *squares);
    /// y.
    void (*transform)(const Matrix &, const float *x, const Transform &, float *y);
    /// Σ g and Σ g·(x − mean), g counting where the clamp let x pass.
    void (*gradientSums)(
        const Matrix &, const float *x, const float *gradient, const Transform &, const float *mean, double *sums,
        double *products);
    /// g·scale + x·factor + offset, g counting where the clamp let x pass.
    void (*differentiate)(
        const Matrix &, const float *x, const float *gradient, const Transform &, const float *factor,
        const float *offset, float *xGradient);
};

extern const Kernels portable;
#ifdef __x86_64__
extern const Kernels avx2;
extern const Kernels avx512;
#endif

}  // namespace sapool::normalisation
