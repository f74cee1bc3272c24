// What firmware asks of its board. On the host the same calls go to the standard library, so that one program runs on both.
#pragma once
#include <stdint.h>

#define BOARD_INLINE static inline __attribute__((always_inline))

/// Prints one character.
void board_put(uint8_t character);

/// Ends the program: emulator and host leave with this status.
void board_exit(int32_t status) __attribute__((noreturn));

/// Working memory of the kernel suite.
int8_t *board_memory(void);
int32_t board_memory_bytes(void);

// Marks around a region that the counter reports: hints that no core defines and all execute as no operation. Aligned, or the
// translator would not see one whole that straddles two pages.
#if defined(__arm__)
BOARD_INLINE void board_begin(void) { __asm__ volatile(".p2align 2\n.inst.w 0xF3AF8060" ::: "memory"); }
BOARD_INLINE void board_end(void) { __asm__ volatile(".p2align 2\n.inst.w 0xF3AF8061" ::: "memory"); }
#else
BOARD_INLINE void board_begin(void) {}
BOARD_INLINE void board_end(void) {}
#endif
