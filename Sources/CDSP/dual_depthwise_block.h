// Blocks of four neighbouring pixels of a 3×3 depthwise convolution with stride 1, two channels at a time: a block's windows span
// six columns, each of which is loaded once and serves up to three pixels.
#pragma once
#include "cdsp.h"

/// What the loop over blocks knows; the assembly below reads it by these offsets.
typedef struct {
    const int8_t *lines[3];  // 0, 4, 8
    int32_t offset;          // 12: from a line's start to the block's first column
    int32_t taps[3][3];      // 16: weights of the two channels as halves
    int32_t channels;        // 52: from one column to the next
    int32_t *sums;           // 56: four of the first channel and four of the second for each block
    int32_t blocks;          // 60
} BlockLoop;

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP

// Assembly for the same reason as in dual_product.c: eight sums, three weights, a column, a pointer and a step are 14 registers.
#define COLUMN(address, ror) "ldr %[x], [%[p]" address "]\nsxtb16 %[x], %[x]" ror "\n"
#define TAP(w, pixel)                                                         \
    "smlabb %[a" pixel "], %[x], %[w" w "], %[a" pixel "]\n"                  \
    "smlatt %[c" pixel "], %[x], %[w" w "], %[c" pixel "]\n"
#define NEW(w, pixel)                                                         \
    "smulbb %[a" pixel "], %[x], %[w" w "]\n"                                 \
    "smultt %[c" pixel "], %[x], %[w" w "]\n"
#define LINE(line, taps, last)                                                \
    "ldr %[p], [sp]\n"                                                        \
    "ldrd %[w0], %[w1], [%[p], #" taps "]\n"                                  \
    "ldr %[w2], [%[p], #" last "]\n"                                          \
    "ldr %[x], [%[p], #12]\n"                                                 \
    "ldr %[p], [%[p], #" line "]\n"                                           \
    "add %[p], %[p], %[x]\n"
#define MIDDLE(ror)                                                           \
    COLUMN(", %[s]", ror) TAP("1", "0") TAP("0", "1")                         \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "0") TAP("1", "1") TAP("0", "2")   \
    COLUMN(", %[s], lsl #2", ror) TAP("2", "2") TAP("1", "3")                 \
    "add %[p], %[p], %[s]\n"                                                  \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "1") TAP("1", "2") TAP("0", "3")
// The first line's: a pixel's first tap starts its sum.
#define NEW_MIDDLE(first, ror)                                                \
    COLUMN(", %[s]", ror) first("1", "0") NEW("0", "1")                       \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "0") TAP("1", "1") NEW("0", "2")   \
    COLUMN(", %[s], lsl #2", ror) TAP("2", "2") NEW("1", "3")                 \
    "add %[p], %[p], %[s]\n"                                                  \
    COLUMN(", %[s], lsl #1", ror) TAP("2", "1") TAP("1", "2") TAP("0", "3")
#define LEFT(ror) COLUMN("", ror) TAP("0", "0")
#define NEW_LEFT(ror) COLUMN("", ror) NEW("0", "0")
#define RIGHT(ror) COLUMN(", %[s], lsl #2", ror) TAP("2", "3")

#define BLOCKS(name, new_left, left, first, right, ror)                                                            \
    static void name(BlockLoop *loop) {                                                                            \
        int32_t a0, a1, a2, a3, c0, c1, c2, c3, w0, w1, w2, x, s;                                                  \
        void *p = loop;                                                                                            \
        __asm__ volatile(                                                                                          \
            "ldr %[s], [%[p], #52]\n"                                                                              \
            "push {%[p]}\n"                                                                                        \
            "1:\n" LINE("0", "16", "24") new_left NEW_MIDDLE(first, ror) right                                     \
            LINE("4", "28", "36") left MIDDLE(ror) right                                                           \
            LINE("8", "40", "48") left MIDDLE(ror) right                                                           \
            "ldr %[p], [sp]\n"                                                                                     \
            "ldr %[x], [%[p], #56]\n"                                                                              \
            "strd %[a0], %[a1], [%[x]], #8\n"                                                                      \
            "strd %[a2], %[a3], [%[x]], #8\n"                                                                      \
            "strd %[c0], %[c1], [%[x]], #8\n"                                                                      \
            "strd %[c2], %[c3], [%[x]], #8\n"                                                                      \
            "str %[x], [%[p], #56]\n"                                                                              \
            "ldr %[x], [%[p], #12]\n"                                                                              \
            "add %[x], %[x], %[s], lsl #2\n"                                                                       \
            "str %[x], [%[p], #12]\n"                                                                              \
            "ldr %[x], [%[p], #60]\n"                                                                              \
            "subs %[x], #1\n"                                                                                      \
            "str %[x], [%[p], #60]\n"                                                                              \
            "bne 1b\n"                                                                                             \
            "add sp, #4\n"                                                                                         \
            : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [c0] "=&r"(c0), [c1] "=&r"(c1),      \
              [c2] "=&r"(c2), [c3] "=&r"(c3), [w0] "=&r"(w0), [w1] "=&r"(w1), [w2] "=&r"(w2), [x] "=&r"(x),        \
              [s] "=&r"(s), [p] "+r"(p)                                                                            \
            :                                                                                                      \
            : "cc", "memory");                                                                                     \
    }

#define NOTHING ""
#define ODD ", ror #8"
BLOCKS(add_even, NEW_LEFT(NOTHING), LEFT(NOTHING), TAP, RIGHT(NOTHING), NOTHING)
BLOCKS(add_odd, NEW_LEFT(ODD), LEFT(ODD), TAP, RIGHT(ODD), ODD)
BLOCKS(add_even_leftmost, NOTHING, NOTHING, NEW, RIGHT(NOTHING), NOTHING)
BLOCKS(add_odd_leftmost, NOTHING, NOTHING, NEW, RIGHT(ODD), ODD)
BLOCKS(add_even_rightmost, NEW_LEFT(NOTHING), LEFT(NOTHING), TAP, NOTHING, NOTHING)
BLOCKS(add_odd_rightmost, NEW_LEFT(ODD), LEFT(ODD), TAP, NOTHING, ODD)

#else

CDSP_INLINE void add_blocks(BlockLoop *loop, int first, int last, int is_odd) {
    for (; loop->blocks > 0; loop->blocks--, loop->offset += 4 * loop->channels, loop->sums += 8) {
        for (int index = 0; index < 8; index++) loop->sums[index] = 0;
        for (int line = 0; line < 3; line++) {
            for (int column = first; column < last; column++) {
                int32_t word = cdsp_load4(loop->lines[line] + loop->offset + column * loop->channels);
                int32_t halves = is_odd ? cdsp_odd(word) : cdsp_even(word);
                for (int pixel = 0; pixel < 4; pixel++) {
                    if (column < pixel || column > pixel + 2) continue;
                    int32_t tap = loop->taps[line][column - pixel];
                    loop->sums[pixel] = cdsp_smlabb(halves, tap, loop->sums[pixel]);
                    loop->sums[4 + pixel] = cdsp_smlatt(halves, tap, loop->sums[4 + pixel]);
                }
            }
        }
    }
}
static void add_even(BlockLoop *loop) { add_blocks(loop, 0, 6, 0); }
static void add_odd(BlockLoop *loop) { add_blocks(loop, 0, 6, 1); }
static void add_even_leftmost(BlockLoop *loop) { add_blocks(loop, 1, 6, 0); }
static void add_odd_leftmost(BlockLoop *loop) { add_blocks(loop, 1, 6, 1); }
static void add_even_rightmost(BlockLoop *loop) { add_blocks(loop, 0, 5, 0); }
static void add_odd_rightmost(BlockLoop *loop) { add_blocks(loop, 0, 5, 1); }

#endif
