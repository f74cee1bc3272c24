/// What a task of the backward pass works on: a run of keys of one pair, and a tile of queries.
#pragma once

#include "Panels.h"

namespace sapool::attention {
namespace {

constexpr int queriesPerTile = 64;
constexpr int vectorsPerTile = 16;

/// dS of a tile is `[key vector][query]`; one more vector a row keeps the rows from falling into the same cache sets.
constexpr int differenceStride = queriesPerTile + 1;

/// How a pair's keys are shared out to tasks.
struct Split {
    int64_t count, keys;

    explicit Split(const Problem &problem) {
        // Enough tasks for many threads, yet shares of dQ that cost at most 16 times its memory, and little time.
        constexpr int64_t wantedTasks = 64, mostShares = 16, fewestKeys = 512, tile = vectorsPerTile * lanes;
        const int64_t wanted = std::min({
            divideUp(wantedTasks, problem.pairs()), mostShares, std::max<int64_t>(1, problem.keys / fewestKeys)});
        keys = divideUp(divideUp(problem.keys, wanted), tile) * tile;
        count = divideUp(problem.keys, keys);
    }
};

/// Working memory of one task, in vectors: a run of keys as `[vector][padded channel]`, and a tile.
struct KeyRun {
    Lanes *keys, *values, *keysGradient, *valuesGradient;
    Lanes *probabilities, *differences, *queriesGradient;

    static int64_t size(int64_t vectors, int64_t padded) {
        return 4 * vectors * padded + vectorsAtOnce * queriesPerTile + vectorsPerTile * differenceStride + queriesPerTile * padded;
    }

    KeyRun(Lanes *memory, int64_t vectors, int64_t padded) {
        const auto take = [&](int64_t count) { return std::exchange(memory, memory + count); };
        keys = take(vectors * padded);
        values = take(vectors * padded);
        keysGradient = take(vectors * padded);
        valuesGradient = take(vectors * padded);
        probabilities = take(vectorsAtOnce * queriesPerTile);
        differences = take(vectorsPerTile * differenceStride);
        queriesGradient = take(queriesPerTile * padded);
    }
};

/// Calls `body(token, layout, vector index)` for each vector and panel of a run of keys.
template <int width, typename Element, typename Body>
void eachPanelOfRun(
    const Problem &problem, const Panels &panels, const Tokens<Element> &layout, int64_t pair, int64_t start,
    int64_t count, const Body &body
) {
    for (int64_t k = 0; k * lanes < count; k++) {
        for (int p = 0; p < panels.count; p++) {
            Element *const token = layout.pair(problem, pair) + (start + k * lanes) * layout.tokenStride
                + p * width * layout.channelStride;
            const int64_t valid = std::min<int64_t>(lanes, count - k * lanes);
            body(token, panelLayout(layout, valid, panels, p), k * panels.padded() + p * width);
        }
    }
}

/// Keys or values to vectors.
template <int width>
void loadRun(
    const Problem &problem, const Panels &panels, const Tokens<const float> &layout, int64_t pair, int64_t start,
    int64_t count, Lanes *vectors
) {
    eachPanelOfRun<width>(
        problem, panels, layout, pair, start, count, [&](const float *source, const PanelLayout &panel, int64_t index) {
            packLanes<width>(source, panel, 1, vectors + index);
        });
}

/// Vectors of a gradient, times `factor`, to the caller's memory.
template <int width>
void storeRun(
    const Problem &problem, const Panels &panels, const Tokens<float> &layout, int64_t pair, int64_t start,
    int64_t count, float factor, const Lanes *vectors
) {
    eachPanelOfRun<width>(
        problem, panels, layout, pair, start, count, [&](float *target, const PanelLayout &panel, int64_t index) {
            unpackLanes<width>(vectors + index, panel, factor, target);
        });
}

}  // namespace
}  // namespace sapool::attention
