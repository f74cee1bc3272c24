/*
 * The int8 kernels of CDSP in their portable form against the sums written out, in blocks that end where their data end, for the
 * address and undefined-behaviour sanitizers (`make sanitize`).
 */
#include <cdsp.h>
#include <cdsp_depthwise.h>
#include <cdsp_power_of_two.h>
#include <cdsp_product.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state = 1;

static int32_t number(int32_t low, int32_t high) {
    state = state * 1664525 + 1013904223;
    return low + (int32_t)((state >> 8) % (uint32_t)(high - low + 1));
}

static void *block(size_t bytes) {
    void *memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL) abort();
    return memory;
}

static int8_t *int8s(int32_t count) {
    int8_t *numbers = block((size_t)count);
    for (int32_t index = 0; index < count; index++) numbers[index] = (int8_t)number(-128, 127);
    return numbers;
}

/* A scale of made-up tables; `large` has shifts that need the general form. */
typedef struct {
    int32_t *bias, *multipliers, *shifts;
    CDSPScale scale;
} tables;

static tables make_tables(int32_t channels, int large) {
    size_t bytes = (size_t)channels * sizeof(int32_t);
    tables made = {block(bytes), block(bytes), block(bytes), {0}};
    for (int32_t index = 0; index < channels; index++) {
        made.bias[index] = number(-2000, 2000);
        made.multipliers[index] = number(1 << 30, INT32_MAX);
        made.shifts[index] = large && index % 3 == 0 ? number(0, 2) : number(-22, -1);
    }
    made.scale = (CDSPScale){made.bias, made.multipliers, made.shifts, number(-128, 127)};
    return made;
}

static void free_tables(tables made) {
    free(made.bias);
    free(made.multipliers);
    free(made.shifts);
}

static int8_t scaled(const tables *made, int32_t channel, int32_t sum) {
    return cdsp_int8(cdsp_multiplier(made->multipliers[channel], made->shifts[channel]), sum, made->scale.zero);
}

static void fail(const char *what, int32_t a, int32_t b) {
    fprintf(stderr, "%s differs from its sums written out (%d, %d)\n", what, a, b);
    exit(1);
}

static void check_product(int32_t count, int32_t outputs) {
    tables made = make_tables(outputs, 1);
    int8_t *weights = int8s(count * outputs), *pixels[2] = {int8s(count), int8s(count)};
    int32_t quads = (count + 3) / 4, offset = number(-127, 128);
    int16_t *columns = block((size_t)quads * 8 * sizeof(int16_t));
    memset(columns, 0, (size_t)quads * 8 * sizeof(int16_t));
    static const int32_t places[] = {0, 2, 1, 3};
    for (int32_t index = 0; index < count; index++) {
        for (int32_t pixel = 0; pixel < 2; pixel++) {
            columns[index / 4 * 8 + 4 * pixel + places[index % 4]] = (int16_t)(pixels[pixel][index] + offset);
        }
    }
    int8_t *results[2] = {block((size_t)outputs), block((size_t)outputs)};
    cdsp_dual_product((const int32_t *)columns, weights, count, outputs, &made.scale, results[0], results[1]);
    for (int32_t pixel = 0; pixel < 2; pixel++) {
        for (int32_t channel = 0; channel < outputs; channel++) {
            int32_t sum = made.bias[channel];
            for (int32_t index = 0; index < count; index++) {
                sum += (pixels[pixel][index] + offset) * weights[channel * count + index];
            }
            if (results[pixel][channel] != scaled(&made, channel, sum)) fail("the dual product", count, channel);
        }
    }
    free_tables(made);
    free(weights);
    free(columns);
    for (int32_t pixel = 0; pixel < 2; pixel++) {
        free(pixels[pixel]);
        free(results[pixel]);
    }
}

static void check_depthwise(int32_t width, int32_t channels, int32_t side, int32_t lines, int32_t stride, int32_t left) {
    int32_t output_width = (width + 2 * left - side) / stride + 1, quads = channels / 4, zero = number(-128, 127);
    tables made = make_tables(channels, 0);
    int8_t *weights = int8s(lines * side * channels), *output = block((size_t)(output_width * channels));
    const int8_t *map[7];
    for (int32_t line = 0; line < lines; line++) map[line] = int8s(width * channels);
    CDSPDepthwise row = {map, lines, channels, side, stride, left, width, output_width, zero, quads};
    cdsp_dual_depthwise(&row, weights, &made.scale, output);
    for (int32_t x = 0; x < output_width; x++) {
        for (int32_t channel = 0; channel < 4 * quads; channel++) {
            int32_t sum = made.bias[channel];
            for (int32_t line = 0; line < lines; line++) {
                for (int32_t tap = 0; tap < side; tap++) {
                    int32_t column = x * stride - left + tap;
                    if (column < 0 || column >= width) continue;
                    sum += (map[line][column * channels + channel] - zero) * weights[(line * side + tap) * channels + channel];
                }
            }
            if (output[x * channels + channel] != scaled(&made, channel, sum)) fail("the depthwise row", width, x);
        }
    }
    for (int32_t line = 0; line < lines; line++) free((void *)map[line]);
    free(weights);
    free(output);
    free_tables(made);
}

static void check_widening(int32_t quads) {
    int8_t *source = int8s(4 * quads);
    /* Into every other pair of words: what lies between stays. */
    int32_t *target = block((size_t)quads * 4 * sizeof(int32_t));
    memset(target, 0x55, (size_t)quads * 4 * sizeof(int32_t));
    cdsp_dual_widen(source, 7, quads, target);
    for (int32_t quad = 0; quad < quads; quad++) {
        const int8_t *bytes = source + 4 * quad;
        int32_t even = cdsp_pair(bytes[0] + 7, bytes[2] + 7), odd = cdsp_pair(bytes[1] + 7, bytes[3] + 7);
        if (target[4 * quad] != even || target[4 * quad + 1] != odd) fail("widening", quads, quad);
    }
    free(source);
    free(target);
}

int main(void) {
    int checks = 0;
    for (int32_t count = 1; count < 70; count += count < 12 ? 1 : 7) {
        for (int32_t outputs = 1; outputs < 80; outputs += outputs < 6 ? 1 : 13, checks++) check_product(count, outputs);
    }
    for (int32_t side = 1; side <= 7; side += 2) {
        for (int32_t width = side; width < 30; width += 3) {
            for (int32_t channels = 4; channels <= 16; channels += 6) {
                for (int32_t lines = 1; lines <= side; lines++) {
                    for (int32_t stride = 1; stride <= 2; stride++, checks++) {
                        check_depthwise(width, channels, side, lines, stride, side / 2);
                    }
                }
            }
        }
    }
    for (int32_t quads = 1; quads < 9; quads++, checks++) check_widening(quads);
    for (int32_t fraction = 0; fraction < 256; fraction++) {
        int32_t power = cdsp_power_of_two(fraction);
        if (power > 32768 || power < 16384) fail("a power of two", fraction, power);
    }
    printf("kernels: %d products, depthwise rows and widenings equal their sums written out\n", checks);
    return 0;
}
