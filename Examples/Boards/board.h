// What the benchmark asks of a board.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Starts the serial line and the counter of cycles.
void board_start(void);
/// Cycles of the core since some time; runs over.
uint32_t board_cycles(void);
/// Millions of cycles a second.
uint32_t board_megahertz(void);
void board_print(const char *text);
/// The board, its core and its clock, for the table's head.
extern const char board_name[];

#ifdef __cplusplus
}
#endif
