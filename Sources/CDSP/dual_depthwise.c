#include "cdsp_depthwise.h"
#include "dual_depthwise_block.h"

// Any window, four channels from `channel` on, where `weights`, `scale` and `output` begin: pixel by pixel.
__attribute__((noinline)) static void write_pixels(
    const CDSPDepthwise *row, int32_t channel, const int8_t *weights, const CDSPScale *scale, int8_t *output) {
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
        const int32_t place = (left + first) * channels + channel;
        int32_t sum0 = scale->bias[0], sum1 = scale->bias[1], sum2 = scale->bias[2], sum3 = scale->bias[3];
        for (int32_t line = 0; line < row->line_count; line++) {
            const int8_t *source = row->lines[line] + place;
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
enum { BLOCKS_AT_A_TIME = 4 };

// What two of four channels need for a row: 0 and 2, or 1 and 3.
typedef struct {
    /// Sums of the taps of the window's first and last columns, as halves.
    int32_t left, right;
    CDSPRowMultiplier by[2];
    /// Whether they are channels 1 and 3, and not 0 and 2.
    int is_odd;
} ChannelPair;

// Takes one pair's weights apart, and says what its sums start from: what the zero point makes of a whole window goes into the bias.
// Columns outside the map are no part of the sums, so that what was taken for them is given back where they are missing.
CDSP_INLINE void prepare(
    ChannelPair *pair, int32_t taps[3][3], int32_t start[2], int32_t zero, const CDSPScale *scale, int32_t channel) {
    pair->left = cdsp_add_halves(cdsp_add_halves(taps[0][0], taps[1][0]), taps[2][0]);
    pair->right = cdsp_add_halves(cdsp_add_halves(taps[0][2], taps[1][2]), taps[2][2]);
    const int32_t middle = cdsp_add_halves(cdsp_add_halves(taps[0][1], taps[1][1]), taps[2][1]);
    const int32_t all = cdsp_add_halves(cdsp_add_halves(pair->left, middle), pair->right);
    start[0] = scale->bias[channel] - zero * (int16_t)all;
    start[1] = scale->bias[channel + 2] - zero * (all >> 16);
    pair->by[0] = cdsp_row_multiplier(scale->multipliers[channel], scale->shifts[channel], scale->zero);
    pair->by[1] = cdsp_row_multiplier(scale->multipliers[channel + 2], scale->shifts[channel + 2], scale->zero);
}

// Blocks `first` up to `last` of a row of `count`, whose last one may begin before the one before it ends.
__attribute__((noinline)) static void write_blocks(
    const CDSPDepthwise *row, BlockLoop *loop, const ChannelPair *pair, int32_t channel, int32_t first, int32_t last,
    int32_t count, int8_t *output) {
    const int is_odd = pair->is_odd;
    const int32_t channels = row->channels, width = row->output_width, zero = row->zero;
    const int8_t *const start = row->lines[0] + channel - row->left * channels - loop->steps[0];
    const int has_end = last == count, overlaps = has_end && (width & 3) != 0;
    int32_t sums[8 * BLOCKS_AT_A_TIME];
    const int32_t *const end = sums + 8 * (last - first), *const inner = has_end ? end - 8 : end;
    loop->sums = sums;
    loop->at = start + 4 * first * channels;
    if (first == 0 && row->left > 0) {
        loop->end = sums + 8;
        (is_odd ? add_odd_leftmost : add_even_leftmost)(loop);
        sums[0] += zero * (int16_t)pair->left;
        sums[4] += zero * (pair->left >> 16);
    }
    if (loop->sums != inner) {
        loop->end = inner;
        (is_odd ? add_odd : add_even)(loop);
    }
    if (has_end) {
        loop->end = end;
        if (overlaps) loop->at = start + (width - 4) * channels;
        if (width - row->left + 2 > row->input_width) {
            int32_t *const rightmost = loop->sums;
            (is_odd ? add_odd_rightmost : add_even_rightmost)(loop);
            rightmost[3] += zero * (int16_t)pair->right;
            rightmost[7] += zero * (pair->right >> 16);
        } else {
            (is_odd ? add_odd : add_even)(loop);
        }
    }
    const int32_t *const aligned = overlaps ? inner : end;
    if (sums != aligned) requantise(sums, aligned, pair->by, channels, output + 4 * first * channels);
    if (overlaps) requantise(inner, end, pair->by, channels, output + (width - 4) * channels);
}

// Four channels of a row. Nothing here is set to zero first or copied as a whole: that would cost more than the taps themselves.
static void write_quad(
    const CDSPDepthwise *row, BlockLoop *loop, int32_t channel, const int8_t *weights, const CDSPScale *scale,
    int8_t *output) {
    static const int8_t zeros[4];
    int32_t step = row->channels;
    for (int32_t line = 0; line < 3; line++) {
        // A line outside the map counts for nothing: weights of 0.
        if (line >= row->line_count) {
            weights = zeros;
            step = 0;
        }
        for (int32_t column = 0; column < 3; column++) {
            const int32_t word = cdsp_load4(weights);
            weights += step;
            loop->even[line][column] = cdsp_even(word);
            loop->odd[line][column] = cdsp_odd(word);
        }
    }
    ChannelPair even, odd;
    prepare(&even, loop->even, loop->even_start, row->zero, scale, channel);
    prepare(&odd, loop->odd, loop->odd_start, row->zero, scale, channel + 1);
    even.is_odd = 0;
    odd.is_odd = 1;
    const int32_t count = (row->output_width + 3) / 4;
    for (int32_t first = 0; first < count; first += BLOCKS_AT_A_TIME) {
        const int32_t last = count - first < BLOCKS_AT_A_TIME ? count : first + BLOCKS_AT_A_TIME;
        write_blocks(row, loop, &even, channel, first, last, count, output);
        write_blocks(row, loop, &odd, channel, first, last, count, output + 1);
    }
}

// Whether a row is made of blocks: they know of one column outside the map on either side, not both at once.
static int has_blocks(const CDSPDepthwise *row) {
    return row->width == 3 && row->stride == 1 && row->line_count > 0 && row->line_count <= 3 &&
           row->output_width > 4 && row->left <= 1 && row->output_width - row->left + 2 <= row->input_width + 1;
}

// Whether the form for many sums in a row applies to the scales of four channels.
CDSP_INLINE int have_row_form(const CDSPScale *scale, int32_t channel) {
    for (int32_t index = channel; index < channel + 4; index++) {
        if (!cdsp_has_row_form(scale->multipliers[index], scale->shifts[index])) return 0;
    }
    return 1;
}

// All quads of a row whose scales allow blocks; says how many they are. A function of its own, so that its numbers are not on the
// stack while `write_pixels` has its taps there.
__attribute__((noinline)) static int32_t write_quads(
    const CDSPDepthwise *row, const int8_t *weights, const CDSPScale *scale, int8_t *output) {
    // Behind the last line lies any memory that may be read.
    const int8_t *const first = row->lines[0];
    const int8_t *const second = row->line_count > 1 ? row->lines[1] : first;
    const int8_t *const third = row->line_count > 2 ? row->lines[2] : first;
    BlockLoop loop;
    loop.channels = row->channels;
    loop.steps[0] = (int32_t)(first - third) + 3 * row->channels;
    loop.steps[1] = (int32_t)(second - first) - row->channels;
    loop.steps[2] = (int32_t)(third - second) - row->channels;
    int32_t written = 0;
    for (int32_t channel = 0; channel < 4 * row->quads; channel += 4) {
        if (!have_row_form(scale, channel)) continue;
        write_quad(row, &loop, channel, weights + channel, scale, output + channel);
        written++;
    }
    return written;
}

void cdsp_dual_depthwise(const CDSPDepthwise *row, const int8_t *weights, const CDSPScale *scale, int8_t *output) {
    const int is_made_of_blocks = has_blocks(row);
    if (is_made_of_blocks && write_quads(row, weights, scale, output) == row->quads) return;
    for (int32_t channel = 0; channel < 4 * row->quads; channel += 4) {
        if (is_made_of_blocks && have_row_form(scale, channel)) continue;
        const CDSPScale quad = {
            scale->bias + channel, scale->multipliers + channel, scale->shifts + channel, scale->zero};
        write_pixels(row, channel, weights + channel, &quad, output + channel);
    }
}
