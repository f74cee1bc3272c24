/* Every decoder of CCodecs as a function of some bytes that checks what comes out: for the fuzzer and for the sanitizers' check. */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;
    /* Decodes with several options; ends the process where an answer is impossible. */
    void (*run)(const uint8_t *bytes, size_t count);
} decoder;

extern const decoder decoders[];
extern const size_t decoder_count;

/* NULL where there is none. */
const decoder *decoder_called(const char *name);
