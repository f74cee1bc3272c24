// From reset to main: vectors, coprocessor, RAM. Names of places come from Boards/layout.ld.
#if defined(__arm__)
#include "board.h"

extern uint32_t __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[];
extern int main(int, char **);

void Reset_Handler(void) __attribute__((noreturn));
void Fault_Handler(void) __attribute__((noreturn));

#ifndef STACK_BYTES
#define STACK_BYTES 4096
#endif
// First in RAM, so that a stack that runs over leaves RAM and faults instead of spoiling data.
__attribute__((section(".stack"), used, aligned(8))) static uint8_t stack[STACK_BYTES];

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    __stack_top, (const void *)Reset_Handler, [2 ... 15] = (const void *)Fault_Handler};

/// Any fault or interrupt that nobody asked for ends the run with status 99.
void Fault_Handler(void) { board_exit(99); }

void Reset_Handler(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    // CPACR: full access to CP10 and CP11, the floating-point and vector unit.
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
    const uint32_t *source = __data_load;
    for (uint32_t *word = __data_start; word < __data_end;) *word++ = *source++;
    for (uint32_t *word = __bss_start; word < __bss_end;) *word++ = 0;
    main(0, 0);
    board_exit(0);
}
#endif
