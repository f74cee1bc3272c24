// Depthwise convolution on the dual unit.
#pragma once
#include "cdsp.h"

/// One row of output pixels by the part of a window that lies on the map.
typedef struct {
    /// The row's first pixel: its channel of lines `first_line` to `last_line` of its window, as far left as the window begins.
    const int8_t *const *lines;
    int32_t line_count;
    /// Numbers from one column to the next.
    int32_t channels;
    /// Columns of the window, steps between output pixels, and the window's place left of the map at the first pixel.
    int32_t width, stride, left;
    int32_t input_width, output_width;
    int32_t zero;
} CDSPDepthwise;

/// Four neighbouring channels. `taps` has, for each tap on the map, the weights of channels 0 and 2, then of 1 and 3, widened to
/// halves. Tables of `scale` begin at the first channel.
void cdsp_dual_depthwise(const CDSPDepthwise *row, const int32_t *taps, const CDSPScale *scale, int8_t *output);
