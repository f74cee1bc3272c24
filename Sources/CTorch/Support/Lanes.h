/// Vectors of the instruction set that this file is compiled for: `SAPOOL_LANES` floats, `SAPOOL_REGISTERS` of them.
///
/// Everything in this header and in those that build on it has internal linkage, since each instruction set's source
/// file compiles it anew, under the same names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#define SAPOOL_INLINE [[gnu::always_inline]] inline

namespace sapool {
namespace {

constexpr int lanes = SAPOOL_LANES;
constexpr int registers = SAPOOL_REGISTERS;

/// One vector of floats, and the same bits as integers (unsigned: their sums wrap around).
typedef float Lanes __attribute__((vector_size(lanes * 4)));
typedef uint32_t Bits __attribute__((vector_size(lanes * 4)));

SAPOOL_INLINE Lanes splat(float x) { return x - Lanes{}; }

/// The larger of each two; where `b` is not a number, `b`.
SAPOOL_INLINE Lanes larger(Lanes a, Lanes b) { return a > b ? a : b; }

/// Lane l of the result is the sum of the lanes of `vectors[l]`; `vectors` is overwritten.
///
/// Halves are folded onto each other: after each step half as many vectors hold the partial sums, each of twice as
/// many.
template <int half = lanes / 2>
SAPOOL_INLINE Lanes sumOfEach(Lanes *vectors) {
    const auto fold = [&]<int... lane>(Lanes a, Lanes b, std::integer_sequence<int, lane...>)
        __attribute__((always_inline)) {
        // Of each run of 2·half lanes, `a` gives the first half of the result, `b` the second.
        constexpr auto source = [](int l) {
            return (l % (2 * half) < half ? 0 : lanes) + l / (2 * half) * (2 * half) + l % half;
        };
        return __builtin_shufflevector(a, b, source(lane)...) + __builtin_shufflevector(a, b, (source(lane) + half)...);
    };
#pragma unroll
    for (int i = 0; i < half; i++) {
        vectors[i] = fold(vectors[i], vectors[i + half], std::make_integer_sequence<int, lanes>());
    }
    if constexpr (half > 1) return sumOfEach<half / 2>(vectors);
    return vectors[0];
}

/// Calls `body(i, integral_constant)` for runs of `size` in 0..<count, then for the rest one by one.
template <int size, typename Body>
SAPOOL_INLINE void inGroups(int count, const Body &body) {
    int i = 0;
    for (; i + size <= count; i += size) body(i, std::integral_constant<int, size>());
    for (; i < count; i++) body(i, std::integral_constant<int, 1>());
}

/// Uninitialised memory for working data, aligned to cache lines.
template <typename Element>
class Scratch {
public:
    explicit Scratch(size_t count)
        : memory(static_cast<Element *>(::operator new(count * sizeof(Element), alignment))) {}

    Element *data() const { return memory.get(); }

private:
    static constexpr std::align_val_t alignment{64};
    struct Release {
        void operator()(Element *pointer) const { ::operator delete(pointer, alignment); }
    };
    std::unique_ptr<Element, Release> memory;
};

}  // namespace
}  // namespace sapool
