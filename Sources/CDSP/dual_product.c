#include "cdsp_product.h"

// Channels whose sums are made first and requantised together afterwards: the two loops would crowd each other's registers out.
enum { CHANNELS = 32 };

// Sums of two columns (a, b) by two rows of weights (0, 1).
typedef struct {
    int32_t a0, b0, a1, b1;
} Sums;

// What the loop over pairs of channels knows; its assembly reads it by these offsets.
typedef struct {
    const int32_t *columns;      // 0
    int32_t fours, quads;        // 4, 8: rounds of four quads, and of one
    const int32_t *bias;         // 12
    int32_t count, tail;         // 16, 20: from one row of weights to the next, and of it what makes no quad
    Sums *sums;                  // 24
    int32_t pairs;               // 28
} PairLoop;

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP

// One quad of both columns by one quad of both rows: 15 instructions for 16 products.
#define QUAD                                    \
    "ldm %[columns]!, {r4, r5, r6, r8}\n"       \
    "ldr %[word], [%[first]], #4\n"             \
    "sxtb16 %[even], %[word]\n"                 \
    "sxtb16 %[word], %[word], ror #8\n"         \
    "smlad %[a0], r4, %[even], %[a0]\n"         \
    "smlad %[b0], r6, %[even], %[b0]\n"         \
    "smlad %[a0], r5, %[word], %[a0]\n"         \
    "smlad %[b0], r8, %[word], %[b0]\n"         \
    "ldr %[word], [%[second]], #4\n"            \
    "sxtb16 %[even], %[word]\n"                 \
    "sxtb16 %[word], %[word], ror #8\n"         \
    "smlad %[a1], r4, %[even], %[a1]\n"         \
    "smlad %[b1], r6, %[even], %[b1]\n"         \
    "smlad %[a1], r5, %[word], %[a1]\n"         \
    "smlad %[b1], r8, %[word], %[b1]\n"

// In assembly, because the inner loops want all 14 registers that there are, and the compiler, given intrinsics, spills sums in every
// round. What the outer loop needs waits in memory, its address on the stack.
static void multiply_pairs(PairLoop *loop, const int8_t *first) {
    int32_t a0, a1, b0, b1, word, rounds;
    const int32_t *columns;
    const int8_t *second;
    void *even = loop;
    __asm__ volatile(
        "push {%[even]}\n"
        "1:\n"
        "ldr %[even], [sp]\n"
        "ldr r4, [%[even], #12]\n"
        "ldrd %[a0], %[a1], [r4], #8\n"
        "str r4, [%[even], #12]\n"
        "mov %[b0], %[a0]\n"
        "mov %[b1], %[a1]\n"
        "ldr r4, [%[even], #16]\n"
        "add %[second], %[first], r4\n"
        "ldr %[columns], [%[even]]\n"
        "ldr %[rounds], [%[even], #4]\n"
        "cmp %[rounds], #0\n"
        "beq 3f\n"
        "2:\n" QUAD QUAD QUAD QUAD
        "subs %[rounds], #1\n"
        "bne 2b\n"
        "ldr %[even], [sp]\n"
        "3:\n"
        "ldr %[rounds], [%[even], #8]\n"
        "cmp %[rounds], #0\n"
        "beq 5f\n"
        "4:\n" QUAD
        "subs %[rounds], #1\n"
        "bne 4b\n"
        "ldr %[even], [sp]\n"
        "5:\n"
        "ldr r4, [%[even], #24]\n"
        "strd %[a0], %[b0], [r4], #8\n"
        "strd %[a1], %[b1], [r4], #8\n"
        "str r4, [%[even], #24]\n"
        "ldr r4, [%[even], #20]\n"
        "add %[first], %[second], r4\n"
        "ldr r4, [%[even], #28]\n"
        "subs r4, #1\n"
        "str r4, [%[even], #28]\n"
        "bne 1b\n"
        "add sp, #4\n"
        : [a0] "=&r"(a0), [a1] "=&r"(a1), [b0] "=&r"(b0), [b1] "=&r"(b1), [word] "=&r"(word), [rounds] "=&r"(rounds),
          [columns] "=&r"(columns), [second] "=&r"(second), [first] "+r"(first), [even] "+r"(even)
        :
        : "r4", "r5", "r6", "r8", "cc", "memory");
}

#else

static void multiply_pairs(PairLoop *loop, const int8_t *first) {
    for (; loop->pairs > 0; loop->pairs--) {
        const int8_t *second = first + loop->count;
        const int32_t *columns = loop->columns;
        Sums sums = {loop->bias[0], loop->bias[0], loop->bias[1], loop->bias[1]};
        for (int32_t quads = 4 * loop->fours + loop->quads; quads > 0; quads--, columns += 4, first += 4, second += 4) {
            int32_t word = cdsp_load4(first);
            sums.a0 = cdsp_smlad(columns[1], cdsp_odd(word), cdsp_smlad(columns[0], cdsp_even(word), sums.a0));
            sums.b0 = cdsp_smlad(columns[3], cdsp_odd(word), cdsp_smlad(columns[2], cdsp_even(word), sums.b0));
            word = cdsp_load4(second);
            sums.a1 = cdsp_smlad(columns[1], cdsp_odd(word), cdsp_smlad(columns[0], cdsp_even(word), sums.a1));
            sums.b1 = cdsp_smlad(columns[3], cdsp_odd(word), cdsp_smlad(columns[2], cdsp_even(word), sums.b1));
        }
        *loop->sums++ = sums;
        loop->bias += 2;
        first = second + loop->tail;
    }
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

static void sum_up(
    const int32_t *columns, const int8_t *weights, int32_t count, int32_t outputs, const int32_t *bias, Sums *sums) {
    const int32_t quads = count >> 2, tail = count & 3, pairs = outputs >> 1;
    PairLoop loop = {columns, quads >> 2, quads & 3, bias, count, tail, sums, pairs};
    if (pairs > 0) multiply_pairs(&loop, weights);
    // An odd last channel makes a pair with itself.
    const int32_t last_bias[2] = {bias[outputs - 1], bias[outputs - 1]};
    if (outputs & 1) {
        PairLoop single = {columns, quads >> 2, quads & 3, last_bias, 0, tail, sums + pairs, 1};
        multiply_pairs(&single, weights + (outputs - 1) * count);
    }
    if (tail == 0) return;
    for (int32_t channel = 0; channel < outputs; channel += 2, sums++) {
        const int8_t *first = weights + channel * count + 4 * quads;
        add_tail(sums, columns + 4 * quads, first, channel + 1 < outputs ? first + count : first, tail);
    }
}

// Both pixels of a channel whose scale the quick form does not cover.
__attribute__((noinline)) static void requantise_one(
    const int32_t *sums, int32_t multiplier, int32_t shift, int32_t zero, int8_t *a, int8_t *b) {
    CDSPMultiplier by = cdsp_multiplier(multiplier, shift);
    *a = cdsp_int8(by, sums[0], zero);
    *b = cdsp_int8(by, sums[1], zero);
}

// Sums of one channel after the other, pixel a before b.
__attribute__((noinline)) static void requantise(
    const int32_t *sums, const int32_t *multipliers, const int32_t *shifts, int32_t zero, int32_t outputs, int8_t *a,
    int8_t *b) {
    for (; outputs > 0; outputs--, sums += 2, a++, b++) {
        const int32_t multiplier = *multipliers++, shift = *shifts++;
        if (__builtin_expect(cdsp_is_quick(shift), 1)) {
            CDSPQuickMultiplier by = cdsp_quick_multiplier(multiplier, shift, zero);
            *a = cdsp_quick_int8(by, 2 * sums[0]);
            *b = cdsp_quick_int8(by, 2 * sums[1]);
        } else {
            requantise_one(sums, multiplier, shift, zero, a, b);
        }
    }
}

void cdsp_dual_widen(const int8_t *source, int32_t offset, int32_t quads, int32_t *target) {
    const int32_t lanes = (offset & 0xFFFF) | (int32_t)((uint32_t)offset << 16);
    for (; quads > 0; quads--, source += 4, target += 4) {
        int32_t word = cdsp_load4(source);
        target[0] = cdsp_add_even(lanes, word);
        target[1] = cdsp_add_odd(lanes, word);
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
