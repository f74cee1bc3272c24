/// Powers on vectors: 2^t but for a constant factor that softmax divides out again, and eˣ.
#pragma once

#include "Lanes.h"

#include <cmath>

namespace sapool {
namespace {

/// log₂ e: scores are kept in units where softmax takes powers of two.
constexpr double log2e = 1.4426950408889634;
constexpr double ln2 = 0.6931471805599453;

/// Below it a power counts as nothing, and 2^t would leave the normal numbers.
constexpr float smallestExponent = -126;

/// What `scaledPower` returns is 2^t divided by the leading coefficient of its polynomial, which is
/// 2^`leadingExponent`: a monic polynomial takes one multiplication less.
///
/// Rounding to an integer n is an addition of 1.5 · 2^23: what is left in the low bits of the sum is n, and 2^n is made
/// by adding n to the exponent bits. No fast-math flag may be set, or the compiler would cancel the addition.
#if SAPOOL_LANES == 16 && defined(SAPOOL_PERMUTE_32)

constexpr float leadingExponent = -2.05229994f;
constexpr float leadingCoefficient = 0.241099416f;

/// 2^(i/32) with the exponent bits less i · 2^18, which `scaledPower` adds to all of them with the integer part.
alignas(64) constexpr uint32_t thirtySeconds[32] = {
    0x3f800000, 0x3f7ecd87, 0x3f7daac3, 0x3f7c980f, 0x3f7b95c2, 0x3f7aa43a, 0x3f79c3d3, 0x3f78f4f0,
    0x3f7837f0, 0x3f778d3a, 0x3f76f532, 0x3f767043, 0x3f75fed7, 0x3f75a15b, 0x3f75583f, 0x3f7523f6,
    0x3f7504f3, 0x3f74fbaf, 0x3f7508a4, 0x3f752c4d, 0x3f75672a, 0x3f75b9be, 0x3f76248c, 0x3f76a81e,
    0x3f7744fd, 0x3f77fbb8, 0x3f78ccdf, 0x3f79b907, 0x3f7ac0c7, 0x3f7be4ba, 0x3f7d257d, 0x3f7e83b3,
};

/// t is rounded to n/32; 2^(n/32) comes from a table, and 2^f for the rest |f| ≤ 1/64 is a square completed:
/// c·((f + a)² + b), fitted to least relative error, 1.3e-7. That a is a multiple of 1/32 makes n/32 − a exact, and spares
/// an addition.
SAPOOL_INLINE Lanes scaledPower(Lanes t) {
    constexpr float shift = 1.5f * (1 << 18), a = 1.4375f;
    const Lanes rounded = t + shift;
    const Bits n = (Bits)rounded;
    Bits low, high;
    std::memcpy(&low, thirtySeconds, sizeof low);
    std::memcpy(&high, thirtySeconds + 16, sizeof high);
    const Bits power = (Bits)SAPOOL_PERMUTE_32(low, n, high) + (n << 18);
    const Lanes h = t - (rounded - (shift + a));
    return (Lanes)power * (h * h + 2.08126002f);
}

#else

constexpr float leadingExponent = -9.55691246f;
constexpr float leadingCoefficient = 0.00132764720f;

/// t is rounded to an integer; 2^f for the rest |f| ≤ 1/2 is a quintic of least relative error, with Knuth's adaptation
/// of coefficients (TAOCP, volume 2, section 4.6.4): three multiplications. Relative error 4e-7.
SAPOOL_INLINE Lanes scaledPower(Lanes t) {
    constexpr float shift = 1.5f * (1 << 23);
    const Lanes rounded = t + shift;
    const Lanes f = t - (rounded - shift);
    const Lanes h = f + 0.603424796f;
    const Lanes y = h * h;
    const Lanes quartic = (y + 27.8594609f) * y + 343.650498f;
    const Lanes quintic = quartic * (f + 4.87403610f) + -971.842287f;
    return (Lanes)((Bits)quintic + ((Bits)rounded << 23));
}

#endif

/// The same for any t ≤ 0. What is not a number stays so.
SAPOOL_INLINE Lanes scaledPowerOfAny(Lanes t) { return scaledPower(larger(splat(smallestExponent), t)); }

/// eˣ for any x, infinite where float32 ends; at least 2^−125.5. What is not a number stays so. Relative error 2e-6, and
/// 5e-7 where |x| ≤ 10.
SAPOOL_INLINE Lanes exponential(Lanes x) {
    constexpr float shift = 1.5f * (1 << 23), log2eInFloat = 1.44269502f;
    const Lanes t = larger(splat(-125.5f), x * log2eInFloat);
    const Lanes rounded = t + shift;
    const Lanes f = t - (rounded - shift);
    // 2^f for |f| ≤ 1/2, fitted to least relative error: 9e-8.
    Lanes p = f * 0.0013264718f + 0.00967151323f;
    p = p * f + 0.0555073377f;
    p = p * f + 0.240222421f;
    p = p * f + 0.693146978f;
    p = p * f + 1;
    const Lanes power = (Lanes)((Bits)p + ((Bits)rounded << 23));
    return t >= 128 ? splat(INFINITY) : power;
}

}  // namespace
}  // namespace sapool
