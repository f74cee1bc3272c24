/// The passes over maps: sums by channel, and functions of each element.
///
/// A task is a chunk of rows. Sums go through it in columns of a few vectors, which stay in registers; functions of each
/// element go along the rows.
#pragma once

#include "Kernels.h"
#include "../Support/Lanes.h"
#include "../Support/Threads.h"

namespace sapool::normalisation {
namespace {

/// Elements of a chunk: they stay in the second cache while columns go through them.
constexpr int64_t elementsPerChunk = 32768;

/// Vectors of a column.
constexpr int vectorsPerColumn = registers == 32 ? 4 : 2;

struct Chunks {
    int64_t rows, count;

    explicit Chunks(const Matrix &matrix)
        : rows(std::max<int64_t>(1, elementsPerChunk / matrix.channels)),
          count((matrix.rows + rows - 1) / rows) {}
};

/// Some vectors of a row, the last of which may be part of one: `valid` floats, the rest counts as zeros.
template <int vectors>
struct Column {
    Lanes values[vectors];

    SAPOOL_INLINE static Column load(const float *source, int valid) {
        Column column;
        if (valid == vectors * lanes) std::memcpy(column.values, source, sizeof column.values);
        else {
            std::fill_n(column.values, vectors, Lanes{});
            std::memcpy(column.values, source, valid * sizeof(float));
        }
        return column;
    }

    SAPOOL_INLINE Lanes &operator[](int i) { return values[i]; }
    SAPOOL_INLINE Lanes operator[](int i) const { return values[i]; }
};

SAPOOL_INLINE Lanes loadLanes(const float *source) {
    Lanes vector;
    std::memcpy(&vector, source, sizeof vector);
    return vector;
}

SAPOOL_INLINE void storeLanes(float *target, Lanes vector) { std::memcpy(target, &vector, sizeof vector); }

/// g where lowest < y < highest, elsewhere 0.
SAPOOL_INLINE Lanes passed(Lanes g, Lanes y, const Transform &transform) {
    return (Lanes)((Bits)g & (Bits)(y > transform.lowest) & (Bits)(y < transform.highest));
}

/// What a sum over rows adds, and what it needs to know of a column beforehand.
struct Moments {
    const float *x, *pivot;

    template <int vectors>
    struct State {
        Column<vectors> pivot;
    };

    template <int vectors>
    SAPOOL_INLINE State<vectors> prepare(int64_t channel, int valid) const {
        return {Column<vectors>::load(pivot + channel, valid)};
    }

    template <int vectors>
    SAPOOL_INLINE void add(
        const State<vectors> &state, int64_t offset, int valid, Column<vectors> &first, Column<vectors> &second
    ) const {
        const auto values = Column<vectors>::load(x + offset, valid);
#pragma unroll
        for (int v = 0; v < vectors; v++) {
            const Lanes d = values[v] - state.pivot[v];
            first[v] += d;
            second[v] += d * d;
        }
    }
};

struct GradientSums {
    const float *x, *gradient;
    const Transform &transform;
    const float *mean;

    template <int vectors>
    struct State {
        Column<vectors> scale, shift, mean;
    };

    template <int vectors>
    SAPOOL_INLINE State<vectors> prepare(int64_t channel, int valid) const {
        return {Column<vectors>::load(transform.scale + channel, valid),
                Column<vectors>::load(transform.shift + channel, valid), Column<vectors>::load(mean + channel, valid)};
    }

    template <int vectors>
    SAPOOL_INLINE void add(
        const State<vectors> &state, int64_t offset, int valid, Column<vectors> &first, Column<vectors> &second
    ) const {
        const auto values = Column<vectors>::load(x + offset, valid);
        const auto gradients = Column<vectors>::load(gradient + offset, valid);
#pragma unroll
        for (int v = 0; v < vectors; v++) {
            const Lanes g = passed(gradients[v], values[v] * state.scale[v] + state.shift[v], transform);
            first[v] += g;
            second[v] += g * (values[v] - state.mean[v]);
        }
    }
};

/// Sums of a chunk's rows for the channels from `channel` up to `end`, in columns of `vectors`.
template <int vectors, typename Sum>
SAPOOL_INLINE void sumColumns(
    const Sum &sum, int64_t channel, int64_t end, int64_t row, int64_t lastRow, int64_t channels, float *first,
    float *second
) {
    for (; channel < end; channel += vectors * lanes) {
        const auto add = [&](int valid) __attribute__((always_inline)) {
            const auto state = sum.template prepare<vectors>(channel, valid);
            Column<vectors> a{}, b{};
            for (int64_t r = row; r < lastRow; r++) sum.add(state, r * channels + channel, valid, a, b);
            std::memcpy(first + channel, a.values, valid * sizeof(float));
            std::memcpy(second + channel, b.values, valid * sizeof(float));
        };
        // The usual number as a constant: its loads are then plain.
        if (end - channel >= vectors * lanes) add(vectors * lanes);
        else add(static_cast<int>(end - channel));
    }
}

/// Both sums over all rows.
template <typename Sum>
void sumRows(const Matrix &matrix, const Sum &sum, double *first, double *second) {
    const Chunks chunks(matrix);
    const Scratch<float> shares(2 * chunks.count * matrix.channels);
    parallel(chunks.count, [&](int64_t chunk, int) {
        const int64_t row = chunk * chunks.rows, end = std::min(row + chunks.rows, matrix.rows);
        float *const a = shares.data() + 2 * chunk * matrix.channels, *const b = a + matrix.channels;
        // Whole columns, then single vectors, the last of which may be part of one.
        const int64_t whole = matrix.channels / (vectorsPerColumn * lanes) * (vectorsPerColumn * lanes);
        sumColumns<vectorsPerColumn>(sum, 0, whole, row, end, matrix.channels, a, b);
        sumColumns<1>(sum, whole, matrix.channels, row, end, matrix.channels, a, b);
    });
    std::fill_n(first, matrix.channels, 0.0);
    std::fill_n(second, matrix.channels, 0.0);
    for (int64_t chunk = 0; chunk < chunks.count; chunk++) {
        const float *const a = shares.data() + 2 * chunk * matrix.channels, *const b = a + matrix.channels;
        for (int64_t c = 0; c < matrix.channels; c++) {
            first[c] += a[c];
            second[c] += b[c];
        }
    }
}

/// Calls `body(offset, channel, load, store)` for every vector of every row; `load(pointer)` and `store(pointer, vector)`
/// know how much of the vector there is.
template <typename Body>
void eachVector(const Matrix &matrix, const Body &body) {
    const Chunks chunks(matrix);
    parallel(chunks.count, [&](int64_t chunk, int) {
        const int64_t end = std::min((chunk + 1) * chunks.rows, matrix.rows);
        const int64_t whole = matrix.channels / lanes * lanes, rest = matrix.channels - whole;
        for (int64_t row = chunk * chunks.rows; row < end; row++) {
            const int64_t offset = row * matrix.channels;
            for (int64_t c = 0; c < whole; c += lanes) body(offset + c, c, loadLanes, storeLanes);
            if (rest == 0) continue;
            body(
                offset + whole, whole,
                [rest](const float *source) {
                    Lanes vector{};
                    std::memcpy(&vector, source, rest * sizeof(float));
                    return vector;
                },
                [rest](float *target, Lanes vector) { std::memcpy(target, &vector, rest * sizeof(float)); });
        }
    });
}

void moments(const Matrix &matrix, const float *x, double *sums, double *squares) {
    sumRows(matrix, Moments{x, x}, sums, squares);
}

void transform(const Matrix &matrix, const float *x, const Transform &transform, float *y) {
    const Lanes lowest = splat(transform.lowest), highest = splat(transform.highest);
    eachVector(
        matrix, [&](int64_t offset, int64_t c, const auto &load, const auto &store) __attribute__((always_inline)) {
            const Lanes value = load(x + offset) * load(transform.scale + c) + load(transform.shift + c);
            // Comparisons that what is not a number fails leave it as it is.
            const Lanes raised = value < lowest ? lowest : value;
            store(y + offset, raised > highest ? highest : raised);
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
        matrix, [&](int64_t offset, int64_t c, const auto &load, const auto &store) __attribute__((always_inline)) {
            const Lanes value = load(x + offset), scale = load(transform.scale + c);
            const Lanes g = passed(load(gradient + offset), value * scale + load(transform.shift + c), transform);
            store(xGradient + offset, g * scale + (value * load(factor + c) + load(offsets + c)));
        });
}

}  // namespace
}  // namespace sapool::normalisation
