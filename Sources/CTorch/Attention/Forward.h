/// The forward pass for panels of one width.
///
/// A *tile* is a vector of queries, one a lane: keys and values are then scalars that every lane multiplies by, so they
/// stay row-major, and only Q and O are transposed, once a tile. Keys are walked in blocks. For each tile and block, a
/// first loop leaves the scores in a buffer of the first cache and finds the largest; a second one takes the powers and
/// sums p·v in registers. Each block is summed from zero and then added to the tile's sums, which keeps rounding errors
/// small where thousands of equal terms meet.
///
/// The largest score is only needed where powers could overflow: by Cauchy and Schwarz no score exceeds |q|·max|k|, and
/// a tile whose bound is small takes powers of the scores as they are.
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
constexpr int tilesPerTask = queriesPerTask / lanes;

/// Scores, in powers of two, that need no largest subtracted: sums of 2^64 are far from overflow.
constexpr float harmlessScore = 64;

/// Keys and values of all pairs as rows, panel by panel: `[pair][panel][key][width]`.
struct PackedKeys {
    const float *keys, *values;
    /// The largest |k|² of each pair and packing task.
    const float *norms;
};

/// A tile in the making. `queries` and `sums` hold a vector for each padded channel.
struct Tile {
    Lanes *queries, *sums;
    Lanes total, largest;
    bool bounded;
};

template <int width>
struct Forward {
    /// Keys whose scores are summed side by side: one alone would wait for each of its multiplications.
    static constexpr int keysAtOnce = 4;

    /// Scores of `count` keys: products with one panel, added to those of earlier panels unless this is the first.
    template <bool first, bool track>
    static Lanes score(const Lanes *queries, const float *keys, int count, Lanes *scores, Lanes largest) {
        Lanes q[width];
#pragma unroll
        for (int c = 0; c < width; c++) q[c] = queries[c];
        inGroups<keysAtOnce>(count, [&]<int size>(int j, std::integral_constant<int, size>)
            __attribute__((always_inline)) {
            Lanes s[size];
#pragma unroll
            for (int i = 0; i < size; i++) s[i] = first ? q[0] * keys[(j + i) * width] : scores[j + i];
#pragma unroll
            for (int c = first ? 1 : 0; c < width; c++) {
#pragma unroll
                for (int i = 0; i < size; i++) s[i] += q[c] * keys[(j + i) * width + c];
            }
#pragma unroll
            for (int i = 0; i < size; i++) {
                if (track) largest = larger(largest, s[i]);
                scores[j + i] = s[i];
            }
        });
        return largest;
    }

    /// Adds the values of one panel, weighted with powers of the scores. The first panel takes the powers, and leaves
    /// them in place of the scores unless it is the last as well.
    ///
    /// - Returns: the sum of the weights (first panel).
    template <bool bounded, bool first, bool last>
    static Lanes accumulate(Tile &tile, int panel, Lanes shrink, const float *values, int count, Lanes *scores) {
        Lanes sums[width] = {};
        Lanes total = {};
        const Lanes largest = tile.largest;
        inGroups<4>(count, [&]<int size>(int j, std::integral_constant<int, size>) __attribute__((always_inline)) {
            Lanes p[size];
#pragma unroll
            for (int i = 0; i < size; i++) {
                p[i] = scores[j + i];
                if (first) p[i] = bounded ? scaledPower(p[i]) : scaledPowerOfAny(p[i] - largest);
            }
            if (first) {
                if constexpr (size == 4) total += (p[0] + p[1]) + (p[2] + p[3]);
                else total += p[0];
            }
            if (first && !last) {
#pragma unroll
                for (int i = 0; i < size; i++) scores[j + i] = p[i];
            }
#pragma unroll
            for (int i = 0; i < size; i++) {
#pragma unroll
                for (int c = 0; c < width; c++) sums[c] += p[i] * values[(j + i) * width + c];
            }
        });
        Lanes *const target = tile.sums + panel * width;
#pragma unroll
        for (int c = 0; c < width; c++) target[c] = bounded ? target[c] + sums[c] : target[c] * shrink + sums[c];
        return total;
    }

    /// One tile and one block of keys.
    template <bool bounded>
    [[gnu::noinline]] static void stream(
        Tile &tile, const float *keys, const float *values, int64_t panelStride, int panels, int count, Lanes *scores
    ) {
        Lanes largest = tile.largest;
        for (int p = 0; p < panels; p++) {
            const Lanes *q = tile.queries + p * width;
            const float *k = keys + p * panelStride;
            const bool last = p == panels - 1;
            if (p == 0 && last) largest = score<true, !bounded>(q, k, count, scores, largest);
            else if (p == 0) score<true, false>(q, k, count, scores, largest);
            else if (last) largest = score<false, !bounded>(q, k, count, scores, largest);
            else score<false, false>(q, k, count, scores, largest);
        }
        Lanes shrink = splat(1);
        if (!bounded) {
            // Exactly one where nothing larger came: the error of a power would add up over the blocks.
            const Lanes power = scaledPowerOfAny(tile.largest - largest) * leadingCoefficient;
            shrink = largest > tile.largest ? power : shrink;
            tile.largest = largest;
        }
        const Lanes total = panels == 1
            ? accumulate<bounded, true, true>(tile, 0, shrink, values, count, scores)
            : accumulate<bounded, true, false>(tile, 0, shrink, values, count, scores);
        tile.total = bounded ? tile.total + total : tile.total * shrink + total;
        for (int p = 1; p < panels; p++) {
            accumulate<bounded, false, false>(tile, p, shrink, values + p * panelStride, count, scores);
        }
    }

    /// Sets a tile up for queries `start` and on.
    static void load(
        Tile &tile, const Problem &problem, const Panels &panels, const Tokens<const float> &layout,
        const float *queries, int64_t start, float largestKey
    ) {
        Lanes squares = {};
        for (int p = 0; p < panels.count; p++) {
            Lanes *const q = tile.queries + p * width;
            packLanes<width>(
                queries + start * layout.tokenStride + p * width * layout.channelStride,
                panelLayout(layout, std::min<int64_t>(lanes, problem.queries - start), panels, p),
                problem.scale * log2e, q);
            for (int c = 0; c < width; c++) {
                squares += q[c] * q[c];
                tile.sums[p * width + c] = Lanes{};
            }
        }
        float largestQuery = 0;
        bool valid = true;
        for (int l = 0; l < lanes; l++) {
            largestQuery = std::max(largestQuery, squares[l]);
            valid = valid && squares[l] < INFINITY;
        }
        tile.bounded = valid && std::sqrt(largestQuery) * largestKey < harmlessScore;
        tile.total = Lanes{};
        tile.largest = splat(tile.bounded ? 0 : -FLT_MAX);
    }

    /// Writes a tile's output and logsumexp.
    static void store(
        const Tile &tile, const Problem &problem, const Panels &panels, const Tokens<float> &layout, float *output,
        float *logsumexp, int64_t start
    ) {
        const int64_t count = std::min<int64_t>(lanes, problem.queries - start);
        for (int p = 0; p < panels.count; p++) {
            Lanes mean[width];
            for (int c = 0; c < width; c++) mean[c] = tile.sums[p * width + c] / tile.total;
            unpackLanes<width>(
                mean, panelLayout(layout, count, panels, p), 1,
                output + start * layout.tokenStride + p * width * layout.channelStride);
        }
        for (int64_t l = 0; l < count; l++) {
            const double exponent = double(tile.largest[l]) + std::log2(tile.total[l]) + leadingExponent;
            logsumexp[start + l] = static_cast<float>(ln2 * exponent);
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
        const Scratch<Lanes> working(maximumWorkers() * vectors);
        parallel(problem.pairs() * blocks, [&](int64_t task, int worker) {
            const int64_t pair = task / blocks, start = task % blocks * queriesPerTask;
            const float *const squares = norms.data() + pair * packs;
            const float largestKey = std::sqrt(*std::max_element(squares, squares + packs));
            const int64_t remaining = std::min<int64_t>(queriesPerTask, problem.queries - start);
            const int tiles = static_cast<int>(divideUp(remaining, lanes));
            Lanes *const scores = working.data() + worker * vectors;
            Tile block[tilesPerTask];
            for (int t = 0; t < tiles; t++) {
                block[t].queries = scores + keysPerBlock + 2 * t * panels.padded();
                block[t].sums = block[t].queries + panels.padded();
                load(
                    block[t], problem, panels, tensors.queries, tensors.queries.pair(problem, pair), start + t * lanes,
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
                    tensors.logsumexp + pair * problem.queries, start + t * lanes);
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
