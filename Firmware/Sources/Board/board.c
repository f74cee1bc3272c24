#include "board.h"

#define MEMORY_BYTES (160 * 1024)

static int8_t memory[MEMORY_BYTES] __attribute__((aligned(16)));

int8_t *board_memory(void) { return memory; }
int32_t board_memory_bytes(void) { return MEMORY_BYTES; }

#if defined(__arm__)

// Semihosting: the debugger, here the emulator, serves BKPT 0xAB by the number in r0 with the argument in r1.
static int32_t semihost(int32_t operation, uintptr_t argument) {
    register int32_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void board_put(uint8_t character) {
    const int32_t write_character = 0x03;
    semihost(write_character, (uintptr_t)&character);
}

void board_exit(int32_t status) {
    const int32_t exit_extended = 0x20, application_exit = 0x20026;
    const uint32_t block[2] = {application_exit, (uint32_t)status};
    for (;;) semihost(exit_extended, (uintptr_t)block);
}

#else
#include <stdio.h>
#include <stdlib.h>

void board_put(uint8_t character) { putchar(character); }
void board_exit(int32_t status) { exit(status); }
#endif
