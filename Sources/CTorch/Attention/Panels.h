/// Channels are cut into panels: runs of at most 16 channels whose vectors fit the registers.
///
/// A panel's width is a template parameter, the number of panels a loop. A head of 12 channels is one panel of 12, one
/// of 40 is three of 14; channels past the last are zeros in packed memory only, never in the caller's.
#pragma once

#include "Kernels.h"
#include "../Support/Lanes.h"

#include <algorithm>
#include <cstdlib>

namespace sapool::attention {
namespace {

constexpr int widestPanel = 16;

/// Vectors of tokens that share each scalar that is loaded: one load a multiply-add would bind, since processors load no more
/// vectors a cycle than they multiply.
constexpr int vectorsAtOnce = 2;

/// Channels of a panel for whose sums, of `vectors` each, there are registers at once.
constexpr int stripOf(int width, int vectors) {
    int strip = width;
    while (strip % 2 == 0 && vectors * (strip + 1) + 1 > registers) strip /= 2;
    return strip;
}

/// Tokens of one packing task.
constexpr int64_t tokensPerPack = 512;

constexpr int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct Panels {
    int64_t channels;
    int count;
    int width;

    /// - Parameter channels: of a head, 1 to `maximumChannels`.
    explicit Panels(int64_t channels)
        : channels(channels),
          count(static_cast<int>(divideUp(channels, widestPanel))),
          width(static_cast<int>(divideUp(divideUp(channels, count), 2) * 2)) {}

    /// Channels with those of the padding.
    int64_t padded() const { return int64_t(count) * width; }

    /// Channels of the caller's in a panel; the rest is padding.
    int filled(int panel) const {
        return static_cast<int>(std::clamp<int64_t>(channels - int64_t(panel) * width, 0, width));
    }
};

/// Calls `Kernel<width>::run(arguments...)` for a run-time width.
template <template <int> class Kernel, typename... Arguments>
void withPanelWidth(int width, Arguments &&...arguments) {
    switch (width) {
        case 2: return Kernel<2>::run(arguments...);
        case 4: return Kernel<4>::run(arguments...);
        case 6: return Kernel<6>::run(arguments...);
        case 8: return Kernel<8>::run(arguments...);
        case 10: return Kernel<10>::run(arguments...);
        case 12: return Kernel<12>::run(arguments...);
        case 14: return Kernel<14>::run(arguments...);
        case 16: return Kernel<16>::run(arguments...);
        default: std::abort();  // `Panels` makes no other.
    }
}

/// Where the elements of a panel lie in the caller's memory, from `start` on.
struct PanelLayout {
    int64_t tokenStride, channelStride;
    /// Tokens, and channels that are not padding.
    int64_t count;
    int filled;
};

template <typename Element>
PanelLayout panelLayout(const Tokens<Element> &tokens, int64_t count, const Panels &panels, int panel) {
    return {tokens.tokenStride, tokens.channelStride, count, panels.filled(panel)};
}

/// Calls `body(token, channel, offset)` for each element. Whole panels of neighbouring channels are the usual case, for
/// which the compiler knows all steps.
template <int width, typename Body>
SAPOOL_INLINE void eachElement(const PanelLayout &layout, const Body &body) {
    if (layout.channelStride == 1 && layout.filled == width) {
        for (int64_t i = 0; i < layout.count; i++) {
#pragma unroll
            for (int c = 0; c < width; c++) body(i, c, i * layout.tokenStride + c);
        }
    } else {
        for (int64_t i = 0; i < layout.count; i++) {
            for (int c = 0; c < layout.filled; c++) body(i, c, i * layout.tokenStride + c * layout.channelStride);
        }
    }
}

/// Copies tokens times `factor`, rounded once, to rows of `rowStride` floats, `width` of which are written: channels,
/// then zeros.
template <int width>
void packRows(const float *source, const PanelLayout &layout, double factor, float *rows, int64_t rowStride) {
    eachElement<width>(layout, [&](int64_t i, int c, int64_t offset) __attribute__((always_inline)) {
        rows[i * rowStride + c] = static_cast<float>(source[offset] * factor);
    });
    for (int c = layout.filled; c < width; c++) {
        for (int64_t i = 0; i < layout.count; i++) rows[i * rowStride + c] = 0;
    }
}

/// Copies at most `lanes` tokens to `width` vectors, a token a lane and a channel a vector; the rest is zeros.
template <int width>
void packLanes(const float *source, const PanelLayout &layout, double factor, Lanes *vectors) {
    alignas(64) float values[width][lanes] = {};
    eachElement<width>(layout, [&](int64_t i, int c, int64_t offset) __attribute__((always_inline)) {
        values[c][i] = static_cast<float>(source[offset] * factor);
    });
    std::memcpy(vectors, values, sizeof values);
}

/// The inverse of `packLanes`.
template <int width>
void unpackLanes(const Lanes *vectors, const PanelLayout &layout, float factor, float *target) {
    alignas(64) float values[width][lanes];
    for (int c = 0; c < width; c++) {
        const Lanes scaled = vectors[c] * factor;
        std::memcpy(values[c], &scaled, sizeof scaled);
    }
    eachElement<width>(layout, [&](int64_t i, int c, int64_t offset) __attribute__((always_inline)) {
        target[offset] = values[c][i];
    });
}

}  // namespace
}  // namespace sapool::attention
