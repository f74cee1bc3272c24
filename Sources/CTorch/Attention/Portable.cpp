#define SAPOOL_LANES 4
#ifdef __aarch64__
#define SAPOOL_REGISTERS 32
#else
#define SAPOOL_REGISTERS 16
#endif
#include "Backward.h"
#include "Forward.h"

namespace sapool::attention {

const Kernels portable{forward, backward};

}
