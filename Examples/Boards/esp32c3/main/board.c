// ESP32-C3, by ESP-IDF: its counter of cycles is a register of its own, which esp_cpu_get_cycle_count reads.
#include "../../board.h"

#include <stdio.h>

#include "esp_cpu.h"
#include "esp_rom_sys.h"

const char board_name[] = "ESP32-C3, RISC-V, code in flash behind a cache";

extern int benchmark(void);

void board_start(void) {}

uint32_t board_cycles(void) { return esp_cpu_get_cycle_count(); }

uint32_t board_megahertz(void) { return esp_rom_get_cpu_ticks_per_us(); }

void board_print(const char *text) { fputs(text, stdout); }

void app_main(void) { benchmark(); }
