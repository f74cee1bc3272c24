// What the benchmark's program asks of a board: a serial port and a clock.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void board_start(void);
void board_put(char character);
/// Waits for a character.
char board_get(void);
/// Since the start, in microseconds; it begins anew after 71 minutes.
uint32_t board_microseconds(void);

#ifdef __cplusplus
}
#endif
