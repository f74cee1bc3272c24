#include "bench_memory.h"

#define MEMORY_BYTES (160 * 1024)

static int8_t memory[MEMORY_BYTES] __attribute__((aligned(16)));

int8_t *bench_memory(void) { return memory; }
int32_t bench_memory_bytes(void) { return MEMORY_BYTES; }
