// Nanoseconds of one fused multiply-add on a vector of 16 floats, with nothing else to do: the roof of the kernels.
#include <chrono>

#ifdef __x86_64__
#define WITH(features) __attribute__((target(features)))
#else
#define WITH(features)
#endif

namespace {

typedef float Vector512 __attribute__((vector_size(64)));
typedef float Vector256 __attribute__((vector_size(32)));
typedef float Vector128 __attribute__((vector_size(16)));

constexpr int chains = 12, rounds = 1'000'000;

/// Independent chains, enough of them to hide the latency of each; the compiler must keep every step.
#define SAPOOL_PEAK(name, Vector, features, constraint)                                                  \
    WITH(features) double name() {                                                                       \
        Vector sums[chains] = {}, factor = Vector{} + 0.999f, term = Vector{} + 1e-4f;                   \
        const auto start = std::chrono::steady_clock::now();                                             \
        for (int round = 0; round < rounds; round++) {                                                   \
            _Pragma("unroll") for (int i = 0; i < chains; i++) {                                         \
                sums[i] = sums[i] * factor + term;                                                       \
                asm volatile("" : "+" constraint(sums[i]));                                              \
            }                                                                                            \
        }                                                                                                \
        const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;  \
        return time.count() / rounds / chains * (64 / sizeof(Vector));                                   \
    }

#ifdef __x86_64__
SAPOOL_PEAK(peak512, Vector512, "avx512f,fma", "v")
SAPOOL_PEAK(peak256, Vector256, "avx2,fma", "x")
SAPOOL_PEAK(peak128, Vector128, "sse2", "x")
#else
SAPOOL_PEAK(peak128, Vector128, "", "w")
#endif

}  // namespace

/// - Parameter width: 16 floats a vector (AVX-512), 8 (AVX2), or 4.
extern "C" double fused_multiply_add_time(int width) {
#ifdef __x86_64__
    if (width == 16) return peak512();
    if (width == 8) return peak256();
#endif
    return peak128();
}
