#include "decoders.h"

#include <ccodecs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Enough for every path, and few enough for thousands of images a second. */
enum { MAXIMUM_PIXELS = 1 << 20, MAXIMUM_BYTES = 1 << 24, MAXIMUM_IMAGE_BYTES = 1 << 26 };

static void require(int condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* A failure has a message and leaves nothing behind. */
static void check_failure(const codecs_image *image, const char *message) {
    require(message[0] != 0 && memchr(message, 0, CODECS_MESSAGE_SIZE) != NULL, "a failure without a message");
    require(image->pixels == NULL, "a failure that leaves pixels behind");
}

/* Every pixel is there: the sanitizers see it where one is not. */
static void check_pixels(const codecs_image *image) {
    require(image->width > 0 && image->height > 0 && (image->channels == 1 || image->channels == 3), "an impossible image");
    size_t count = (size_t)image->width * (size_t)image->height * (size_t)image->channels;
    unsigned sum = 0;
    for (size_t index = 0; index < count; index++) sum += image->pixels[index];
    /* A use of the sum, or nothing would be read. */
    volatile unsigned sink = sum;
    (void)sink;
}

typedef int (*image_decoder)(const uint8_t *, size_t, const codecs_decode_options *, codecs_image *, char *);

static codecs_decode_options options(int32_t channels, int32_t minimum) {
    codecs_decode_options options = {0};
    options.channels = channels;
    options.minimum_width = minimum;
    options.minimum_height = minimum;
    options.maximum_pixels = MAXIMUM_PIXELS;
    options.maximum_bytes = MAXIMUM_IMAGE_BYTES;
    return options;
}

static void run_image(image_decoder decode, const uint8_t *bytes, size_t count) {
    static const int32_t settings[][2] = {{0, 0}, {1, 8}, {3, 1}};
    for (size_t index = 0; index < sizeof settings / sizeof settings[0]; index++) {
        codecs_decode_options wanted = options(settings[index][0], settings[index][1]);
        codecs_image image = {0};
        char message[CODECS_MESSAGE_SIZE] = {0};
        if (decode(bytes, count, &wanted, &image, message) != 0) {
            check_failure(&image, message);
            continue;
        }
        check_pixels(&image);
        require(wanted.channels == 0 || image.channels == wanted.channels, "another number of channels");
        codecs_free(image.pixels);
    }
}

static void run_jpeg(const uint8_t *bytes, size_t count) { run_image(codecs_decode_jpeg, bytes, count); }
static void run_png(const uint8_t *bytes, size_t count) { run_image(codecs_decode_png, bytes, count); }
static void run_bmp(const uint8_t *bytes, size_t count) { run_image(codecs_decode_bmp, bytes, count); }
static void run_webp(const uint8_t *bytes, size_t count) { run_image(codecs_decode_webp, bytes, count); }
static void run_gif(const uint8_t *bytes, size_t count) { run_image(codecs_decode_gif, bytes, count); }
static void run_tiff(const uint8_t *bytes, size_t count) { run_image(codecs_decode_tiff, bytes, count); }

/* Some part of an image, by numbers from the data themselves. */
static codecs_rectangle choose(void *context, int32_t width, int32_t height) {
    const uint32_t *chosen = context;
    int32_t x = (int32_t)(chosen[0] % (uint32_t)width), y = (int32_t)(chosen[1] % (uint32_t)height);
    return (codecs_rectangle){
        x, y, 1 + (int32_t)(chosen[2] % (uint32_t)(width - x)), 1 + (int32_t)(chosen[3] % (uint32_t)(height - y))};
}

static void run_jpeg_part(const uint8_t *bytes, size_t count) {
    uint32_t chosen[4] = {0, 0, 0, 0};
    for (size_t index = 0; index < count; index++) chosen[index % 4] = chosen[index % 4] * 31 + bytes[index];
    codecs_decode_options wanted = options(3, (int32_t)(chosen[0] % 16));
    codecs_image image = {0};
    codecs_rectangle part = {0};
    char message[CODECS_MESSAGE_SIZE] = {0};
    if (codecs_decode_jpeg_part(bytes, count, &wanted, choose, chosen, &image, &part, message) != 0) {
        check_failure(&image, message);
        return;
    }
    check_pixels(&image);
    require(
        part.x >= 0 && part.y >= 0 && part.width > 0 && part.height > 0 && part.width <= image.width - part.x
            && part.height <= image.height - part.y,
        "a part outside its image");
    codecs_free(image.pixels);
}

static void run_gzip(const uint8_t *bytes, size_t count) {
    for (size_t limit = 1; limit <= MAXIMUM_BYTES; limit *= 4096) {
        codecs_bytes result = {0};
        char message[CODECS_MESSAGE_SIZE] = {0};
        if (codecs_gunzip(bytes, count, limit, &result, message) != 0) {
            require(message[0] != 0, "a failure without a message");
            continue;
        }
        require(result.count <= limit, "more bytes than the limit");
        codecs_free(result.bytes);
    }
}

const decoder decoders[] = {
    {"jpeg", run_jpeg},
    {"jpeg-part", run_jpeg_part},
    {"png", run_png},
    {"bmp", run_bmp},
    {"webp", run_webp},
    {"gif", run_gif},
    {"tiff", run_tiff},
    {"gzip", run_gzip},
};
const size_t decoder_count = sizeof decoders / sizeof decoders[0];

const decoder *decoder_called(const char *name) {
    for (size_t index = 0; index < decoder_count; index++) {
        if (strcmp(decoders[index].name, name) == 0) return &decoders[index];
    }
    return NULL;
}
