#include "cdsp_depthwise.h"
#include "dual_depthwise_block.h"

// Any window: pixel by pixel.
__attribute__((noinline)) static void write_pixels(
    const CDSPDepthwise *row, const int8_t *weights, const CDSPScale *scale, int8_t *output) {
    // Each tap's weights of channels 0 and 2, then 1 and 3, widened to halves.
    int32_t taps[98];
    for (int32_t tap = 0; tap < row->line_count * row->width; tap++) {
        int32_t word = cdsp_load4(weights + tap * row->channels);
        taps[2 * tap] = cdsp_even(word);
        taps[2 * tap + 1] = cdsp_odd(word);
    }
    CDSPMultiplier by[4];
    for (int32_t index = 0; index < 4; index++) {
        by[index] = cdsp_multiplier(scale->multipliers[index], scale->shifts[index]);
    }
    const int32_t channels = row->channels;
    const int32_t lanes = (-row->zero & 0xFFFF) | (int32_t)((uint32_t)-row->zero << 16);
    for (int32_t x = 0; x < row->output_width; x++, output += channels) {
        const int32_t left = x * row->stride - row->left;
        const int32_t first = left < 0 ? -left : 0;
        const int32_t room = row->input_width - left;
        const int32_t columns = (room < row->width ? room : row->width) - first;
        int32_t sum0 = scale->bias[0], sum1 = scale->bias[1], sum2 = scale->bias[2], sum3 = scale->bias[3];
        for (int32_t line = 0; line < row->line_count; line++) {
            const int8_t *source = row->lines[line] + (left + first) * channels;
            const int32_t *tap = taps + 2 * (line * row->width + first);
            for (int32_t column = columns; column > 0; column--, source += channels, tap += 2) {
                int32_t word = cdsp_load4(source);
                int32_t even = cdsp_add_even(lanes, word), odd = cdsp_add_odd(lanes, word);
                sum0 = cdsp_smlabb(even, tap[0], sum0);
                sum2 = cdsp_smlatt(even, tap[0], sum2);
                sum1 = cdsp_smlabb(odd, tap[1], sum1);
                sum3 = cdsp_smlatt(odd, tap[1], sum3);
            }
        }
        output[0] = cdsp_int8(by[0], sum0, scale->zero);
        output[1] = cdsp_int8(by[1], sum1, scale->zero);
        output[2] = cdsp_int8(by[2], sum2, scale->zero);
        output[3] = cdsp_int8(by[3], sum3, scale->zero);
    }
}

// Blocks whose sums wait on the stack until they are requantised together.
enum { BLOCKS_AT_A_TIME = 8 };

// Four pixels of a channel in each block; `doubled` is twice what the sums start from.
CDSP_INLINE void requantise(
    const int32_t *sums, int32_t blocks, int32_t doubled, CDSPQuickMultiplier by, int32_t channels, int8_t *output) {
    for (; blocks > 0; blocks--, sums += 8) {
        *output = cdsp_quick_int8(by, doubled + 2 * sums[0]);
        output += channels;
        *output = cdsp_quick_int8(by, doubled + 2 * sums[1]);
        output += channels;
        *output = cdsp_quick_int8(by, doubled + 2 * sums[2]);
        output += channels;
        *output = cdsp_quick_int8(by, doubled + 2 * sums[3]);
        output += channels;
    }
}

// What two of the four channels need for a row.
typedef struct {
    /// Sums of the taps of each column of the window, as halves.
    int32_t columns[3];
    /// Twice what each channel's sums start from.
    int32_t start[2];
    CDSPQuickMultiplier by[2];
    /// Whether they are channels 1 and 3, and not 0 and 2.
    int is_odd;
} ChannelPair;

// What the zero point makes of a whole window goes into the bias; columns outside the map are no part of the sums, so that what
// was taken for them is given back where they are missing.
CDSP_INLINE void prepare(ChannelPair *pair, int32_t zero, const CDSPScale *scale, int32_t half) {
    const int32_t all = cdsp_add_halves(cdsp_add_halves(pair->columns[0], pair->columns[1]), pair->columns[2]);
    pair->is_odd = half;
    pair->start[0] = 2 * (scale->bias[half] - zero * (int16_t)all);
    pair->start[1] = 2 * (scale->bias[2 + half] - zero * (all >> 16));
    pair->by[0] = cdsp_quick_multiplier(scale->multipliers[half], scale->shifts[half], scale->zero);
    pair->by[1] = cdsp_quick_multiplier(scale->multipliers[2 + half], scale->shifts[2 + half], scale->zero);
}

// Blocks `first` up to `last` of a row of `count`, whose last one may begin before the one before it ends.
__attribute__((noinline)) static void write_blocks(
    const CDSPDepthwise *row, BlockLoop *loop, const ChannelPair *pair, int32_t first, int32_t last, int32_t count,
    int8_t *output) {
    const int32_t channels = row->channels, width = row->output_width, zero = row->zero;
    int32_t sums[8 * BLOCKS_AT_A_TIME];
    loop->sums = sums;
    loop->offset = (4 * first - row->left) * channels;
    int32_t block = first;
    if (block == 0 && row->left > 0) {
        loop->blocks = 1;
        (pair->is_odd ? add_odd_leftmost : add_even_leftmost)(loop);
        sums[0] += zero * (int16_t)pair->columns[0];
        sums[4] += zero * (pair->columns[0] >> 16);
        block = 1;
    }
    const int32_t inner = (last < count ? last : count - 1) - block;
    if (inner > 0) {
        loop->blocks = inner;
        (pair->is_odd ? add_odd : add_even)(loop);
    }
    if (last == count) {
        loop->blocks = 1;
        loop->offset = (width - 4 - row->left) * channels;
        if (width - row->left + 2 > row->input_width) {
            int32_t *const rightmost = loop->sums;
            (pair->is_odd ? add_odd_rightmost : add_even_rightmost)(loop);
            rightmost[3] += zero * (int16_t)pair->columns[2];
            rightmost[7] += zero * (pair->columns[2] >> 16);
        } else {
            (pair->is_odd ? add_odd : add_even)(loop);
        }
    }
    const int32_t aligned = last == count && (width & 3) != 0 ? last - 1 - first : last - first;
    int8_t *pixel = output + 4 * first * channels;
    requantise(sums, aligned, pair->start[0], pair->by[0], channels, pixel);
    requantise(sums + 4, aligned, pair->start[1], pair->by[1], channels, pixel + 2);
    if (aligned < last - first) {
        pixel = output + (width - 4) * channels;
        requantise(sums + 8 * aligned, 1, pair->start[0], pair->by[0], channels, pixel);
        requantise(sums + 8 * aligned + 4, 1, pair->start[1], pair->by[1], channels, pixel + 2);
    }
}

static void write_row(const CDSPDepthwise *row, const int8_t *weights, const CDSPScale *scale, int8_t *output) {
    // Nothing here is set to zero first or copied as a whole: that would cost more than the taps themselves.
    BlockLoop even, odd;
    ChannelPair pairs[2];
    even.channels = odd.channels = row->channels;
    for (int32_t column = 0; column < 3; column++) pairs[0].columns[column] = pairs[1].columns[column] = 0;
    for (int32_t line = 0; line < 3; line++) {
        // A line outside the map counts for nothing: weights of 0, and any memory that may be read.
        const int is_there = line < row->line_count;
        even.lines[line] = odd.lines[line] = row->lines[is_there ? line : 0];
        for (int32_t column = 0; column < 3; column++) {
            const int32_t word = is_there ? cdsp_load4(weights) : 0;
            weights += row->channels;
            even.taps[line][column] = cdsp_even(word);
            odd.taps[line][column] = cdsp_odd(word);
            pairs[0].columns[column] = cdsp_add_halves(pairs[0].columns[column], cdsp_even(word));
            pairs[1].columns[column] = cdsp_add_halves(pairs[1].columns[column], cdsp_odd(word));
        }
    }
    prepare(&pairs[0], row->zero, scale, 0);
    prepare(&pairs[1], row->zero, scale, 1);
    const int32_t count = (row->output_width + 3) / 4;
    for (int32_t first = 0; first < count; first += BLOCKS_AT_A_TIME) {
        const int32_t last = count - first < BLOCKS_AT_A_TIME ? count : first + BLOCKS_AT_A_TIME;
        write_blocks(row, &even, &pairs[0], first, last, count, output);
        write_blocks(row, &odd, &pairs[1], first, last, count, output + 1);
    }
}

// Whether the row is made of blocks: they know of one column outside the map on either side, not both at once, and of scales to
// which the quick form applies.
static int has_blocks(const CDSPDepthwise *row, const CDSPScale *scale) {
    for (int32_t index = 0; index < 4; index++) {
        if (!cdsp_is_quick(scale->shifts[index])) return 0;
    }
    return row->width == 3 && row->stride == 1 && row->line_count > 0 && row->line_count <= 3 &&
           row->output_width > 4 && row->left <= 1 && row->output_width - row->left + 2 <= row->input_width + 1;
}

void cdsp_dual_depthwise(const CDSPDepthwise *row, const int8_t *weights, const CDSPScale *scale, int8_t *output) {
    if (!has_blocks(row, scale)) {
        write_pixels(row, weights, scale, output);
        return;
    }
    write_row(row, weights, scale, output);
}
