#include "cdsp_product.h"

#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE
#include <arm_mve.h>

// Two rows of weights by two columns: four sums, as sums across a vector take even registers, of which there are seven.
static inline void multiply(
    const int16_t *first, const int16_t *second, const int8_t *weights, int32_t count, int32_t bias0, int32_t bias1,
    int32_t *a, int32_t *b) {
    const int8_t *next = weights + count;
    int32_t a0 = bias0, a1 = bias1, b0 = bias0, b1 = bias1;
    for (int32_t left = count; left > 0; left -= 8) {
        // Beyond the end all lanes are zero.
        mve_pred16_t lanes = vctp16q((uint32_t)left);
        int16x8_t x = vldrhq_z_s16(first, lanes), y = vldrhq_z_s16(second, lanes);
        int16x8_t w = vldrbq_z_s16(weights, lanes);
        a0 = vmladavaq_s16(a0, w, x);
        b0 = vmladavaq_s16(b0, w, y);
        w = vldrbq_z_s16(next, lanes);
        a1 = vmladavaq_s16(a1, w, x);
        b1 = vmladavaq_s16(b1, w, y);
        first += 8, second += 8, weights += 8, next += 8;
    }
    a[0] = a0, a[1] = a1, b[0] = b0, b[1] = b1;
}

// Four sums requantised: the same bits as `cdsp_scale` one by one.
static inline void requantise(
    const int32_t *sums, int32x4_t multiplier, int32x4_t left, int32x4_t right, int32_t zero, int8_t *output) {
    int32x4_t value = vqrdmulhq_s32(vshlq_s32(vldrwq_s32(sums), left), multiplier);
    value = vaddq_s32(value, vshrq_n_s32(vandq_s32(value, right), 31));
    value = vaddq_n_s32(vrshlq_s32(value, right), zero);
    value = vmaxq_s32(vminq_s32(value, vdupq_n_s32(127)), vdupq_n_s32(-128));
    vstrbq_s32(output, value);
}

void cdsp_vector_product(
    const int16_t *columns, const int8_t *weights, int32_t count, int32_t outputs, const CDSPScale *scale, int8_t *a,
    int8_t *b) {
    for (int32_t channel = 0; channel < outputs; channel += 4) {
        const int32_t *bias = scale->bias + channel;
        int32_t first[4], second[4];
        multiply(columns, columns + count, weights, count, bias[0], bias[1], first, second);
        weights += 2 * count;
        multiply(columns, columns + count, weights, count, bias[2], bias[3], first + 2, second + 2);
        weights += 2 * count;
        int32x4_t shift = vldrwq_s32(scale->shifts + channel), none = vdupq_n_s32(0);
        int32x4_t left = vmaxq_s32(shift, none), right = vminq_s32(shift, none);
        int32x4_t multiplier = vldrwq_s32(scale->multipliers + channel);
        requantise(first, multiplier, left, right, scale->zero, a + channel);
        requantise(second, multiplier, left, right, scale->zero, b + channel);
    }
}

void cdsp_vector_widen(const int8_t *source, int32_t offset, int32_t count, int16_t *target) {
    for (int32_t left = count; left > 0; left -= 8) {
        mve_pred16_t lanes = vctp16q((uint32_t)left);
        vstrhq_p_s16(target, vaddq_n_s16(vldrbq_z_s16(source, lanes), (int16_t)offset), lanes);
        source += 8, target += 8;
    }
}

#else

void cdsp_vector_product(
    const int16_t *columns, const int8_t *weights, int32_t count, int32_t outputs, const CDSPScale *scale, int8_t *a,
    int8_t *b) {
    (void)columns, (void)weights, (void)count, (void)outputs, (void)scale, (void)a, (void)b;
}

void cdsp_vector_widen(const int8_t *source, int32_t offset, int32_t count, int16_t *target) {
    (void)source, (void)offset, (void)count, (void)target;
}

#endif
