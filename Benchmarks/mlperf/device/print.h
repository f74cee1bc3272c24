// printf for a device: what the benchmark's messages need, without a heap and without C's library.
#pragma once
#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Writes `format` character by character. Known are %s %c %d %i %u %x %f and %%, with the flag 0, a width, a precision
/// of at most 6 for %f, and the lengths l and z. Other conversions are written as they stand.
void print_formatted(void (*put)(char), const char *format, va_list arguments);

#ifdef __cplusplus
}
#endif
