#include "cdsp_product.h"

// Channels whose sums are made first and requantised together afterwards: the two loops would crowd each other's registers out.
enum { CHANNELS = 16 };

// Sums of two columns (a, b) by two rows of weights (0, 1).
typedef struct {
    int32_t a0, b0, a1, b1;
} Sums;

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP

// One quad of both columns by one quad of both rows: 16 instructions for 16 products.
#define QUAD                                    \
    "ldrd %[x0], %[x1], [%[columns]], #8\n"     \
    "ldrd %[y0], %[y1], [%[columns]], #8\n"     \
    "ldr %[word], [%[first]], #4\n"             \
    "sxtb16 %[even], %[word]\n"                 \
    "sxtb16 %[word], %[word], ror #8\n"         \
    "smlad %[a0], %[x0], %[even], %[a0]\n"      \
    "smlad %[b0], %[y0], %[even], %[b0]\n"      \
    "smlad %[a0], %[x1], %[word], %[a0]\n"      \
    "smlad %[b0], %[y1], %[word], %[b0]\n"      \
    "ldr %[word], [%[second]], #4\n"            \
    "sxtb16 %[even], %[word]\n"                 \
    "sxtb16 %[word], %[word], ror #8\n"         \
    "smlad %[a1], %[x0], %[even], %[a1]\n"      \
    "smlad %[b1], %[y0], %[even], %[b1]\n"      \
    "smlad %[a1], %[x1], %[word], %[a1]\n"      \
    "smlad %[b1], %[y1], %[word], %[b1]\n"

#define LOOP(quads)                                                                                               \
    __asm__ volatile("1:\n" quads "subs %[rounds], #1\nbne 1b\n"                                                  \
                     : [a0] "+r"(a0), [a1] "+r"(a1), [b0] "+r"(b0), [b1] "+r"(b1), [columns] "+r"(columns),       \
                       [first] "+r"(first), [second] "+r"(second), [rounds] "+r"(rounds), [x0] "=&r"(x0),         \
                       [x1] "=&r"(x1), [y0] "=&r"(y0), [y1] "=&r"(y1), [word] "=&r"(word), [even] "=&r"(even)     \
                     :                                                                                            \
                     : "cc", "memory")

// In assembly, because these loops want all 14 registers that there are: from intrinsics the compiler spills sums in every round
// and takes half as many instructions again.
CDSP_INLINE Sums multiply(
    const int32_t *columns, const int8_t *first, const int8_t *second, int32_t quads, int32_t bias0, int32_t bias1) {
    int32_t a0 = bias0, a1 = bias1, b0 = bias0, b1 = bias1;
    int32_t x0, x1, y0, y1, word, even;
    int32_t rounds = quads >> 2;
    if (rounds > 0) LOOP(QUAD QUAD QUAD QUAD);
    rounds = quads & 3;
    if (rounds > 0) LOOP(QUAD);
    return (Sums){a0, b0, a1, b1};
}

#else

CDSP_INLINE Sums multiply(
    const int32_t *columns, const int8_t *first, const int8_t *second, int32_t quads, int32_t bias0, int32_t bias1) {
    Sums sums = {bias0, bias0, bias1, bias1};
    for (; quads > 0; quads--, columns += 4, first += 4, second += 4) {
        int32_t word = cdsp_load4(first);
        sums.a0 = cdsp_smlad(columns[1], cdsp_odd(word), cdsp_smlad(columns[0], cdsp_even(word), sums.a0));
        sums.b0 = cdsp_smlad(columns[3], cdsp_odd(word), cdsp_smlad(columns[2], cdsp_even(word), sums.b0));
        word = cdsp_load4(second);
        sums.a1 = cdsp_smlad(columns[1], cdsp_odd(word), cdsp_smlad(columns[0], cdsp_even(word), sums.a1));
        sums.b1 = cdsp_smlad(columns[3], cdsp_odd(word), cdsp_smlad(columns[2], cdsp_even(word), sums.b1));
    }
    return sums;
}

#endif

// The last 1 to 3 bytes of a row; nothing behind them is read.
static int32_t partial_quad(const int8_t *bytes, int32_t count) {
    uint32_t word = (uint8_t)bytes[0];
    if (count > 1) word |= (uint32_t)(uint8_t)bytes[1] << 8;
    if (count > 2) word |= (uint32_t)(uint8_t)bytes[2] << 16;
    return (int32_t)word;
}

__attribute__((noinline)) static void add_tail(
    Sums *sums, const int32_t *column, const int8_t *first, const int8_t *second, int32_t count) {
    int32_t w0 = partial_quad(first, count), w1 = partial_quad(second, count);
    sums->a0 = cdsp_smlad(column[1], cdsp_odd(w0), cdsp_smlad(column[0], cdsp_even(w0), sums->a0));
    sums->a1 = cdsp_smlad(column[1], cdsp_odd(w1), cdsp_smlad(column[0], cdsp_even(w1), sums->a1));
    sums->b0 = cdsp_smlad(column[3], cdsp_odd(w0), cdsp_smlad(column[2], cdsp_even(w0), sums->b0));
    sums->b1 = cdsp_smlad(column[3], cdsp_odd(w1), cdsp_smlad(column[2], cdsp_even(w1), sums->b1));
}

__attribute__((noinline)) static void sum_up(
    const int32_t *columns, const int8_t *weights, int32_t count, int32_t outputs, const int32_t *bias, Sums *sums) {
    const int32_t quads = count >> 2, tail = count & 3;
    for (; outputs > 0; outputs -= 2) {
        // An odd last channel is computed twice and stored once.
        const int is_pair = outputs > 1;
        const int8_t *second = is_pair ? weights + count : weights;
        *sums = multiply(columns, weights, second, quads, bias[0], bias[is_pair]);
        if (tail) add_tail(sums, columns + 4 * quads, weights + 4 * quads, second + 4 * quads, tail);
        sums++;
        bias += 2;
        weights = second + count;
    }
}

// Sums of one channel after the other, pixel a before b.
__attribute__((noinline)) static void requantise(
    const int32_t *sums, const int32_t *multipliers, const int32_t *shifts, int32_t zero, int32_t outputs, int8_t *a,
    int8_t *b) {
    for (const int8_t *end = a + outputs; a < end; sums += 2) {
        const int32_t multiplier = *multipliers++, shift = *shifts++;
        if (cdsp_is_quick(shift)) {
            CDSPQuickMultiplier by = cdsp_quick_multiplier(multiplier, shift, zero);
            *a++ = cdsp_quick_int8(by, sums[0]);
            *b++ = cdsp_quick_int8(by, sums[1]);
        } else {
            CDSPMultiplier by = cdsp_multiplier(multiplier, shift);
            *a++ = cdsp_int8(by, sums[0], zero);
            *b++ = cdsp_int8(by, sums[1], zero);
        }
    }
}

void cdsp_dual_product(
    const int32_t *columns, const int8_t *weights, int32_t count, int32_t outputs, const CDSPScale *scale, int8_t *a,
    int8_t *b) {
    Sums sums[CHANNELS / 2];
    for (int32_t first = 0; first < outputs; first += CHANNELS) {
        const int32_t some = outputs - first < CHANNELS ? outputs - first : CHANNELS;
        sum_up(columns, weights + first * count, count, some, scale->bias + first, sums);
        requantise(
            &sums[0].a0, scale->multipliers + first, scale->shifts + first, scale->zero, some, a + first, b + first);
    }
}
