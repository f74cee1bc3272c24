// Blocks of four neighbouring pixels of a 3×3 depthwise convolution with stride 1, two channels at a time: a block's windows span
// six columns, each of which is loaded once and serves up to three pixels.
#pragma once
#include "cdsp.h"

/// What the loop over blocks knows; the assembly below reads it by these offsets.
typedef struct {
    const int8_t *at;       // 0: before the first step
    int32_t steps[3];       // 4: to the first line's next block, to the second line and to the third, each from the second column
    int32_t even[3][3];     // 16: weights of channels 0 and 2 as halves
    int32_t odd[3][3];      // 52: of channels 1 and 3
    int32_t even_start[2];  // 88: what sums of channels 0 and 2 start from
    int32_t odd_start[2];   // 96: of channels 1 and 3
    int32_t channels;       // 104: from one column to the next
    int32_t *sums;          // 108: four of the first channel and four of the second for each block
    const int32_t *end;     // 112: of the sums
} BlockLoop;

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP

// Assembly for the same reason as in dual_product.c: eight sums, three weights, a column, a pointer and a step are 14 registers.
#define COLUMN(address, ror) "ldr %[x], [%[p]" address "]\nsxtb16 %[x], %[x]" ror "\n"
#define TAP(w, pixel)                                                         \
    "smlabb %[a" pixel "], %[x], %[w" w "], %[a" pixel "]\n"                  \
    "smlatt %[c" pixel "], %[x], %[w" w "], %[c" pixel "]\n"
// A pixel's first tap. What its sum starts from waits in the sums of pixel 3, which is the last to begin.
#define NEW(w, pixel)                                                         \
    "smlabb %[a" pixel "], %[x], %[w" w "], %[a3]\n"                          \
    "smlatt %[c" pixel "], %[x], %[w" w "], %[c3]\n"
#define LINE(step, taps)                                                      \
    "ldrd %[w0], %[w1], [%[x], #" taps "]\n"                                  \
    "ldr %[w2], [%[x], #" taps "+8]\n"                                        \
    "ldr %[x], [%[x], #" step "]\n"                                           \
    "add %[p], %[p], %[x]\n"
#define NEXT_LINE(step, taps) "ldr %[x], [sp]\n" LINE(step, taps)
#define MIDDLE(ror)                                                           \
    COLUMN(", %[s]", ror) TAP("1", "0") TAP("0", "1")                         \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "0") TAP("1", "1") TAP("0", "2")   \
    COLUMN(", %[s], lsl #2", ror) TAP("2", "2") TAP("1", "3")                 \
    "add %[p], %[p], %[s]\n"                                                  \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "1") TAP("1", "2") TAP("0", "3")
// The first line's.
#define NEW_MIDDLE(first, ror)                                                \
    COLUMN(", %[s]", ror) first("1", "0") NEW("0", "1")                       \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "0") TAP("1", "1") NEW("0", "2")   \
    COLUMN(", %[s], lsl #2", ror) TAP("2", "2") NEW("1", "3")                 \
    "add %[p], %[p], %[s]\n"                                                  \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "1") TAP("1", "2") TAP("0", "3")
#define LEFT(ror) COLUMN("", ror) TAP("0", "0")
#define NEW_LEFT(ror) COLUMN("", ror) NEW("0", "0")
#define RIGHT(ror) COLUMN(", %[s], lsl #2", ror) TAP("2", "3")

#define BLOCKS(name, taps, start, new_left, left, first, right, ror)                                       \
    static void name(BlockLoop *loop) {                                                                    \
        int32_t a0, a1, a2, a3, c0, c1, c2, c3, w0, w1, w2, s;                                             \
        const int8_t *p;                                                                                   \
        void *x = loop;                                                                                    \
        __asm__ volatile(                                                                                  \
            "ldr %[s], [%[x], #104]\n"                                                                     \
            "ldr %[p], [%[x]]\n"                                                                           \
            "push {%[x]}\n"                                                                                \
            "1:\n"                                                                                         \
            "ldrd %[a3], %[c3], [%[x], #" start "]\n"                                                      \
            LINE("4", taps) new_left NEW_MIDDLE(first, ror) right                                          \
            NEXT_LINE("8", taps "+12") left MIDDLE(ror) right                                              \
            NEXT_LINE("12", taps "+24") left MIDDLE(ror) right                                             \
            "ldr %[x], [sp]\n"                                                                             \
            "ldrd %[w0], %[w1], [%[x], #108]\n"                                                            \
            "strd %[a0], %[a1], [%[w0]], #8\n"                                                             \
            "strd %[a2], %[a3], [%[w0]], #8\n"                                                             \
            "strd %[c0], %[c1], [%[w0]], #8\n"                                                             \
            "strd %[c2], %[c3], [%[w0]], #8\n"                                                             \
            "str %[w0], [%[x], #108]\n"                                                                    \
            "cmp %[w0], %[w1]\n"                                                                           \
            "bne 1b\n"                                                                                     \
            "str %[p], [%[x]]\n"                                                                           \
            "add sp, #4\n"                                                                                 \
            : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [c0] "=&r"(c0),              \
              [c1] "=&r"(c1), [c2] "=&r"(c2), [c3] "=&r"(c3), [w0] "=&r"(w0), [w1] "=&r"(w1),              \
              [w2] "=&r"(w2), [x] "+r"(x), [s] "=&r"(s), [p] "=&r"(p)                                      \
            :                                                                                              \
            : "cc", "memory");                                                                             \
    }

#define NOTHING ""
#define EVEN_BLOCKS(name, new_left, left, first, right) BLOCKS(name, "16", "88", new_left, left, first, right, NOTHING)
#define ODD_BLOCKS(name, new_left, left, first, right) BLOCKS(name, "52", "96", new_left, left, first, right, ODD)
#define ODD ", ror #8"
EVEN_BLOCKS(add_even, NEW_LEFT(NOTHING), LEFT(NOTHING), TAP, RIGHT(NOTHING))
ODD_BLOCKS(add_odd, NEW_LEFT(ODD), LEFT(ODD), TAP, RIGHT(ODD))
EVEN_BLOCKS(add_even_leftmost, NOTHING, NOTHING, NEW, RIGHT(NOTHING))
ODD_BLOCKS(add_odd_leftmost, NOTHING, NOTHING, NEW, RIGHT(ODD))
EVEN_BLOCKS(add_even_rightmost, NEW_LEFT(NOTHING), LEFT(NOTHING), TAP, NOTHING)
ODD_BLOCKS(add_odd_rightmost, NEW_LEFT(ODD), LEFT(ODD), TAP, NOTHING)

// One sum: the product, half a step away from zero, the zero point, the shift and int8's limits.
#define REQUANTISE(sum, channel, place)                                       \
    "smmlar %[v], %[" sum "], %[m" channel "], %[" sum "]\n"                  \
    "add %[" sum "], %[v], %[a" channel "]\n"                                 \
    "add %[" sum "], %[" sum "], %[v], asr #31\n"                             \
    "asr %[" sum "], %[" sum "], %[r" channel "]\n"                           \
    "ssat %[" sum "], #8, %[" sum "]\n"                                       \
    "strb %[" sum "], [%[out]" place "]\n"
#define REQUANTISE_FOUR(channel)                                              \
    "ldrd %[t], %[u], [%[sums]], #8\n"                                        \
    REQUANTISE("t", channel, "") REQUANTISE("u", channel, ", %[s]")           \
    "ldrd %[t], %[u], [%[sums]], #8\n"                                        \
    REQUANTISE("t", channel, ", %[s], lsl #1") REQUANTISE("u", channel, ", %[s3]")

// `cdsp_row_int8` of whole blocks, at least one: four pixels of a channel and four of the channel after the next in each. What the
// compiler makes of it has seven instructions more for four pixels, all of them about addresses.
CDSP_INLINE void requantise(
    const int32_t *sums, const int32_t *end, const CDSPRowMultiplier by[2], int32_t channels, int8_t *output) {
    int32_t m0, r0, a0, m1, r1, a1, u, v, s3;
    const void *t = by;
    __asm__ volatile(
        "ldrd %[m0], %[r0], [%[t]]\n"
        "ldrd %[a0], %[m1], [%[t], #8]\n"
        "ldrd %[r1], %[a1], [%[t], #16]\n"
        "add %[s3], %[s], %[s], lsl #1\n"
        "1:\n" REQUANTISE_FOUR("0")
        "add %[out], #2\n" REQUANTISE_FOUR("1")
        "add %[out], %[out], %[s], lsl #2\n"
        "sub %[out], #2\n"
        "cmp %[sums], %[end]\n"
        "bne 1b\n"
        : [m0] "=&r"(m0), [r0] "=&r"(r0), [a0] "=&r"(a0), [m1] "=&r"(m1), [r1] "=&r"(r1), [a1] "=&r"(a1),
          [t] "+r"(t), [u] "=&r"(u), [v] "=&r"(v), [s3] "=&r"(s3), [sums] "+r"(sums), [out] "+r"(output)
        : [s] "r"(channels), [end] "r"(end)
        : "cc", "memory");
}

#else

CDSP_INLINE void add_blocks(BlockLoop *loop, int first, int last, int is_odd) {
    const int32_t *start = is_odd ? loop->odd_start : loop->even_start;
    for (; loop->sums != loop->end; loop->sums += 8) {
        for (int index = 0; index < 8; index++) loop->sums[index] = start[index >> 2];
        for (int line = 0; line < 3; line++) {
            loop->at += loop->steps[line];
            for (int column = first; column < last; column++) {
                int32_t word = cdsp_load4(loop->at + column * loop->channels);
                int32_t halves = is_odd ? cdsp_odd(word) : cdsp_even(word);
                for (int pixel = 0; pixel < 4; pixel++) {
                    if (column < pixel || column > pixel + 2) continue;
                    int32_t tap = (is_odd ? loop->odd : loop->even)[line][column - pixel];
                    loop->sums[pixel] = cdsp_smlabb(halves, tap, loop->sums[pixel]);
                    loop->sums[4 + pixel] = cdsp_smlatt(halves, tap, loop->sums[4 + pixel]);
                }
            }
            loop->at += loop->channels;
        }
    }
}
static void add_even(BlockLoop *loop) { add_blocks(loop, 0, 6, 0); }
static void add_odd(BlockLoop *loop) { add_blocks(loop, 0, 6, 1); }
static void add_even_leftmost(BlockLoop *loop) { add_blocks(loop, 1, 6, 0); }
static void add_odd_leftmost(BlockLoop *loop) { add_blocks(loop, 1, 6, 1); }
static void add_even_rightmost(BlockLoop *loop) { add_blocks(loop, 0, 5, 0); }
static void add_odd_rightmost(BlockLoop *loop) { add_blocks(loop, 0, 5, 1); }

CDSP_INLINE void requantise(
    const int32_t *sums, const int32_t *end, const CDSPRowMultiplier by[2], int32_t channels, int8_t *output) {
    for (; sums != end; sums += 8, output += 4 * channels) {
        for (int index = 0; index < 8; index++) {
            output[(index & 3) * channels + 2 * (index >> 2)] = cdsp_row_int8(by[index >> 2], sums[index]);
        }
    }
}

#endif
