// QEMU's board mps2-an386 (Arm's MPS2 with a Cortex-M4; application note AN386): start-up, CMSDK's UART 0, and the
// counter of the board's input and output registers.
#include "board.h"

#include <stddef.h>

extern uint32_t board_data_load[], board_data_start[], board_data_end[], board_bss_start[], board_bss_end[], board_stack_top[];
extern int main(void);

// Data, state (bit 0: no room, bit 1: a character is there), control (bit 0: sends, bit 1: receives), interrupts,
// divisor.
static volatile uint32_t *const uart = (volatile uint32_t *)0x40004000;
enum { DATA, STATE, CONTROL, INTERRUPTS, DIVISOR };

// A counter that rises once in as many ticks of the board's 25 MHz as the second register says, and one.
static volatile uint32_t *const counter = (volatile uint32_t *)0x40028018, *const prescaler = (volatile uint32_t *)0x4002801C;

void Reset_Handler(void) __attribute__((noreturn));
/// A fault ends the emulator, which takes a reset for the end (-no-reboot).
static void Fault_Handler(void) __attribute__((noreturn));

static void Fault_Handler(void) {
    *(volatile uint32_t *)0xE000ED0C = 0x05FA0004;
    for (;;) {}
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    board_stack_top, (const void *)Reset_Handler, [2 ... 15] = (const void *)Fault_Handler};

void Reset_Handler(void) {
    // Full access to the floating-point unit.
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
    const uint32_t *source = board_data_load;
    for (uint32_t *word = board_data_start; word < board_data_end;) *word++ = *source++;
    for (uint32_t *word = board_bss_start; word < board_bss_end;) *word++ = 0;
    main();
    Fault_Handler();
}

void board_start(void) {
    uart[DIVISOR] = 217;
    uart[CONTROL] = 3;
    // The emulator looks for characters when one has been taken.
    (void)uart[DATA];
    *prescaler = 24;
    *counter = 0;
}

void board_put(char character) {
    while (uart[STATE] & 1) {}
    uart[DATA] = (uint8_t)character;
}

char board_get(void) {
    while (!(uart[STATE] & 2)) {}
    return (char)uart[DATA];
}

uint32_t board_microseconds(void) { return *counter; }
