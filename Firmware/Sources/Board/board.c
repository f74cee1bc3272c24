#include "board.h"

#if defined(__arm__)

// The board gives a program two things: a serial port to print to, and images in memory. No files, no commands, no network. Where both
// lie the linker script says.

// The serial port, a CMSDK UART: data, state (bit 0: full), control (bit 0: transmits), interrupts, divisor of the clock.
extern volatile uint32_t __uart[];
enum { DATA, STATE, CONTROL, INTERRUPTS, DIVISOR };

// A count of bytes, and from the fourth word on the bytes.
extern const uint32_t __images[];

void board_put(uint8_t character) {
    if (!(__uart[CONTROL] & 1)) {
        __uart[DIVISOR] = 16;
        __uart[CONTROL] = 1;
    }
    while (__uart[STATE] & 1) {}
    __uart[DATA] = character;
}

int32_t board_read(void *target, int32_t count) {
    static uint32_t place;
    const uint8_t *bytes = (const uint8_t *)(__images + 4);
    uint8_t *to = target;
    int32_t done = 0;
    while (done < count && place < __images[0]) to[done++] = bytes[place++];
    return done;
}

void board_exit(int32_t status) {
    board_print("exit ");
    board_print_number(status);
    board_put('\n');
    while (__uart[STATE] & 1) {}
    // The emulator ends where the core asks to be reset.
    *(volatile uint32_t *)0xE000ED0C = 0x05FA0004;
    for (;;) {}
}

#else
#include <stdio.h>
#include <stdlib.h>

void board_put(uint8_t character) { putchar(character); }

int32_t board_read(void *target, int32_t count) {
    static FILE *images;
    if (!images) images = fopen("images.bin", "rb");
    return images ? (int32_t)fread(target, 1, (size_t)count, images) : 0;
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
