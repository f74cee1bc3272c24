// What firmware asks of its board. On the host the same calls go to the standard library, so that one program runs on both.
#pragma once
#include <stdint.h>

#define BOARD_INLINE static inline __attribute__((always_inline))

/// Prints one character.
void board_put(uint8_t character);

/// Ends the program: emulator and host leave with this status.
void board_exit(int32_t status) __attribute__((noreturn));

/// Prints text, or a decimal number.
void board_print(const char *text);
void board_print_number(int32_t value);

/// Opens a file of the host for reading, one at a time; below 0 where there is none.
int32_t board_open(const char *path);

/// Reads up to `count` bytes of it; returns how many it got.
int32_t board_read(int32_t file, void *target, int32_t count);

// Marks around a region that the counter reports: hints that no core defines and all execute as no operation. Aligned, or the
// translator would not see one whole that straddles two pages.
#if defined(__arm__)
BOARD_INLINE void board_begin(void) { __asm__ volatile(".p2align 2\n.inst.w 0xF3AF8060" ::: "memory"); }
BOARD_INLINE void board_end(void) { __asm__ volatile(".p2align 2\n.inst.w 0xF3AF8061" ::: "memory"); }
#else
BOARD_INLINE void board_begin(void) {}
BOARD_INLINE void board_end(void) {}
#endif
