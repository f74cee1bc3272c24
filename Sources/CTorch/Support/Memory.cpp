#include "ctorch.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

extern "C" void ct_keep_freed_memory(void) {
#if defined(__GLIBC__)
    // Numbers from the heap alone, and none of it given back. -1: never.
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
#endif
}
