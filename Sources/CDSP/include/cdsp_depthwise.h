// Depthwise convolution on the dual unit.
#pragma once
#include "cdsp.h"

/// One row of output pixels by the part of a window that lies on the map.
typedef struct {
    /// Those lines of the map that the window sees, from their first pixel on.
    const int8_t *const *lines;
    int32_t line_count;
    /// Numbers from one column to the next.
    int32_t channels;
    /// Columns of the window, steps between output pixels, and the window's place left of the map at the first pixel.
    int32_t width, stride, left;
    int32_t input_width, output_width;
    int32_t zero;
    /// Channels are computed four by four, from the first one on.
    int32_t quads;
} CDSPDepthwise;

/// The first `4 * quads` channels of a window of at most 7×7. `weights` is the first line's first tap.
void cdsp_dual_depthwise(const CDSPDepthwise *row, const int8_t *weights, const CDSPScale *scale, int8_t *output);
