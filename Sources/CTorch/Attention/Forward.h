/// The forward pass for panels of one width.
///
/// A *tile* is one or two vectors of queries, one a lane: keys and values are then scalars that every lane multiplies by,
/// so they stay row-major, and only Q and O are transposed, once a tile. Keys are walked in blocks. For each tile and
/// block, a first loop leaves the powers of the scores in a buffer of the first cache, and a second one sums p·v in
/// registers. Each block is summed from zero and then added to the tile's sums, which keeps rounding errors small where
/// thousands of equal terms meet.
///
/// The largest score is only needed where powers could overflow: by Cauchy and Schwarz no score exceeds |q|·max|k|, and
/// a tile whose bound is small takes powers of the scores as they come.
#pragma once

#include "../Support/Exponential.h"
#include "Panels.h"
#include "../Support/Threads.h"

#include <cfloat>
#include <cmath>

namespace sapool::attention {
namespace {

/// Keys whose scores wait in the first cache: 8 KB of scores with AVX-512, beside keys and values.
constexpr int keysPerBlock = 128;

/// Queries of one task: several tiles share the block of keys and values that is in the first cache.
constexpr int queriesPerTask = 64;

/// Scores, in powers of two, that need no largest subtracted: sums of 2^64 are far from overflow.
constexpr float harmlessScore = 64;

constexpr int tileQueries = vectorsAtOnce * lanes;
constexpr int tilesPerTask = queriesPerTask / tileQueries;

/// One number for each query of a tile.
struct Row {
    Lanes vectors[vectorsAtOnce];
};

/// A tile in the making. `queries` and `sums` hold a row for each padded channel.
struct Tile {
    Row *queries, *sums;
    Row total, largest;
    bool bounded;
};

template <int width>
struct Forward {
    /// Keys whose scores are summed side by side: one alone would wait for each of its multiplications.
    static constexpr int keysAtOnce = 4;

    /// Calls `body(vector)` for each vector of a row.
    template <typename Body>
    SAPOOL_INLINE static void eachVector(const Body &body) {
#pragma unroll
        for (int v = 0; v < vectorsAtOnce; v++) body(v);
    }

    /// Scores of `count` keys: products with one panel, added to those of earlier panels unless this is the first.
    /// `finish` makes of each group of them what is stored.
    template <bool first, typename Finish>
    SAPOOL_INLINE static void score(
        const Row *queries, const float *keys, int count, Row *scores, const Finish &finish
    ) {
        constexpr bool fits = vectorsAtOnce * (width + keysAtOnce) + 1 < registers;
        Row kept[width];
        if (fits) {
#pragma unroll
            for (int c = 0; c < width; c++) kept[c] = queries[c];
        }
        inGroups<keysAtOnce>(count, [&]<int size>(int j, std::integral_constant<int, size>)
            __attribute__((always_inline)) {
            Row s[size];
#pragma unroll
            for (int c = 0; c < width; c++) {
                const Row &query = fits ? kept[c] : queries[c];
#pragma unroll
                for (int i = 0; i < size; i++) {
                    const float key = keys[(j + i) * width + c];
                    eachVector([&](int v) __attribute__((always_inline)) {
                        Lanes &sum = s[i].vectors[v];
                        if (c > 0) sum += query.vectors[v] * key;
                        else if (first) sum = query.vectors[v] * key;
                        else sum = scores[j + i].vectors[v] + query.vectors[v] * key;
                    });
                }
            }
            finish(s);
#pragma unroll
            for (int i = 0; i < size; i++) scores[j + i] = s[i];
        });
    }

    /// Adds the values of one panel, weighted with the powers of the scores.
    template <bool bounded>
    SAPOOL_INLINE static void accumulate(
        Tile &tile, int panel, const Row &shrink, const float *values, int count, const Row *powers
    ) {
        constexpr int strip = stripOf(width, vectorsAtOnce);
        for (int start = 0; start < width; start += strip) {
            Row sums[strip] = {};
            inGroups<4>(count, [&]<int size>(int j, std::integral_constant<int, size>) __attribute__((always_inline)) {
#pragma unroll
                for (int i = 0; i < size; i++) {
#pragma unroll
                    for (int c = 0; c < strip; c++) {
                        const float value = values[(j + i) * width + start + c];
                        eachVector([&](int v) __attribute__((always_inline)) {
                            sums[c].vectors[v] += powers[j + i].vectors[v] * value;
                        });
                    }
                }
            });
            Row *const target = tile.sums + panel * width + start;
#pragma unroll
            for (int c = 0; c < strip; c++) {
                eachVector([&](int v) __attribute__((always_inline)) {
                    Lanes &sum = target[c].vectors[v];
                    sum = bounded ? sum + sums[c].vectors[v] : sum * shrink.vectors[v] + sums[c].vectors[v];
                });
            }
        }
    }

    /// One tile and one block of keys.
    template <bool bounded>
    [[gnu::noinline]] static void stream(
        Tile &tile, const float *keys, const float *values, int64_t panelStride, int panels, int count, Row *scores
    ) {
        Row total = {}, largest = tile.largest, shrink;
        const auto takePowers = [&]<int size>(Row(&group)[size]) __attribute__((always_inline)) {
            for (Row &row : group) {
                eachVector([&](int v) __attribute__((always_inline)) { row.vectors[v] = scaledPower(row.vectors[v]); });
            }
            // In pairs: one sum after the other would add up the rounding errors of many equal terms.
            eachVector([&](int v) __attribute__((always_inline)) {
                const auto p = [&](int i) __attribute__((always_inline)) { return group[i].vectors[v]; };
                if constexpr (size == 4) total.vectors[v] += (p(0) + p(1)) + (p(2) + p(3));
                else total.vectors[v] += p(0);
            });
        };
        const auto findLargest = [&](auto &group) __attribute__((always_inline)) {
            for (const Row &row : group) {
                eachVector([&](int v) __attribute__((always_inline)) {
                    largest.vectors[v] = larger(largest.vectors[v], row.vectors[v]);
                });
            }
        };
        const auto leave = [](auto &) __attribute__((always_inline)) {};
        const auto finish = [&](auto &group) __attribute__((always_inline)) {
            if constexpr (bounded) takePowers(group);
            else findLargest(group);
        };
        for (int p = 0; p < panels; p++) {
            const Row *const q = tile.queries + p * width;
            const float *const k = keys + p * panelStride;
            const bool last = p == panels - 1;
            if (p == 0 && last) score<true>(q, k, count, scores, finish);
            else if (p == 0) score<true>(q, k, count, scores, leave);
            else if (last) score<false>(q, k, count, scores, finish);
            else score<false>(q, k, count, scores, leave);
        }
        if constexpr (!bounded) {
            eachVector([&](int v) {
                const Lanes before = tile.largest.vectors[v], now = largest.vectors[v];
                // Exactly one where nothing larger came: the error of a power would add up over the blocks.
                const Lanes power = scaledPowerOfAny(before - now) * leadingCoefficient;
                shrink.vectors[v] = now > before ? power : splat(1);
                tile.largest.vectors[v] = now;
            });
            inGroups<keysAtOnce>(count, [&]<int size>(int j, std::integral_constant<int, size>) {
                Row group[size];
                for (int i = 0; i < size; i++) {
                    eachVector([&](int v) __attribute__((always_inline)) {
                        group[i].vectors[v] = larger(splat(smallestExponent), scores[j + i].vectors[v] - largest.vectors[v]);
                    });
                }
                takePowers(group);
                for (int i = 0; i < size; i++) scores[j + i] = group[i];
            });
        }
        eachVector([&](int v) {
            Lanes &sum = tile.total.vectors[v];
            sum = bounded ? sum + total.vectors[v] : sum * shrink.vectors[v] + total.vectors[v];
        });
        for (int p = 0; p < panels; p++) {
            accumulate<bounded>(tile, p, shrink, values + p * panelStride, count, scores);
        }
    }

    /// Sets a tile up for queries `start` and on.
    static void load(
        Tile &tile, const Problem &problem, const Panels &panels, const Tokens<const float> &layout,
        const float *queries, int64_t start, float largestKey
    ) {
        float largestQuery = 0;
        bool valid = true;
        for (int v = 0; v < vectorsAtOnce; v++) {
            Lanes squares = {};
            const int64_t first = start + v * lanes;
            const int64_t count = std::clamp<int64_t>(problem.queries - first, 0, lanes);
            for (int p = 0; p < panels.count; p++) {
                Lanes packed[width];
                packLanes<width>(
                    queries + (count > 0 ? first : 0) * layout.tokenStride + p * width * layout.channelStride,
                    panelLayout(layout, count, panels, p), problem.scale * log2e, packed);
                for (int c = 0; c < width; c++) {
                    squares += packed[c] * packed[c];
                    tile.queries[p * width + c].vectors[v] = packed[c];
                    tile.sums[p * width + c].vectors[v] = Lanes{};
                }
            }
            for (int l = 0; l < lanes; l++) {
                largestQuery = std::max(largestQuery, squares[l]);
                valid = valid && squares[l] < INFINITY;
            }
            tile.total.vectors[v] = Lanes{};
        }
        tile.bounded = valid && std::sqrt(largestQuery) * largestKey < harmlessScore;
        for (Lanes &largest : tile.largest.vectors) largest = splat(tile.bounded ? 0 : -FLT_MAX);
    }

    /// Writes a tile's output and logsumexp.
    static void store(
        const Tile &tile, const Problem &problem, const Panels &panels, const Tokens<float> &layout, float *output,
        float *logsumexp, int64_t start
    ) {
        for (int v = 0; v < vectorsAtOnce; v++) {
            const int64_t first = start + v * lanes;
            const int64_t count = std::clamp<int64_t>(problem.queries - first, 0, lanes);
            if (count == 0) break;
            for (int p = 0; p < panels.count; p++) {
                Lanes mean[width];
                for (int c = 0; c < width; c++) mean[c] = tile.sums[p * width + c].vectors[v] / tile.total.vectors[v];
                unpackLanes<width>(
                    mean, panelLayout(layout, count, panels, p), 1,
                    output + first * layout.tokenStride + p * width * layout.channelStride);
            }
            for (int64_t l = 0; l < count; l++) {
                const double exponent =
                    double(tile.largest.vectors[v][l]) + std::log2(tile.total.vectors[v][l]) + leadingExponent;
                logsumexp[first + l] = static_cast<float>(ln2 * exponent);
            }
        }
    }

    static void run(const Problem &problem, const ForwardTensors &tensors, const Panels &panels) {
        const int64_t panelStride = problem.keys * width, pairStride = panelStride * panels.count;
        const int64_t packs = divideUp(problem.keys, tokensPerPack);
        const Scratch<float> keys(problem.pairs() * pairStride), values(problem.pairs() * pairStride);
        const Scratch<float> norms(problem.pairs() * packs);
        parallel(problem.pairs() * packs, [&](int64_t task, int) {
            const int64_t pair = task / packs, start = task % packs * tokensPerPack;
            norms.data()[task] = pack(
                problem, tensors, panels, pair, start, keys.data() + pair * pairStride,
                values.data() + pair * pairStride);
        });

        const int64_t blocks = divideUp(problem.queries, queriesPerTask);
        const int64_t vectors = int64_t(tilesPerTask) * panels.padded() * 2 + keysPerBlock;
        const Scratch<Row> working(maximumWorkers() * vectors);
        parallel(problem.pairs() * blocks, [&](int64_t task, int worker) {
            const int64_t pair = task / blocks, start = task % blocks * queriesPerTask;
            const float *const squares = norms.data() + pair * packs;
            const float largestKey = std::sqrt(*std::max_element(squares, squares + packs));
            const int64_t remaining = std::min<int64_t>(queriesPerTask, problem.queries - start);
            const int tiles = static_cast<int>(divideUp(remaining, tileQueries));
            Row *const scores = working.data() + worker * vectors;
            Tile block[tilesPerTask];
            for (int t = 0; t < tiles; t++) {
                block[t].queries = scores + keysPerBlock + 2 * t * panels.padded();
                block[t].sums = block[t].queries + panels.padded();
                load(
                    block[t], problem, panels, tensors.queries, tensors.queries.pair(problem, pair), start + t * tileQueries,
                    largestKey);
            }
            for (int64_t j = 0; j < problem.keys; j += keysPerBlock) {
                const int count = static_cast<int>(std::min<int64_t>(keysPerBlock, problem.keys - j));
                const float *const k = keys.data() + pair * pairStride + j * width;
                const float *const v = values.data() + pair * pairStride + j * width;
                for (int t = 0; t < tiles; t++) {
                    if (block[t].bounded) stream<true>(block[t], k, v, panelStride, panels.count, count, scores);
                    else stream<false>(block[t], k, v, panelStride, panels.count, count, scores);
                }
            }
            for (int t = 0; t < tiles; t++) {
                store(
                    block[t], problem, panels, tensors.output, tensors.output.pair(problem, pair),
                    tensors.logsumexp + pair * problem.queries, start + t * tileQueries);
            }
        });
    }

private:
    /// Packs keys and values `start` and on, at most `tokensPerPack`. Returns the largest |k|², or infinity where one
    /// is not a number.
    static float pack(
        const Problem &problem, const ForwardTensors &tensors, const Panels &panels, int64_t pair, int64_t start,
        float *keys, float *values
    ) {
        const int64_t count = std::min(tokensPerPack, problem.keys - start);
        const auto panelRows = [&](const Tokens<const float> &layout, float *rows, int p) {
            const float *source =
                layout.pair(problem, pair) + start * layout.tokenStride + p * width * layout.channelStride;
            rows += (p * problem.keys + start) * width;
            packRows<width>(source, panelLayout(layout, count, panels, p), 1, rows, width);
        };
        for (int p = 0; p < panels.count; p++) {
            panelRows(tensors.keys, keys, p);
            panelRows(tensors.values, values, p);
        }
        float largest = 0;
        for (int64_t j = 0; j < count; j++) {
            float square = 0;
            for (int p = 0; p < panels.count; p++) {
                const float *row = keys + (p * problem.keys + start + j) * width;
                for (int c = 0; c < width; c++) square += row[c] * row[c];
            }
            if (!(square < INFINITY)) return INFINITY;
            largest = std::max(largest, square);
        }
        return largest;
    }
};

void forward(const Problem &problem, const ForwardTensors &tensors) {
    const Panels panels(problem.channels);
    withPanelWidth<Forward>(panels.width, problem, tensors, panels);
}

}  // namespace
}  // namespace sapool::attention
