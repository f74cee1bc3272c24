#pragma once
#include <stdint.h>

/// Working memory of the kernel suite.
int8_t *bench_memory(void);
int32_t bench_memory_bytes(void);
