/*
 * The decoders of CCodecs for libFuzzer, with the address and undefined-behaviour sanitizers, which Swift's build of it does not
 * bear. `--reader=NAME` says which decoder is fed; libFuzzer passes over arguments that begin with two dashes.
 */
#include "decoders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t limit);

static const decoder *fed;

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    for (int index = 1; index < *count; index++) {
        if (strncmp((*arguments)[index], "--reader=", 9) == 0) fed = decoder_called((*arguments)[index] + 9);
    }
    if (fed == NULL) {
        fprintf(stderr, "--reader=NAME is missing or unknown\n");
        exit(1);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    fed->run(bytes, count);
    return 0;
}

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Makes the check sums of a PNG's chunks right, without which nothing that is odd gets past them. */
static void repair_png(uint8_t *bytes, size_t count) {
    size_t place = 8;
    while (count >= 12 && place <= count - 12) {
        size_t length = big_endian(bytes + place);
        if (length > count - place - 12) return;
        uint32_t sum = (uint32_t)crc32(0, bytes + place + 4, (uInt)length + 4);
        for (int index = 0; index < 4; index++) bytes[place + 8 + length + index] = (uint8_t)(sum >> (24 - 8 * index));
        place += 12 + length;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t count, size_t limit, unsigned seed) {
    size_t changed = LLVMFuzzerMutate(bytes, count, limit);
    if (strcmp(fed->name, "png") == 0 && seed % 4 != 0) repair_png(bytes, changed);
    return changed;
}
