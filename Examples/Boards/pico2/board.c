// Raspberry Pi Pico 2 (RP2350), by the Pico SDK: the serial line over USB. On Cortex-M33 DWT counts cycles, on Hazard3 mcycle.
#include "../board.h"

#include <stdio.h>

#include "hardware/clocks.h"
#include "pico/stdlib.h"

#ifdef __riscv
const char board_name[] = "RP2350, Hazard3, code in flash behind a cache";
#else
const char board_name[] = "RP2350, Cortex-M33, code in flash behind a cache";
#endif

void board_start(void) {
    stdio_init_all();
    // Whoever listens has time to connect.
    sleep_ms(5000);
#ifdef __riscv
    // mcountinhibit: after a reset the counters of Hazard3 stand still.
    __asm__ volatile("csrc 0x320, %0" ::"r"(1));
#else
    *(volatile uint32_t *)0xE000EDFC |= 1u << 24;
    *(volatile uint32_t *)0xE0001000 |= 1;
#endif
}

uint32_t board_cycles(void) {
#ifdef __riscv
    uint32_t cycles;
    __asm__ volatile("csrr %0, mcycle" : "=r"(cycles));
    return cycles;
#else
    return *(volatile uint32_t *)0xE0001004;
#endif
}

uint32_t board_megahertz(void) { return clock_get_hz(clk_sys) / 1000000; }

void board_print(const char *text) {
    fputs(text, stdout);
    stdio_flush();
}
