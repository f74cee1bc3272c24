// The few instructions of Arm's DSP extension that int8 kernels live on, as inline functions with a portable fallback, so that
// one Swift source runs on the host and on every Cortex-M. All are `always_inline`: a freestanding build does not inline
// them into Swift otherwise.
#pragma once
#include <stdint.h>

#define CDSP_INLINE static inline __attribute__((always_inline))

/// How a core multiplies: the same for a whole build, so that branches on it vanish.
#define CDSP_PORTABLE 0
#define CDSP_DUAL 1
#define CDSP_VECTOR 2

CDSP_INLINE int32_t cdsp_unit(void) {
#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
    return CDSP_VECTOR;
#elif defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
    return CDSP_DUAL;
#else
    return CDSP_PORTABLE;
#endif
}

/// Four int8 from any address, the first in the lowest byte.
CDSP_INLINE int32_t cdsp_load4(const int8_t *address) {
    int32_t word;
    __builtin_memcpy(&word, address, 4);
    return word;
}

/// Writes four int8 to any address.
CDSP_INLINE void cdsp_store4(int8_t *address, int32_t word) { __builtin_memcpy(address, &word, 4); }

#if defined(__ARM_FEATURE_DSP) && __ARM_FEATURE_DSP
#include <arm_acle.h>

CDSP_INLINE int32_t cdsp_rotate8(int32_t x) { return (int32_t)(((uint32_t)x >> 8) | ((uint32_t)x << 24)); }

CDSP_INLINE int32_t cdsp_smlad(int32_t a, int32_t b, int32_t sum) { return __smlad(a, b, sum); }
CDSP_INLINE int32_t cdsp_smlabb(int32_t a, int32_t b, int32_t sum) { return __smlabb(a, b, sum); }
CDSP_INLINE int32_t cdsp_smlatt(int32_t a, int32_t b, int32_t sum) { return __smlatt(a, b, sum); }
CDSP_INLINE int32_t cdsp_even(int32_t x) { return __sxtb16(x); }
CDSP_INLINE int32_t cdsp_odd(int32_t x) { return __sxtb16(cdsp_rotate8(x)); }
CDSP_INLINE int32_t cdsp_add_even(int32_t lanes, int32_t x) { return __sxtab16(lanes, x); }
CDSP_INLINE int32_t cdsp_add_odd(int32_t lanes, int32_t x) { return __sxtab16(lanes, cdsp_rotate8(x)); }
CDSP_INLINE int32_t cdsp_add_halves(int32_t a, int32_t b) { return __sadd16(a, b); }
CDSP_INLINE int32_t cdsp_saturate8(int32_t x) { return __ssat(x, 8); }
/// The rounded upper half of the 64-bit product. No intrinsic of `arm_acle.h` names SMMULR.
CDSP_INLINE int32_t cdsp_high_product(int32_t a, int32_t b) {
    int32_t product;
    __asm__("smmulr %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
    return product;
}
/// The same with a whole number added: ⌊a·b / 2³² + ½⌋ + sum.
CDSP_INLINE int32_t cdsp_add_high_product(int32_t a, int32_t b, int32_t sum) {
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}

#else

CDSP_INLINE int32_t cdsp_pair(int32_t low, int32_t high) { return (int32_t)(((uint32_t)low & 0xFFFF) | ((uint32_t)high << 16)); }

/// sum + a.low · b.low + a.high · b.high, of signed halves.
CDSP_INLINE int32_t cdsp_smlad(int32_t a, int32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)((int16_t)a * (int16_t)b) + (uint32_t)((a >> 16) * (b >> 16)));
}
/// sum + a.low · b.low.
CDSP_INLINE int32_t cdsp_smlabb(int32_t a, int32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)((int16_t)a * (int16_t)b));
}
/// sum + a.high · b.high.
CDSP_INLINE int32_t cdsp_smlatt(int32_t a, int32_t b, int32_t sum) {
    return (int32_t)((uint32_t)sum + (uint32_t)((a >> 16) * (b >> 16)));
}
/// Bytes 0 and 2, widened to halves.
CDSP_INLINE int32_t cdsp_even(int32_t x) { return cdsp_pair((int8_t)x, (int8_t)(x >> 16)); }
/// Bytes 1 and 3, widened to halves.
CDSP_INLINE int32_t cdsp_odd(int32_t x) { return cdsp_pair((int8_t)(x >> 8), (int8_t)(x >> 24)); }
/// Halves, plus bytes 0 and 2.
CDSP_INLINE int32_t cdsp_add_even(int32_t lanes, int32_t x) {
    return cdsp_pair((int16_t)lanes + (int8_t)x, (lanes >> 16) + (int8_t)(x >> 16));
}
/// Halves, plus bytes 1 and 3.
CDSP_INLINE int32_t cdsp_add_odd(int32_t lanes, int32_t x) {
    return cdsp_pair((int16_t)lanes + (int8_t)(x >> 8), (lanes >> 16) + (int8_t)(x >> 24));
}
/// Sums of the halves, each by itself.
CDSP_INLINE int32_t cdsp_add_halves(int32_t a, int32_t b) {
    return cdsp_pair((int16_t)a + (int16_t)b, (a >> 16) + (b >> 16));
}
CDSP_INLINE int32_t cdsp_saturate8(int32_t x) { return x < -128 ? -128 : x > 127 ? 127 : x; }
/// The rounded upper half of the 64-bit product: ⌊a·b / 2³² + ½⌋.
CDSP_INLINE int32_t cdsp_high_product(int32_t a, int32_t b) {
    return (int32_t)(((int64_t)a * b + 0x80000000LL) >> 32);
}
/// The same with a whole number added: ⌊a·b / 2³² + ½⌋ + sum.
CDSP_INLINE int32_t cdsp_add_high_product(int32_t a, int32_t b, int32_t sum) {
    return (int32_t)((uint32_t)cdsp_high_product(a, b) + (uint32_t)sum);
}

#endif

/// Two words from an address that is a multiple of 4, in one instruction where there is one.
typedef struct {
    int32_t first, second;
} CDSPWords;

CDSP_INLINE CDSPWords cdsp_load_words(const int32_t *address) {
    CDSPWords words;
#if defined(__arm__) && __ARM_ARCH_ISA_THUMB >= 2
    __asm__("ldrd %0, %1, [%2]" : "=r"(words.first), "=r"(words.second) : "r"(address), "m"(*(const int32_t(*)[2])address));
#else
    words.first = address[0];
    words.second = address[1];
#endif
    return words;
}

/// From int32 sums to int8 steps: sum · multiplier · 2^(shift − 31), rounded twice as LiteRT's reference kernels do.
typedef struct {
    int32_t multiplier;
    /// Bits to the left before, 1 for the doubled product included.
    int32_t left;
    /// Minus the bits to the right after, 0 or less.
    int32_t right;
    int32_t half;
} CDSPMultiplier;

/// A Q31 multiplier and LiteRT's shift: positive to the left, negative to the right.
CDSP_INLINE CDSPMultiplier cdsp_multiplier(int32_t multiplier, int32_t shift) {
    CDSPMultiplier result = {multiplier, shift > 0 ? shift + 1 : 1, shift > 0 ? 0 : shift, 0};
    result.half = (1 << -result.right) >> 1;
    return result;
}

CDSP_INLINE int32_t cdsp_scale(CDSPMultiplier by, int32_t sum) {
    int32_t product = cdsp_high_product((int32_t)((uint32_t)sum << by.left), by.multiplier);
    // `right` has its sign bit set unless it is 0, where nothing is to be rounded: halves go away from zero.
    return (product + ((product & by.right) >> 31) + by.half) >> -by.right;
}

/// The tables and limits of `Requantisation`, from one output channel on.
typedef struct {
    const int32_t *bias, *multipliers, *shifts;
    int32_t zero;
} CDSPScale;

CDSP_INLINE int8_t cdsp_int8(CDSPMultiplier by, int32_t sum, int32_t zero) {
    return (int8_t)cdsp_saturate8(cdsp_scale(by, sum) + zero);
}

/// The same for one channel's sums in a row, in two instructions less each: where 1 to 22 bits go to the right, as nearly
/// always, the zero point is added before the shift, and the sign alone tells which way halves go.
typedef struct {
    int32_t multiplier, right, addend;
} CDSPQuickMultiplier;

CDSP_INLINE int cdsp_is_quick(int32_t shift) { return (uint32_t)(-shift - 1) < 22; }

CDSP_INLINE CDSPQuickMultiplier cdsp_quick_multiplier(int32_t multiplier, int32_t shift, int32_t zero) {
    int32_t right = -shift;
    return (CDSPQuickMultiplier){multiplier, right, (int32_t)((uint32_t)(2 * zero + 1) << (right - 1))};
}

/// `doubled` is twice the sum.
CDSP_INLINE int8_t cdsp_quick_int8(CDSPQuickMultiplier by, int32_t doubled) {
    int32_t product = cdsp_high_product(doubled, by.multiplier);
    return (int8_t)cdsp_saturate8((product + (product >> 31) + by.addend) >> by.right);
}

/// The same for many sums of one channel, without doubling them first: twice a multiplier of 2³⁰ or more is 2³² and a rest below
/// 0, and a sum times 2³² is the sum itself in the upper half.
typedef struct {
    int32_t rest, right, addend;
} CDSPRowMultiplier;

CDSP_INLINE int cdsp_has_row_form(int32_t multiplier, int32_t shift) {
    return multiplier >= 1 << 30 && cdsp_is_quick(shift);
}

CDSP_INLINE CDSPRowMultiplier cdsp_row_multiplier(int32_t multiplier, int32_t shift, int32_t zero) {
    CDSPQuickMultiplier quick = cdsp_quick_multiplier(multiplier, shift, zero);
    return (CDSPRowMultiplier){(int32_t)((uint32_t)multiplier << 1), quick.right, quick.addend};
}

CDSP_INLINE int8_t cdsp_row_int8(CDSPRowMultiplier by, int32_t sum) {
    int32_t product = cdsp_add_high_product(sum, by.rest, sum);
    return (int8_t)cdsp_saturate8((product + (product >> 31) + by.addend) >> by.right);
}
