#include "board.h"

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

int32_t board_open(const char *path) {
    const int32_t open = 0x01;
    uintptr_t length = 0;
    while (path[length]) length++;
    // Mode 1 is "rb".
    const uintptr_t block[3] = {(uintptr_t)path, 1, length};
    return semihost(open, (uintptr_t)block);
}

int32_t board_read(int32_t file, void *target, int32_t count) {
    const int32_t read = 0x06;
    const uintptr_t block[3] = {(uintptr_t)file, (uintptr_t)target, (uintptr_t)count};
    // The host answers with the bytes that it could not read.
    return count - semihost(read, (uintptr_t)block);
}

void board_exit(int32_t status) {
    const int32_t exit_extended = 0x20, application_exit = 0x20026;
    const uint32_t block[2] = {application_exit, (uint32_t)status};
    for (;;) semihost(exit_extended, (uintptr_t)block);
}

#else
#include <stdio.h>
#include <stdlib.h>

static FILE *opened;

void board_put(uint8_t character) { putchar(character); }
int32_t board_open(const char *path) { return (opened = fopen(path, "rb")) ? 1 : -1; }
int32_t board_read(int32_t file, void *target, int32_t count) {
    (void)file;
    return (int32_t)fread(target, 1, (size_t)count, opened);
}
void board_exit(int32_t status) { exit(status); }
#endif

void board_print(const char *text) {
    while (*text) board_put((uint8_t)*text++);
}

void board_print_number(int32_t value) {
    char digits[11];
    int32_t count = 0;
    uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    do digits[count++] = (char)('0' + rest % 10), rest /= 10;
    while (rest);
    if (value < 0) board_put('-');
    while (count) board_put((uint8_t)digits[--count]);
}
