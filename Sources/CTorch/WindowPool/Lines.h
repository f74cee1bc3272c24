/// Lines of maps as vectors of channels: where they lie in memory, or as a copy where channels are not neighbours.
#pragma once

#include "Kernels.h"
#include "../Support/Lanes.h"

namespace sapool::pooling {
namespace {

/// The most channels of one task: its lines then stay in the first caches.
constexpr int64_t channelsPerBlock = 64;

/// What one task works on: some channels of an image.
struct Block {
    int64_t image, firstChannel, channels;

    /// Vectors a pixel.
    int64_t vectors() const { return (channels + lanes - 1) / lanes; }

    static int64_t countOf(const Problem &problem) {
        return (problem.channels + channelsPerBlock - 1) / channelsPerBlock;
    }

    /// Block `index` of the batch.
    Block(const Problem &problem, int64_t index)
        : image(index / countOf(problem)), firstChannel(index % countOf(problem) * channelsPerBlock),
          channels(std::min(channelsPerBlock, problem.channels - firstChannel)) {}
};

SAPOOL_INLINE Lanes loadLanes(const float *source) {
    Lanes vector;
    std::memcpy(&vector, source, sizeof vector);
    return vector;
}

SAPOOL_INLINE void storeLanes(float *target, Lanes vector) { std::memcpy(target, &vector, sizeof vector); }

/// One map's lines for one block. A line is `[column][vector]`, `pixelStride` floats from pixel to pixel.
///
/// In channels-last memory with whole vectors of channels that is what the map is. Otherwise a line is copied to
/// `copy`, channels past the last as zeros.
template <typename Element>
class Lines {
public:
    /// Vectors that `copy` has to have room for.
    static int64_t copySize(int64_t columns) { return columns * (channelsPerBlock / lanes); }

    Lines(const Map<Element> &map, const Block &block, int64_t columns, Lanes *copy)
        : map(map), origin(map.data + block.image * map.batchStride + block.firstChannel * map.channelStride),
          channels(block.channels), columns(columns), copy(reinterpret_cast<float *>(copy)),
          isDirect(map.channelStride == 1 && block.channels % lanes == 0),
          pixelStride(isDirect ? map.columnStride : block.vectors() * lanes) {
        if (!isDirect) std::fill_n(this->copy, columns * pixelStride, 0.0f);
    }

    /// The line of a row, to read.
    const float *read(int64_t row) const {
        if (isDirect) return origin + row * map.rowStride;
        eachElement(row, [](auto &element, float &copied) { copied = element; });
        return copy;
    }

    /// Memory for the line of a row, to be written by `write`.
    float *lineToWrite(int64_t row) const {
        if constexpr (std::is_const_v<Element>) return nullptr;
        else return isDirect ? origin + row * map.rowStride : copy;
    }

    /// Puts what `lineToWrite` gave in its place.
    void write(int64_t row) const {
        if (!isDirect) eachElement(row, [](auto &element, float &copied) { element = copied; });
    }

    int64_t stride() const { return pixelStride; }

private:
    template <typename Body>
    void eachElement(int64_t row, const Body &body) const {
        for (int64_t c = 0; c < channels; c++) {
            Element *const source = origin + row * map.rowStride + c * map.channelStride;
            for (int64_t x = 0; x < columns; x++) body(source[x * map.columnStride], copy[x * pixelStride + c]);
        }
    }

    Map<Element> map;
    Element *origin;
    int64_t channels, columns;
    float *copy;
    bool isDirect;
    int64_t pixelStride;
};

/// Hands out working memory, piece by piece.
class Pieces {
public:
    explicit Pieces(Lanes *memory) : memory(memory) {}
    Lanes *take(int64_t count) { return std::exchange(memory, memory + count); }

private:
    Lanes *memory;
};

}  // namespace
}  // namespace sapool::pooling
