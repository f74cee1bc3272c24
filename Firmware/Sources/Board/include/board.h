// What firmware asks of its board. On the host the same calls go to the standard library, so that one program runs on both.
#pragma once
#include <stdint.h>

#define BOARD_INLINE static inline __attribute__((always_inline))

/// Prints one character.
void board_put(uint8_t character);

/// Ends the program: the host with this status, a board with a last line `exit STATUS`.
void board_exit(int32_t status) __attribute__((noreturn));

/// Prints text, or a decimal number.
void board_print(const char *text);
void board_print_number(int32_t value);

/// Copies the next bytes of the images, up to `count` of them; returns how many there were. A board has them in memory, the host in the
/// file images.bin.
int32_t board_read(void *target, int32_t count);

// Marks around a region that the counter reports: hints that no core defines and all execute as no operation (Armv6-M has none of 32 bits, but
// its code is counted on an emulated Cortex-M3). Aligned, or the translator would not see one whole that straddles two pages.
#if defined(__arm__)
BOARD_INLINE void board_begin(void) { __asm__ volatile(".p2align 2\n.inst.w 0xF3AF8060" ::: "memory"); }
BOARD_INLINE void board_end(void) { __asm__ volatile(".p2align 2\n.inst.w 0xF3AF8061" ::: "memory"); }
#elif defined(__riscv)
BOARD_INLINE void board_begin(void) { __asm__ volatile(".p2align 2\nslti x0, x0, 0x60" ::: "memory"); }
BOARD_INLINE void board_end(void) { __asm__ volatile(".p2align 2\nslti x0, x0, 0x61" ::: "memory"); }
#else
BOARD_INLINE void board_begin(void) {}
BOARD_INLINE void board_end(void) {}
#endif
