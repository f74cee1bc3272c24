/*
 * The decoders and encoders of CCodecs on real and damaged files, for the address and undefined-behaviour sanitizers (`make sanitize`).
 * Arguments are files: each goes to every decoder as it is, cut short at many places, and with single bits turned.
 */
#include "decoders.h"

#include <ccodecs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state = 1;

static uint32_t chance(uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
}

/* In a block of its own, so that a byte too far is seen. */
static void run_all(const uint8_t *bytes, size_t count) {
    uint8_t *copy = malloc(count > 0 ? count : 1);
    if (copy == NULL) abort();
    memcpy(copy, bytes, count);
    for (size_t index = 0; index < decoder_count; index++) decoders[index].run(copy, count);
    free(copy);
}

static void check_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    static uint8_t bytes[1 << 20];
    size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    run_all(bytes, count);
    size_t step = count / 64 + 1;
    for (size_t end = 0; end < count; end += step) run_all(bytes, end);
    for (int turn = 0; turn < 64 && count > 0; turn++) {
        size_t place = chance((uint32_t)count);
        uint8_t bit = (uint8_t)(1 << chance(8));
        bytes[place] ^= bit;
        run_all(bytes, count);
        bytes[place] ^= bit;
    }
}

/* What is encoded comes back: exactly as PNG, in its size as JPEG. */
static void check_encoders(void) {
    for (int32_t side = 1; side < 70; side += 4) {
        for (int32_t channels = 1; channels <= 3; channels += 2) {
            int32_t height = 71 - side;
            size_t count = (size_t)side * (size_t)height * (size_t)channels;
            uint8_t *pixels = malloc(count);
            if (pixels == NULL) abort();
            for (size_t index = 0; index < count; index++) pixels[index] = (uint8_t)chance(256);
            codecs_decode_options options = {0};
            options.maximum_pixels = 1 << 20;
            codecs_bytes encoded = {0};
            codecs_image image = {0};
            char message[CODECS_MESSAGE_SIZE] = {0};
            if (codecs_encode_png(pixels, side, height, channels, &encoded, message) != 0
                || codecs_decode_png(encoded.bytes, encoded.count, &options, &image, message) != 0
                || memcmp(image.pixels, pixels, count) != 0) {
                fprintf(stderr, "PNG of %d x %d x %d does not come back: %s\n", side, height, channels, message);
                exit(1);
            }
            codecs_free(encoded.bytes);
            codecs_free(image.pixels);
            if (codecs_encode_jpeg(pixels, side, height, channels, 90, &encoded, message) != 0
                || codecs_decode_jpeg(encoded.bytes, encoded.count, &options, &image, message) != 0
                || image.width != side || image.height != height) {
                fprintf(stderr, "JPEG of %d x %d x %d does not come back: %s\n", side, height, channels, message);
                exit(1);
            }
            codecs_free(encoded.bytes);
            codecs_free(image.pixels);
            free(pixels);
        }
    }
}

int main(int count, char **files) {
    for (int index = 1; index < count; index++) check_file(files[index]);
    check_encoders();
    printf("codecs: %d files, whole, cut short and damaged; encoders there and back\n", count - 1);
    return 0;
}
