#include <algorithm>
#include <cmath>

#define SAPOOL_LANES 4
#define SAPOOL_REGISTERS 16
#include "Passes.h"

namespace sapool::normalisation {

const Kernels portable{moments, transform, gradientSums, differentiate};

}
