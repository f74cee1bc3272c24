// STM32F446RE on a Nucleo-64, by registers alone (reference manual RM0390): the clock after a reset, 16 MHz and no wait states of the flash,
// so that cycles are those of the core. The serial line is the USB port of the board (USART2, 115200 baud).
#include "../board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

const char board_name[] = "STM32F446RE, Cortex-M4F, 16 MHz, no wait states";

extern uint32_t _sidata[], _sdata[], _edata[], _sbss[], _ebss[], _estack[];
extern int main(void);
void Reset_Handler(void) __attribute__((noreturn));

static void Fault_Handler(void) {
    for (;;) {}
}

__attribute__((section(".isr_vector"), used)) static const void *const vectors[16] = {
    _estack, (const void *)Reset_Handler, [2 ... 15] = (const void *)Fault_Handler};

void Reset_Handler(void) {
    // Floating-point instructions, as the library was compiled for a core that has them.
    REGISTER(0xE000ED88) |= 0xFu << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
    const uint32_t *source = _sidata;
    for (uint32_t *word = _sdata; word < _edata;) *word++ = *source++;
    for (uint32_t *word = _sbss; word < _ebss;) *word++ = 0;
    main();
    for (;;) {}
}

void board_start(void) {
    // Clocks of GPIOA and USART2; PA2 is its output (alternate function 7).
    REGISTER(0x40023830) |= 1u << 0;
    REGISTER(0x40023840) |= 1u << 17;
    REGISTER(0x40020000) = (REGISTER(0x40020000) & ~(3u << 4)) | 2u << 4;
    REGISTER(0x40020020) = (REGISTER(0x40020020) & ~(15u << 8)) | 7u << 8;
    // 16 MHz / 115200 = 138.9
    REGISTER(0x40004408) = 139;
    REGISTER(0x4000440C) = 1u << 13 | 1u << 3;
    // DWT's counter of cycles, behind the debugger's switch.
    REGISTER(0xE000EDFC) |= 1u << 24;
    REGISTER(0xE0001004) = 0;
    REGISTER(0xE0001000) |= 1;
}

uint32_t board_cycles(void) { return REGISTER(0xE0001004); }

uint32_t board_megahertz(void) { return 16; }

void board_print(const char *text) {
    for (; *text; text++) {
        while (!(REGISTER(0x40004400) & 1u << 7)) {}
        REGISTER(0x40004404) = (uint8_t)*text;
    }
    while (!(REGISTER(0x40004400) & 1u << 6)) {}
}
