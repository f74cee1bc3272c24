// Start-up as vendors' projects have it (CubeMX's names of places), and the serial port of QEMU's boards.
#include "port.h"

#ifdef __cplusplus
#error "the port is C"
#endif

extern uint32_t _sidata[], _sdata[], _edata[], _sbss[], _ebss[], _estack[];
extern int main(void);
void Reset_Handler(void) __attribute__((noreturn));

#if defined(__arm__)
// A CMSDK UART: data, state (bit 0: full), control (bit 0: transmits), interrupts, divisor.
#define UART ((volatile uint32_t *)UART_ADDRESS)

static void put(char character) {
    if (!(UART[2] & 1)) {
        UART[4] = 16;
        UART[2] = 1;
    }
    while (UART[1] & 1) {}
    UART[0] = (uint8_t)character;
}

static void leave(void) {
    while (UART[1] & 1) {}
    // The emulator ends where the core asks to be reset.
    *(volatile uint32_t *)0xE000ED0C = 0x05FA0004;
}

/// Any fault ends the run.
static void Fault_Handler(void) { port_exit(99); }

__attribute__((section(".isr_vector"), used)) static const void *const vectors[16] = {
    _estack, (const void *)Reset_Handler, [2 ... 15] = (const void *)Fault_Handler};

void Reset_Handler(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
#else
// The board virt: a 16550 UART, and a device that ends the run.
#define UART ((volatile uint8_t *)0x10000000)

static void put(char character) {
    while (!(UART[5] & 0x20)) {}
    UART[0] = (uint8_t)character;
}

static void leave(void) { *(volatile uint32_t *)0x100000 = 0x5555; }

__attribute__((section(".isr_vector"), naked, used)) void _start(void) {
    __asm__ volatile(".option push\n.option norelax\nla gp, __global_pointer$\n.option pop\nla sp, _estack\nj Reset_Handler");
}

void Reset_Handler(void) {
#endif
    const uint32_t *source = _sidata;
    for (uint32_t *word = _sdata; word < _edata;) *word++ = *source++;
    for (uint32_t *word = _sbss; word < _ebss;) *word++ = 0;
    port_exit(main());
}

void port_print(const char *text) {
    while (*text) put(*text++);
}

void port_print_number(int32_t value) {
    char digits[11];
    int32_t count = 0;
    uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    do {
        // No division: a Cortex-M0+ has none.
        uint32_t tens = 0;
        while (rest >= 10) rest -= 10, tens++;
        digits[count++] = (char)('0' + rest);
        rest = tens;
    } while (rest);
    if (value < 0) put('-');
    while (count) put(digits[--count]);
}

void port_exit(int32_t status) {
    port_print("exit ");
    port_print_number(status);
    put('\n');
    leave();
    for (;;) {}
}
