#ifdef __x86_64__

#include "Kernels.h"
#include "../Support/Threads.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

// As in Attention/AVX512.cpp.
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#define SAPOOL_LANES 16
#define SAPOOL_REGISTERS 32
#include "Passes.h"

#pragma clang attribute pop

namespace sapool::normalisation {

const Kernels avx512{moments, transform, gradientSums, differentiate};

}

#endif
