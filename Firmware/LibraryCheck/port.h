// What the library's check asks of an emulated board: a serial port, and an end.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void port_print(const char *text);
void port_print_number(int32_t value);
/// Ends the run: a last line `exit STATUS`.
void port_exit(int32_t status) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
