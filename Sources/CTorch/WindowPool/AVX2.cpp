#ifdef __x86_64__

#include "Kernels.h"
#include "../Support/Threads.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

// As in Attention/AVX512.cpp.
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define SAPOOL_LANES 8
#define SAPOOL_REGISTERS 16
#include "Backward.h"

#pragma clang attribute pop

namespace sapool::pooling {

const Kernels avx2{forward, backward};

}

#endif
