/// The backward pass for panels of one width.
///
/// With P = softmax(scale · Q Kᵀ), dP = dO Vᵀ and δ = rowsum(dO ∘ O): dV = Pᵀ dO, dS = P ∘ (dP − δ), dK = scale · dSᵀ Q
/// and dQ = scale · dS K. P comes again from Q, K and the saved logsumexp.
///
/// Here a vector holds *keys*, one a lane, and queries are the scalars: dK and dV then add up in registers over
/// queries. A *tile* is 64 queries by 16 vectors of keys: large enough that what is loaded and stored for it costs
/// little, small enough that its dS stays in the cache until dQ is summed from it. dQ adds up as vectors too, whose
/// lanes are summed once a query.
///
/// A task is a run of keys of one pair; it owns dK and dV of these keys, and leaves its share of dQ in memory of its
/// own. Shares are added in one order, and how many there are follows from the shapes: the gradients have the same bits
/// from run to run and for any number of threads.
#pragma once

#include "../Support/Exponential.h"
#include "KeyRun.h"
#include "../Support/Threads.h"

#include <tuple>

namespace sapool::attention {
namespace {

template <int width>
struct Backward {
    /// A query's row in each panel: scale · log₂e · q, dO, then (first panel) logsumexp in powers of two and δ.
    static constexpr int rowStride = 2 * width + 2;
    static constexpr int logsumexp = 2 * width;
    static constexpr int delta = 2 * width + 1;

    /// Queries whose sums run side by side.
    static constexpr int group = 4;

    /// Adds products of `rows` with one panel's vectors to what `sums` holds; the first panel starts anew. `finish`
    /// turns a sum into what is stored.
    template <bool first, int column, int vectors, typename Finish>
    SAPOOL_INLINE static void products(
        const Lanes *x, int64_t padded, const float *rows, int count, Lanes *sums, int64_t sumsStride,
        const Finish &finish
    ) {
        constexpr bool fits = vectors * (width + group) + 1 < registers;
        Lanes kept[width][vectors];
        if (fits) {
#pragma unroll
            for (int c = 0; c < width; c++) {
#pragma unroll
                for (int v = 0; v < vectors; v++) kept[c][v] = x[v * padded + c];
            }
        }
        inGroups<group>(count, [&]<int size>(int i, std::integral_constant<int, size>) __attribute__((always_inline)) {
            Lanes s[size][vectors];
#pragma unroll
            for (int c = 0; c < width; c++) {
#pragma unroll
                for (int b = 0; b < size; b++) {
                    const float value = rows[(i + b) * rowStride + column + c];
#pragma unroll
                    for (int v = 0; v < vectors; v++) {
                        const Lanes factor = fits ? kept[c][v] : x[v * padded + c];
                        if (c == 0) s[b][v] = first ? factor * value : sums[v * sumsStride + i + b] + factor * value;
                        else s[b][v] += factor * value;
                    }
                }
            }
#pragma unroll
            for (int b = 0; b < size; b++) {
#pragma unroll
                for (int v = 0; v < vectors; v++) sums[v * sumsStride + i + b] = finish(i + b, v, s[b][v]);
            }
        });
    }

    /// Scores, in powers of two: with the bits they had in the forward pass.
    template <bool first, int vectors>
    [[gnu::noinline]] static void scores(
        const Lanes *keys, int64_t padded, const float *rows, int count, Lanes *scores
    ) {
        products<first, 0, vectors>(
            keys, padded, rows, count, scores, queriesPerTile,
            [](int, int, Lanes s) __attribute__((always_inline)) { return s; });
    }

    /// dP; the last panel then turns the scores into P, and dP into dS.
    ///
    /// - Parameters: `rows` are of this panel, `firstRows` of the first.
    template <bool first, bool last, int vectors>
    [[gnu::noinline]] static void differences(
        const Lanes *values, int64_t padded, const float *rows, const float *firstRows, int count, Lanes *probabilities,
        Lanes *differences
    ) {
        products<first, width, vectors>(
            values, padded, rows, count, differences, differenceStride,
            [=](int i, int v, Lanes t) __attribute__((always_inline)) {
                if (!last) return t;
                const float *const row = firstRows + i * rowStride;
                Lanes &probability = probabilities[v * queriesPerTile + i];
                // Not before the sum is complete: scores are rounded as they were when logsumexp was made of them.
                const Lanes p = scaledPowerOfAny(probability - row[logsumexp]);
                probability = p;
                return p * (t - row[delta]);
            });
    }

    /// Adds weights times a part of the rows to one panel of a gradient.
    template <int column, int vectors>
    SAPOOL_INLINE static void gather(
        const Lanes *weights, int64_t weightsStride, const float *rows, int count, Lanes *gradient, int64_t padded
    ) {
        constexpr int strip = stripOf(width, vectors);
        for (int start = 0; start < width; start += strip) {
            Lanes sums[strip][vectors] = {};
            for (int i = 0; i < count; i++) {
                Lanes w[vectors];
#pragma unroll
                for (int v = 0; v < vectors; v++) w[v] = weights[v * weightsStride + i];
#pragma unroll
                for (int c = 0; c < strip; c++) {
                    const float value = rows[i * rowStride + column + start + c];
#pragma unroll
                    for (int v = 0; v < vectors; v++) sums[c][v] += w[v] * value;
                }
            }
#pragma unroll
            for (int c = 0; c < strip; c++) {
#pragma unroll
                for (int v = 0; v < vectors; v++) gradient[v * padded + start + c] += sums[c][v];
            }
        }
    }

    /// dV += P dO and dK += dS q for some vectors of keys and one panel; both at once where the registers hold both.
    template <int vectors>
    [[gnu::noinline]] static void gradientsOfKeys(
        const Lanes *probabilities, const Lanes *differences, const float *rows, int count, Lanes *keysGradient,
        Lanes *valuesGradient, int64_t padded
    ) {
        if constexpr (vectors == 1 && 2 * width + 3 <= registers) {
            Lanes dk[width] = {}, dv[width] = {};
            for (int i = 0; i < count; i++) {
                const Lanes p = probabilities[i], s = differences[i];
                const float *const row = rows + i * rowStride;
#pragma unroll
                for (int c = 0; c < width; c++) dv[c] += p * row[width + c];
#pragma unroll
                for (int c = 0; c < width; c++) dk[c] += s * row[c];
            }
#pragma unroll
            for (int c = 0; c < width; c++) {
                keysGradient[c] += dk[c];
                valuesGradient[c] += dv[c];
            }
        } else {
            gather<width, vectors>(probabilities, queriesPerTile, rows, count, valuesGradient, padded);
            gather<0, vectors>(differences, differenceStride, rows, count, keysGradient, padded);
        }
    }

    /// Channels of a panel that the loop for dQ sums at once, and queries that share each load of a key.
    static constexpr int queryStrip = [] {
        if (registers == 32) return width <= 12 ? width : width / 2;
        return width % 6 == 0 ? 6 : width % 4 == 0 ? 4 : width > 2 ? width / 2 : width;
    }();
    static constexpr int sharing = std::clamp((registers - 2) / (queryStrip + 1), 1, 4);

    /// dQ += dS K over the tile's vectors of keys, for one panel, lane by lane.
    [[gnu::noinline]] static void gradientsOfQueries(
        const Lanes *differences, const Lanes *keys, int64_t padded, int vectors, int count, Lanes *gradient
    ) {
        inGroups<sharing>(count, [&]<int size>(int i, std::integral_constant<int, size>)
            __attribute__((always_inline)) {
            for (int start = 0; start < width; start += queryStrip) {
                Lanes sums[size][queryStrip] = {};
                for (int k = 0; k < vectors; k++) {
                    Lanes s[size];
#pragma unroll
                    for (int b = 0; b < size; b++) s[b] = differences[k * differenceStride + i + b];
#pragma unroll
                    for (int c = 0; c < queryStrip; c++) {
                        const Lanes key = keys[k * padded + start + c];
#pragma unroll
                        for (int b = 0; b < size; b++) sums[b][c] += s[b] * key;
                    }
                }
#pragma unroll
                for (int b = 0; b < size; b++) {
#pragma unroll
                    for (int c = 0; c < queryStrip; c++) gradient[(i + b) * padded + start + c] += sums[b][c];
                }
            }
        });
    }

    /// P and dS of some vectors of keys and a tile's queries, and what they add to dK and dV.
    template <int vectors>
    static void visit(
        const KeyRun &run, int64_t vector, const Panels &panels, const float *rows, int64_t panelStride, int count,
        int64_t validKeys, Lanes *differencesRows
    ) {
        const int64_t padded = panels.padded();
        const Lanes *const keys = run.keys + vector * padded, *const values = run.values + vector * padded;
        for (int p = 0; p < panels.count; p++) {
            const float *const r = rows + p * panelStride;
            if (p == 0) scores<true, vectors>(keys, padded, r, count, run.probabilities);
            else scores<false, vectors>(keys + p * width, padded, r, count, run.probabilities);
        }
        for (int p = 0; p < panels.count; p++) {
            const float *const r = rows + p * panelStride;
            const Lanes *const v = values + p * width;
            const bool last = p == panels.count - 1;
            Lanes *const P = run.probabilities;
            if (p == 0 && last) differences<true, true, vectors>(v, padded, r, rows, count, P, differencesRows);
            else if (p == 0) differences<true, false, vectors>(v, padded, r, rows, count, P, differencesRows);
            else if (last) differences<false, true, vectors>(v, padded, r, rows, count, P, differencesRows);
            else differences<false, false, vectors>(v, padded, r, rows, count, P, differencesRows);
        }
        for (int v = 0; v < vectors; v++) {
            const int64_t valid = validKeys - (vector + v) * lanes;
            if (valid >= lanes) continue;
            mask(run.probabilities + v * queriesPerTile, count, valid);
            mask(differencesRows + v * differenceStride, count, valid);
        }
        for (int p = 0; p < panels.count; p++) {
            gradientsOfKeys<vectors>(
                run.probabilities, differencesRows, rows + p * panelStride, count,
                run.keysGradient + vector * padded + p * width, run.valuesGradient + vector * padded + p * width, padded);
        }
    }

    /// Zeros in the lanes past the last key, whose scores are those of no key.
    static void mask(Lanes *values, int count, int64_t valid) {
        Bits keep;
        for (int l = 0; l < lanes; l++) keep[l] = l < valid ? ~0u : 0u;
        for (int i = 0; i < count; i++) values[i] = (Lanes)((Bits)values[i] & keep);
    }

    /// One task: gradients of a run of `count` keys over all queries of its pair.
    ///
    /// - Parameter share: receives this run's share of dQ, but for factors, `[query][padded channel]`.
    static void runOfKeys(
        const KeyRun &run, const Problem &problem, const Panels &panels, const float *rows, int64_t count, float *share
    ) {
        const int64_t vectors = divideUp(count, lanes), padded = panels.padded();
        const int64_t panelStride = problem.queries * rowStride;
        std::fill_n(run.keysGradient, vectors * padded, Lanes{});
        std::fill_n(run.valuesGradient, vectors * padded, Lanes{});
        for (int64_t i = 0; i < problem.queries; i += queriesPerTile) {
            const int queries = static_cast<int>(std::min<int64_t>(queriesPerTile, problem.queries - i));
            const float *const r = rows + i * rowStride;
            std::fill_n(run.queriesGradient, queriesPerTile * padded, Lanes{});
            for (int64_t start = 0; start < vectors; start += vectorsPerTile) {
                const int tile = static_cast<int>(std::min<int64_t>(vectorsPerTile, vectors - start));
                int k = 0;
                for (; k + vectorsAtOnce <= tile; k += vectorsAtOnce) {
                    visit<vectorsAtOnce>(
                        run, start + k, panels, r, panelStride, queries, count, run.differences + k * differenceStride);
                }
                for (; k < tile; k++) {
                    visit<1>(run, start + k, panels, r, panelStride, queries, count, run.differences + k * differenceStride);
                }
                for (int p = 0; p < panels.count; p++) {
                    gradientsOfQueries(
                        run.differences, run.keys + start * padded + p * width, padded, tile, queries,
                        run.queriesGradient + p * width);
                }
            }
            sumLanes(run.queriesGradient, queries * padded, share + i * padded);
        }
    }

    /// `sums[i]` = the sum of the lanes of `vectors[i]`. Up to the next multiple of `lanes` of vectors may be
    /// overwritten.
    static void sumLanes(Lanes *vectors, int64_t count, float *sums) {
        for (int64_t i = 0; i < count; i += lanes) {
            const Lanes sum = sumOfEach(vectors + i);
            std::memcpy(sums + i, &sum, sizeof(float) * std::min<int64_t>(lanes, count - i));
        }
    }

    static void run(const Problem &problem, const BackwardTensors &tensors, const Panels &panels) {
        const int64_t padded = panels.padded();
        const int64_t rowsOfPair = panels.count * problem.queries * rowStride;
        const Scratch<float> rows(problem.pairs() * rowsOfPair);
        const int64_t packs = divideUp(problem.queries, tokensPerPack);
        parallel(problem.pairs() * packs, [&](int64_t task, int) {
            const int64_t pair = task / packs;
            pack(problem, tensors, panels, pair, task % packs * tokensPerPack, rows.data() + pair * rowsOfPair);
        });

        const Split split(problem);
        const int64_t shareSize = problem.queries * padded;
        const Scratch<float> shares(problem.pairs() * split.count * shareSize);
        const int64_t vectors = divideUp(std::min(split.keys, problem.keys), lanes);
        const int64_t size = KeyRun::size(vectors, padded);
        const Scratch<Lanes> working(maximumWorkers() * size);
        parallel(problem.pairs() * split.count, [&](int64_t task, int worker) {
            const int64_t pair = task / split.count, start = task % split.count * split.keys;
            const int64_t count = std::min(split.keys, problem.keys - start);
            const KeyRun run(working.data() + worker * size, vectors, padded);
            loadRun<width>(problem, panels, tensors.keys, pair, start, count, run.keys);
            loadRun<width>(problem, panels, tensors.values, pair, start, count, run.values);
            runOfKeys(run, problem, panels, rows.data() + pair * rowsOfPair, count, shares.data() + task * shareSize);
            // Powers lack the leading coefficient, and rows hold q · scale · log₂e.
            storeRun<width>(
                problem, panels, tensors.keysGradient, pair, start, count, ln2 * leadingCoefficient, run.keysGradient);
            storeRun<width>(
                problem, panels, tensors.valuesGradient, pair, start, count, leadingCoefficient, run.valuesGradient);
        });

        parallel(problem.pairs() * packs, [&](int64_t task, int) {
            const int64_t pair = task / packs;
            addShares(
                problem, panels, split, task % packs * tokensPerPack, shares.data() + pair * split.count * shareSize,
                tensors.queriesGradient, tensors.queriesGradient.pair(problem, pair));
        });
    }

private:
    /// Rows of at most `tokensPerPack` queries, `start` and on.
    static void pack(
        const Problem &problem, const BackwardTensors &tensors, const Panels &panels, int64_t pair, int64_t start,
        float *rows
    ) {
        const int64_t count = std::min(tokensPerPack, problem.queries - start);
        const auto from = [&](const Tokens<const float> &layout) {
            return layout.pair(problem, pair) + start * layout.tokenStride;
        };
        const auto &[q, o, g] = std::tie(tensors.queries, tensors.output, tensors.outputGradient);
        for (int p = 0; p < panels.count; p++) {
            float *const panel = rows + (p * problem.queries + start) * rowStride;
            packRows<width>(
                from(q) + p * width * q.channelStride, panelLayout(q, count, panels, p), problem.scale * log2e, panel,
                rowStride);
            packRows<width>(
                from(g) + p * width * g.channelStride, panelLayout(g, count, panels, p), 1, panel + width, rowStride);
        }
        for (int64_t i = 0; i < count; i++) {
            float product = 0;
            const float *const token = from(o) + i * o.tokenStride, *const gradient = from(g) + i * g.tokenStride;
            for (int64_t c = 0; c < panels.channels; c++) {
                product += gradient[c * g.channelStride] * token[c * o.channelStride];
            }
            float *const row = rows + (start + i) * rowStride;
            row[logsumexp] = static_cast<float>(tensors.logsumexp[pair * problem.queries + start + i] * log2e);
            row[delta] = product;
        }
    }

    /// dQ of at most `tokensPerPack` queries, `start` and on.
    static void addShares(
        const Problem &problem, const Panels &panels, const Split &split, int64_t start, const float *shares,
        const Tokens<float> &layout, float *gradient
    ) {
        const int64_t end = std::min(start + tokensPerPack, problem.queries), padded = panels.padded();
        const double factor = problem.scale * leadingCoefficient;
        for (int64_t i = start; i < end; i++) {
            for (int64_t c = 0; c < panels.channels; c++) {
                float sum = 0;
                for (int64_t s = 0; s < split.count; s++) sum += shares[(s * problem.queries + i) * padded + c];
                gradient[i * layout.tokenStride + c * layout.channelStride] = static_cast<float>(sum * factor);
            }
        }
    }
};

void backward(const Problem &problem, const BackwardTensors &tensors) {
    const Panels panels(problem.channels);
    withPanelWidth<Backward>(panels.width, problem, tensors, panels);
}

}  // namespace
}  // namespace sapool::attention
