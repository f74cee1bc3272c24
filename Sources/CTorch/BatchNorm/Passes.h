/// The passes over maps: sums by channel, and functions of each element.
///
/// A task is a chunk of rows, and goes through memory from its beginning to its end: a few rows at a time, vector by
/// vector, so that the sums, which lie in the first cache, are loaded and stored once for those rows.
#pragma once

#include "Kernels.h"
#include "../Support/Lanes.h"
#include "../Support/Threads.h"

namespace sapool::normalisation {
namespace {

/// Elements of a chunk: enough to be worth a task, few enough that many threads have some.
constexpr int64_t elementsPerChunk = 32768;

/// Rows that go through the sums together.
constexpr int rowsTogether = 4;

struct Chunks {
    int64_t rows, count;

    explicit Chunks(const Matrix &matrix)
        : rows(std::max<int64_t>(1, elementsPerChunk / matrix.channels)),
          count((matrix.rows + rows - 1) / rows) {}
};

/// Loads and stores whole vectors.
struct Whole {
    SAPOOL_INLINE Lanes load(const float *source) const {
        Lanes vector;
        std::memcpy(&vector, source, sizeof vector);
        return vector;
    }

    SAPOOL_INLINE void store(float *target, Lanes vector) const { std::memcpy(target, &vector, sizeof vector); }
};

/// Loads and stores the first floats of a vector; the rest counts as zeros.
struct Part {
    int64_t count;

    Lanes load(const float *source) const {
        Lanes vector{};
        std::memcpy(&vector, source, count * sizeof(float));
        return vector;
    }

    void store(float *target, Lanes vector) const { std::memcpy(target, &vector, count * sizeof(float)); }
};

/// Calls `body(channel, access)` for each vector of a row, the last of which may be part of one.
template <typename Body>
SAPOOL_INLINE void eachVectorOfRow(int64_t channels, const Body &body) {
    const int64_t whole = channels / lanes * lanes;
    for (int64_t c = 0; c < whole; c += lanes) body(c, Whole{});
    if (whole < channels) body(whole, Part{channels - whole});
}

/// g where lowest < y < highest, elsewhere 0.
SAPOOL_INLINE Lanes passed(Lanes g, Lanes y, const Transform &transform) {
    return (Lanes)((Bits)g & (Bits)(y > transform.lowest) & (Bits)(y < transform.highest));
}

/// What sums over rows add, and what they know of a channel beforehand.
struct Moments {
    const float *x, *pivot;

    struct State {
        Lanes pivot;
    };

    template <typename Access>
    SAPOOL_INLINE State state(int64_t channel, const Access &access) const {
        return {access.load(pivot + channel)};
    }

    template <typename Access>
    SAPOOL_INLINE void add(
        const State &state, int64_t offset, const Access &access, Lanes &first, Lanes &second
    ) const {
        const Lanes distance = access.load(x + offset) - state.pivot;
        first += distance;
        second += distance * distance;
    }
};

struct GradientSums {
    const float *x, *gradient;
    const Transform &transform;
    const float *mean;

    struct State {
        Lanes scale, shift, mean;
    };

    template <typename Access>
    SAPOOL_INLINE State state(int64_t channel, const Access &access) const {
        return {access.load(transform.scale + channel), access.load(transform.shift + channel),
                access.load(mean + channel)};
    }

    template <typename Access>
    SAPOOL_INLINE void add(
        const State &state, int64_t offset, const Access &access, Lanes &first, Lanes &second
    ) const {
        const Lanes value = access.load(x + offset);
        const Lanes g = passed(access.load(gradient + offset), value * state.scale + state.shift, transform);
        first += g;
        second += g * (value - state.mean);
    }
};

/// Both sums over all rows.
template <typename Sum>
void sumRows(const Matrix &matrix, const Sum &sum, double *first, double *second) {
    const Chunks chunks(matrix);
    const int64_t channels = matrix.channels, vectors = (channels + lanes - 1) / lanes;
    const Scratch<Lanes> shares(2 * chunks.count * vectors);
    parallel(chunks.count, [&](int64_t chunk, int) {
        Lanes *const a = shares.data() + 2 * chunk * vectors, *const b = a + vectors;
        std::fill_n(a, 2 * vectors, Lanes{});
        const int64_t row = chunk * chunks.rows;
        const int count = static_cast<int>(std::min(chunks.rows, matrix.rows - row));
        inGroups<rowsTogether>(count, [&]<int size>(int i, std::integral_constant<int, size>)
            __attribute__((always_inline)) {
            eachVectorOfRow(channels, [&](int64_t c, const auto &access) __attribute__((always_inline)) {
                const auto state = sum.state(c, access);
                Lanes x = a[c / lanes], y = b[c / lanes];
#pragma unroll
                for (int r = 0; r < size; r++) sum.add(state, (row + i + r) * channels + c, access, x, y);
                a[c / lanes] = x;
                b[c / lanes] = y;
            });
        });
    });
    std::fill_n(first, channels, 0.0);
    std::fill_n(second, channels, 0.0);
    for (int64_t chunk = 0; chunk < chunks.count; chunk++) {
        const Lanes *const a = shares.data() + 2 * chunk * vectors, *const b = a + vectors;
        for (int64_t c = 0; c < channels; c++) {
            first[c] += a[c / lanes][c % lanes];
            second[c] += b[c / lanes][c % lanes];
        }
    }
}

/// Calls `body(offset, channel, access)` for every vector of every row.
template <typename Body>
void eachVector(const Matrix &matrix, const Body &body) {
    const Chunks chunks(matrix);
    parallel(chunks.count, [&](int64_t chunk, int) {
        const int64_t end = std::min((chunk + 1) * chunks.rows, matrix.rows);
        for (int64_t row = chunk * chunks.rows; row < end; row++) {
            eachVectorOfRow(matrix.channels, [&](int64_t c, const auto &access) __attribute__((always_inline)) {
                body(row * matrix.channels + c, c, access);
            });
        }
    });
}

void moments(const Matrix &matrix, const float *x, double *sums, double *squares) {
    sumRows(matrix, Moments{x, x}, sums, squares);
}

void transform(const Matrix &matrix, const float *x, const Transform &transform, float *y) {
    const Lanes lowest = splat(transform.lowest), highest = splat(transform.highest);
    eachVector(
        matrix, [&](int64_t offset, int64_t c, const auto &access) __attribute__((always_inline)) {
            const Lanes value =
                access.load(x + offset) * access.load(transform.scale + c) + access.load(transform.shift + c);
            // Comparisons that what is not a number fails leave it as it is.
            const Lanes raised = value < lowest ? lowest : value;
            access.store(y + offset, raised > highest ? highest : raised);
        });
}

void gradientSums(
    const Matrix &matrix, const float *x, const float *gradient, const Transform &transform, const float *mean,
    double *sums, double *products
) {
    sumRows(matrix, GradientSums{x, gradient, transform, mean}, sums, products);
}

void differentiate(
    const Matrix &matrix, const float *x, const float *gradient, const Transform &transform, const float *factor,
    const float *offsets, float *xGradient
) {
    eachVector(
        matrix, [&](int64_t offset, int64_t c, const auto &access) __attribute__((always_inline)) {
            const Lanes value = access.load(x + offset), scale = access.load(transform.scale + c);
            const Lanes g = passed(
                access.load(gradient + offset), value * scale + access.load(transform.shift + c), transform);
            access.store(
                xGradient + offset, g * scale + (value * access.load(factor + c) + access.load(offsets + c)));
        });
}

}  // namespace
}  // namespace sapool::normalisation
