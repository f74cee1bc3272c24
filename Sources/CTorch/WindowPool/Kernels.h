/// Weighted window pooling from logits at patch resolution, float32, on the processor: what one instruction set offers.
///
/// With l the logits [C, h, w], f their weighting and W = upsample(f(l)) to H × W:
/// Y = Σ X·W / Σ W over each window, or Σ X·W / area where it is not normalised. X is read once, line by line, from top
/// to bottom; weights exist for one line of cells at a time. W, X·W and an upsampled map are never stored, neither here
/// nor for the backward pass, which computes the weights again.
///
/// As in Attention, the same templates are compiled once an instruction set, and nothing here depends on libtorch.
#pragma once

#include <cstdint>
#include <vector>

namespace sapool::pooling {

/// One axis of a map: its lines, the cells of patches they belong to, and the windows that slide over them.
struct Axis {
    int64_t lines, cells, windows, kernel, stride, padding;
    /// The cell that each line copies, as libtorch rounds nearest-neighbour upsampling: in single precision.
    std::vector<int32_t> cell;

    Axis(int64_t lines, int64_t cells, int64_t kernel, int64_t stride, int64_t padding)
        : lines(lines), cells(cells), windows((lines + 2 * padding - kernel) / stride + 1), kernel(kernel),
          stride(stride), padding(padding), cell(lines) {
        const float scale = static_cast<float>(cells) / static_cast<float>(lines);
        for (int64_t line = 0; line < lines; line++) {
            const auto source = static_cast<int32_t>(static_cast<float>(line) * scale);
            const auto last = static_cast<int32_t>(cells - 1);
            cell[line] = cells == lines ? static_cast<int32_t>(line) : source < last ? source : last;
        }
    }

    /// The lines of a window: from `firstLine` up to, not including, `endLine`.
    int64_t firstLine(int64_t window) const { return window * stride > padding ? window * stride - padding : 0; }
    int64_t endLine(int64_t window) const {
        const int64_t end = window * stride - padding + kernel;
        return end < lines ? end : lines;
    }

    /// The windows that see a line: from `firstWindow` up to, not including, `endWindow`. There may be none.
    int64_t firstWindow(int64_t line) const {
        const int64_t distance = line + padding - kernel + 1;
        return distance > 0 ? (distance + stride - 1) / stride : 0;
    }
    int64_t endWindow(int64_t line) const {
        const int64_t end = (line + padding) / stride + 1;
        return end < windows ? end : windows;
    }

    /// The most windows that see one line.
    int64_t overlap() const { return (kernel + stride - 1) / stride; }
};

/// f: sigmoid (or not), times a factor, exponential (or not).
struct WeightingOptions {
    bool sigmoid;
    float factor;
    bool exponential;
};

/// What is to be computed.
struct Problem {
    int64_t batch, channels;
    Axis rows, columns;
    bool isNormalised;
    WeightingOptions weighting;
};

/// A tensor `[batch, channels, rows, columns]` in memory of any layout; strides count elements.
template <typename Element>
struct Map {
    Element *data;
    int64_t batchStride, channelStride, rowStride, columnStride;
};

/// Tensors of the forward pass; `sums` are Σ W of each window, used where the pooling is normalised.
struct ForwardTensors {
    Map<const float> map, logits;
    Map<float> output, sums;
};

/// Tensors of the backward pass.
struct BackwardTensors {
    Map<const float> map, logits, output, sums, outputGradient;
    Map<float> mapGradient, logitsGradient;
};

/// The kernels of one instruction set.
struct Kernels {
    void (*forward)(const Problem &, const ForwardTensors &);
    void (*backward)(const Problem &, const BackwardTensors &);
};

extern const Kernels portable;
#ifdef __x86_64__
extern const Kernels avx2;
extern const Kernels avx512;
#endif

}  // namespace sapool::pooling
