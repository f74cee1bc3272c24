#ifdef __x86_64__

#include "Kernels.h"
#include "../Support/Threads.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <immintrin.h>
#include <memory>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

// What follows, templates and lambdas included, is compiled for AVX-512, whatever the flags say; headers of others stay
// outside, so that no function that they share with other files needs AVX-512.
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#define SAPOOL_LANES 16
#define SAPOOL_REGISTERS 32
#define SAPOOL_PERMUTE_32(low, index, high) _mm512_permutex2var_epi32((__m512i)(low), (__m512i)(index), (__m512i)(high))
#include "Backward.h"
#include "Forward.h"

#pragma clang attribute pop

namespace sapool::attention {

const Kernels avx512{forward, backward};

}

#endif
