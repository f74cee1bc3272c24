#include <algorithm>
#include <cmath>

#define SAPOOL_LANES 4
#define SAPOOL_REGISTERS 16
#include "Backward.h"

namespace sapool::pooling {

const Kernels portable{forward, backward};

}
