// Arm's vector extension (Helium) for the matrix products of Cortex-M55. Empty shells elsewhere: nothing calls them there.
#pragma once
#include "cdsp.h"

#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
#include <arm_mve.h>
#endif

/// Adds the products of two columns (int16) with four rows of weights (int8), `count` long each, to sums[row] and
/// sums[4 + row]. Rows lie `stride` bytes apart.
CDSP_INLINE void cdsp_vector_block(
    const int16_t *first, const int16_t *second, const int8_t *weights, int32_t stride, int32_t count, int32_t *sums) {
#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
    const int8_t *a = weights, *b = a + stride, *c = b + stride, *d = c + stride;
    int32_t a0 = sums[0], b0 = sums[1], c0 = sums[2], d0 = sums[3];
    int32_t a1 = sums[4], b1 = sums[5], c1 = sums[6], d1 = sums[7];
    for (int32_t left = count; left > 0; left -= 8) {
        // Beyond the end all lanes are zero.
        mve_pred16_t lanes = vctp16q((uint32_t)left);
        int16x8_t x0 = vldrhq_z_s16(first, lanes), x1 = vldrhq_z_s16(second, lanes);
        int16x8_t w = vldrbq_z_s16(a, lanes);
        a0 = vmladavaq_s16(a0, w, x0);
        a1 = vmladavaq_s16(a1, w, x1);
        w = vldrbq_z_s16(b, lanes);
        b0 = vmladavaq_s16(b0, w, x0);
        b1 = vmladavaq_s16(b1, w, x1);
        w = vldrbq_z_s16(c, lanes);
        c0 = vmladavaq_s16(c0, w, x0);
        c1 = vmladavaq_s16(c1, w, x1);
        w = vldrbq_z_s16(d, lanes);
        d0 = vmladavaq_s16(d0, w, x0);
        d1 = vmladavaq_s16(d1, w, x1);
        first += 8, second += 8, a += 8, b += 8, c += 8, d += 8;
    }
    sums[0] = a0, sums[1] = b0, sums[2] = c0, sums[3] = d0;
    sums[4] = a1, sums[5] = b1, sums[6] = c1, sums[7] = d1;
#else
    (void)first, (void)second, (void)weights, (void)stride, (void)count, (void)sums;
#endif
}

/// Four sums requantised (multiplier and shift a channel) and written as int8: the same bits as one by one.
CDSP_INLINE void cdsp_vector_requantise(
    const int32_t *sums, const int32_t *multipliers, const int32_t *shifts, int32_t zero, int8_t *output) {
#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
    int32x4_t shift = vldrwq_s32(shifts), none = vdupq_n_s32(0);
    int32x4_t right = vminq_s32(shift, none);
    int32x4_t value = vshlq_s32(vldrwq_s32(sums), vmaxq_s32(shift, none));
    value = vqrdmulhq_s32(value, vldrwq_s32(multipliers));
    // Halves go away from zero, where the instruction alone rounds them up.
    value = vaddq_s32(value, vshrq_n_s32(vandq_s32(value, right), 31));
    value = vaddq_n_s32(vrshlq_s32(value, right), zero);
    value = vmaxq_s32(vminq_s32(value, vdupq_n_s32(127)), vdupq_n_s32(-128));
    vstrbq_s32(output, value);
#else
    (void)sums, (void)multipliers, (void)shifts, (void)zero, (void)output;
#endif
}

/// Bytes widened to halves, plus `offset`.
CDSP_INLINE void cdsp_vector_widen(const int8_t *source, int32_t offset, int32_t count, int16_t *target) {
#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
    for (int32_t left = count; left > 0; left -= 8) {
        mve_pred16_t lanes = vctp16q((uint32_t)left);
        vstrhq_p_s16(target, vaddq_n_s16(vldrbq_z_s16(source, lanes), (int16_t)offset), lanes);
        source += 8, target += 8;
    }
#else
    (void)source, (void)offset, (void)count, (void)target;
#endif
}
