// Four neighbouring pixels of a 3×3 depthwise convolution with stride 1, two channels at a time: their windows span six columns,
// each of which is loaded once and serves up to three pixels.
#pragma once
#include "cdsp.h"

/// The assembly below knows this layout.
typedef struct {
    const int8_t *lines[3];
    /// From a line's start to the block's first column.
    int32_t offset;
    /// Weights of two channels as halves.
    int32_t taps[3][3];
    int32_t channels;
} DepthwiseBlock;

/// Pixels 0 to 3 of the first channel (a) and of the second (c).
typedef struct {
    int32_t a0, a1, a2, a3, c0, c1, c2, c3;
} BlockSums;

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP

// Assembly for the same reason as in dual_product.c: eight sums, three weights, a column, a pointer and a step are 14 registers.
#define COLUMN(address, ror) "ldr %[x], [%[p]" address "]\nsxtb16 %[x], %[x]" ror "\n"
#define TAP(w, pixel)                                                         \
    "smlabb %[a" pixel "], %[x], %[w" w "], %[a" pixel "]\n"                  \
    "smlatt %[c" pixel "], %[x], %[w" w "], %[c" pixel "]\n"
#define LEFT_COLUMN(ror) COLUMN("", ror) TAP("0", "0")
#define RIGHT_COLUMN(ror) COLUMN(", %[s], lsl #2", ror) TAP("2", "3")
// The block's own address waits on the stack while the registers are full. `line` and `taps` are offsets into the structure.
#define LINE(line, taps, last, left, right, ror)                              \
    "ldr %[p], [sp]\n"                                                        \
    "ldrd %[w0], %[w1], [%[p], #" taps "]\n"                                  \
    "ldr %[w2], [%[p], #" last "]\n"                                          \
    "ldr %[x], [%[p], #12]\n"                                                 \
    "ldr %[p], [%[p], #" line "]\n"                                           \
    "add %[p], %[p], %[x]\n"                                                  \
    left                                                                      \
    COLUMN(", %[s]", ror) TAP("1", "0") TAP("0", "1")                         \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "0") TAP("1", "1") TAP("0", "2")   \
    COLUMN(", %[s], lsl #2", ror) TAP("2", "2") TAP("1", "3")                 \
    "add %[p], %[p], %[s]\n"                                                  \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "1") TAP("1", "2") TAP("0", "3")   \
    right
#define LINES(b, sums, left, right, ror)                                                                        \
    {                                                                                                           \
        int32_t w0, w1, w2, x, step;                                                                              \
        const void *p = &b;                                                                                     \
        __asm__ volatile(                                                                                       \
            "ldr %[s], [%[p], #52]\n"                                                                           \
            "push {%[p]}\n"                                                                                     \
            LINE("0", "16", "24", left, right, ror)                                                             \
            LINE("4", "28", "36", left, right, ror)                                                             \
            LINE("8", "40", "48", left, right, ror)                                                             \
            "add sp, #4\n"                                                                                      \
            : [a0] "+r"(sums.a0), [a1] "+r"(sums.a1), [a2] "+r"(sums.a2), [a3] "+r"(sums.a3),                   \
              [c0] "+r"(sums.c0), [c1] "+r"(sums.c1), [c2] "+r"(sums.c2), [c3] "+r"(sums.c3),                   \
              [p] "+r"(p), [w0] "=&r"(w0), [w1] "=&r"(w1), [w2] "=&r"(w2), [x] "=&r"(x), [s] "=&r"(step)          \
            :                                                                                                   \
            : "memory");                                                                                        \
    }
#define ADD_BLOCK(b, sums, is_left, is_right, ror)                                      \
    {                                                                                   \
        if (is_left && is_right) LINES(b, sums, "", "", ror)                            \
        else if (is_left) LINES(b, sums, "", RIGHT_COLUMN(ror), ror)                    \
        else if (is_right) LINES(b, sums, LEFT_COLUMN(ror), "", ror)                    \
        else LINES(b, sums, LEFT_COLUMN(ror), RIGHT_COLUMN(ror), ror)                   \
    }

#else

CDSP_INLINE void add_block(const DepthwiseBlock *block, BlockSums *sums, int is_left, int is_right, int is_odd) {
    int32_t *const low[4] = {&sums->a0, &sums->a1, &sums->a2, &sums->a3};
    int32_t *const high[4] = {&sums->c0, &sums->c1, &sums->c2, &sums->c3};
    for (int line = 0; line < 3; line++) {
        for (int column = is_left ? 1 : 0; column < (is_right ? 5 : 6); column++) {
            int32_t word = cdsp_load4(block->lines[line] + block->offset + column * block->channels);
            int32_t halves = is_odd ? cdsp_odd(word) : cdsp_even(word);
            for (int pixel = 0; pixel < 4; pixel++) {
                if (column < pixel || column > pixel + 2) continue;
                *low[pixel] = cdsp_smlabb(halves, block->taps[line][column - pixel], *low[pixel]);
                *high[pixel] = cdsp_smlatt(halves, block->taps[line][column - pixel], *high[pixel]);
            }
        }
    }
}
#define ADD_BLOCK(b, sums, is_left, is_right, ror) add_block(&b, &sums, is_left, is_right, sizeof(ror) > 1);

#endif
