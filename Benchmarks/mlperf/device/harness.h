// MLPerf Tiny's two halves, by the names that its own sources have (benchmark/api in mlcommons/tiny, 1afd2c9): what
// whoever submits writes (th_, in submitter.c), and what the benchmark brings (ee_, in protocol.c). With MLPERF_API the
// benchmark's own headers and internally_implemented.cpp stand in for this file and protocol.c, compiled as C++.
#pragma once
#ifdef MLPERF_API
#include "api/internally_implemented.h"
#include "api/submitter_implemented.h"
#else
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The submitter's half.

/// Takes what was loaded as the next image.
void th_load_tensor(void);
/// Computes the image once.
void th_infer(void);
/// Prints the shares of the classes: m-results-[…].
void th_results(void);
/// Prints the time in microseconds: m-lap-us-….
void th_timestamp(void);
void th_printf(const char *format, ...);
char th_getchar(void);
void th_serialport_initialize(void);
void th_timestamp_initialize(void);
void th_final_initialize(void);
void th_pre(void);
void th_post(void);
void th_command_ready(char volatile *command);

// The benchmark's half.

enum { EE_CMD_SIZE = 80 };

/// Says that the device is there.
void ee_benchmark_initialize(void);
/// Takes a character of a command; at its end, `%`, th_command_ready is called.
void ee_serial_callback(char character);
/// Carries a command out, and says m-ready.
void ee_serial_command_parser_callback(char *command);
/// Copies what `db` has loaded, at most `most` bytes; answers how many were loaded (the benchmark's own: how many were
/// copied).
size_t ee_get_buffer(uint8_t *buffer, size_t most);

#ifdef __cplusplus
}
#endif
#endif
