// 2^-x for the softmax.
#pragma once
#include <stdint.h>

extern const uint16_t cdsp_powers_of_two[256];

/// 2^(15 - fraction / 256), rounded, for a fraction of 0 to 255.
static inline __attribute__((always_inline)) int32_t cdsp_power_of_two(int32_t fraction) {
    return cdsp_powers_of_two[fraction];
}
