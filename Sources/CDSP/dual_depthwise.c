#include "cdsp_depthwise.h"
#include "dual_depthwise_block.h"

CDSP_INLINE int32_t low(int32_t halves) { return (int16_t)halves; }
CDSP_INLINE int32_t high(int32_t halves) { return halves >> 16; }

// What requantises four channels, in both forms; the quick one holds where all four allow it.
typedef struct {
    CDSPMultiplier any[4];
    CDSPQuickMultiplier quick[4];
    int is_quick;
} Multipliers;

// One pixel: any window, any place.
static void write_pixel(
    const CDSPDepthwise *row, const int32_t *taps, const CDSPScale *scale, const Multipliers *by, int32_t x,
    int8_t *output) {
    const int32_t left = x * row->stride - row->left;
    const int32_t first = left < 0 ? -left : 0;
    const int32_t room = row->input_width - left;
    const int32_t columns = (room < row->width ? room : row->width) - first;
    const int32_t channels = row->channels;
    const int32_t lanes = (-row->zero & 0xFFFF) | (int32_t)((uint32_t)-row->zero << 16);
    int32_t sum0 = scale->bias[0], sum1 = scale->bias[1], sum2 = scale->bias[2], sum3 = scale->bias[3];
    for (int32_t line = 0; line < row->line_count; line++) {
        const int8_t *source = row->lines[line] + (left + first) * channels;
        const int32_t *weights = taps + 2 * (line * row->width + first);
        for (int32_t column = columns; column > 0; column--) {
            int32_t word = cdsp_load4(source);
            int32_t even = cdsp_add_even(lanes, word), odd = cdsp_add_odd(lanes, word);
            CDSPWords weight = cdsp_load_words(weights);
            sum0 = cdsp_smlabb(even, weight.first, sum0);
            sum2 = cdsp_smlatt(even, weight.first, sum2);
            sum1 = cdsp_smlabb(odd, weight.second, sum1);
            sum3 = cdsp_smlatt(odd, weight.second, sum3);
            source += channels;
            weights += 2;
        }
    }
    output[0] = cdsp_int8(by->any[0], sum0, scale->zero);
    output[1] = cdsp_int8(by->any[1], sum1, scale->zero);
    output[2] = cdsp_int8(by->any[2], sum2, scale->zero);
    output[3] = cdsp_int8(by->any[3], sum3, scale->zero);
}

// Four pixels of one channel.
CDSP_INLINE void write_four(
    const int32_t *sums, const Multipliers *by, int32_t channel, int32_t zero, int32_t channels, int8_t *output) {
    if (by->is_quick) {
        const CDSPQuickMultiplier quick = by->quick[channel];
        for (int32_t pixel = 0; pixel < 4; pixel++, output += channels) *output = cdsp_quick_int8(quick, sums[pixel]);
    } else {
        const CDSPMultiplier any = by->any[channel];
        for (int32_t pixel = 0; pixel < 4; pixel++, output += channels) *output = cdsp_int8(any, sums[pixel], zero);
    }
}

// Channels 0 and 2 (`half` 0) or 1 and 3 (1) of blocks of four pixels from `first` on; `output` is the first pixel's first channel.
CDSP_INLINE void write_blocks(
    const CDSPDepthwise *row, const int32_t *taps, const CDSPScale *scale, const Multipliers *by, const int half,
    int8_t *output) {
    DepthwiseBlock block = {.channels = row->channels};
    int32_t sums[2][3] = {{0}};
    for (int32_t line = 0; line < 3; line++) {
        // A line outside the map counts for nothing: weights of 0, and any memory that may be read.
        const int is_there = line < row->line_count;
        block.lines[line] = row->lines[is_there ? line : 0];
        for (int32_t column = 0; column < 3; column++) {
            int32_t weights = is_there ? taps[2 * (3 * line + column) + half] : 0;
            block.taps[line][column] = weights;
            sums[0][column] += low(weights);
            sums[1][column] += high(weights);
        }
    }
    // What the zero point makes of a whole window goes into the bias, as columns outside the map are left out of the sums.
    int32_t start[2], left[2], right[2];
    for (int32_t index = 0; index < 2; index++) {
        int32_t all = sums[index][0] + sums[index][1] + sums[index][2];
        start[index] = scale->bias[2 * index + half] - row->zero * all;
        left[index] = start[index] + row->zero * sums[index][0];
        right[index] = start[index] + row->zero * sums[index][2];
    }
    const int32_t channels = row->channels, width = row->output_width;
    for (int32_t x = 0; x < width; x += 4) {
        // The last block may overlap the one before: the same bytes are written again.
        if (x > width - 4) x = width - 4;
        const int32_t begin = x - row->left;
        const int is_left = begin < 0, is_right = begin + 6 > row->input_width;
        block.offset = begin * channels;
        BlockSums s = {is_left ? left[0] : start[0], start[0], start[0], is_right ? right[0] : start[0],
                       is_left ? left[1] : start[1], start[1], start[1], is_right ? right[1] : start[1]};
        if (half == 0) ADD_BLOCK(block, s, is_left, is_right, "")
        else ADD_BLOCK(block, s, is_left, is_right, ", ror #8")
        int8_t *pixel = output + x * channels + half;
        write_four(&s.a0, by, half, scale->zero, channels, pixel);
        write_four(&s.c0, by, half + 2, scale->zero, channels, pixel + 2);
    }
}

static int has_blocks(const CDSPDepthwise *row) {
    // Blocks know of at most one column outside the map on either side.
    return row->width == 3 && row->stride == 1 && row->line_count > 0 && row->line_count <= 3 &&
           row->output_width >= 4 && row->left <= 1 && row->output_width - row->left + 2 <= row->input_width + 1;
}

void cdsp_dual_depthwise(const CDSPDepthwise *row, const int32_t *taps, const CDSPScale *scale, int8_t *output) {
    Multipliers by = {.is_quick = 1};
    for (int32_t index = 0; index < 4; index++) {
        const int32_t multiplier = scale->multipliers[index], shift = scale->shifts[index];
        by.any[index] = cdsp_multiplier(multiplier, shift);
        if (!cdsp_is_quick(shift)) by.is_quick = 0;
        else by.quick[index] = cdsp_quick_multiplier(multiplier, shift, scale->zero);
    }
    if (has_blocks(row)) {
        write_blocks(row, taps, scale, &by, 0, output);
        write_blocks(row, taps, scale, &by, 1, output);
    } else {
        for (int32_t x = 0; x < row->output_width; x++) {
            write_pixel(row, taps, scale, &by, x, output + x * row->channels);
        }
    }
}
