#ifndef CCODECS_INTERNAL_H
#define CCODECS_INTERNAL_H

#include "ccodecs.h"

/* Writes a message of at most CODECS_MESSAGE_SIZE bytes and returns CODECS_BROKEN. */
int codecs_fail(char *message, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same of data that may well be valid; returns `status`: CODECS_UNSUPPORTED or CODECS_TOO_LARGE. */
int codecs_refuse(int status, char *message, const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Returns 0 if an image of this size, held by `count` bytes of a file, may be decoded; else writes the message and returns what a
 * decoder has to return.
 */
int codecs_check_size(int64_t width, int64_t height, size_t count, const codecs_decode_options *options, char *message);

/* The same of the memory that decoding takes: `bytes_per_pixel` for each of these pixels, all buffers of a time together. */
int codecs_check_memory(
    int64_t width, int64_t height, int64_t bytes_per_pixel, const codecs_decode_options *options, char *message);

/* Says that a format's library was not there when this was built; returns CODECS_UNSUPPORTED. */
int codecs_not_built_in(const char *format, char *message);

/* Returns the orientation (1 to 8) that TIFF-formatted EXIF data hold, or 1 if they hold none that makes sense. */
int codecs_exif_orientation(const uint8_t *tiff, size_t count);

/* What a row of pixels that a decoder hands over holds, 8 bits a channel. */
typedef enum {
    CODECS_GREY,
    CODECS_GREY_ALPHA,
    CODECS_RGB,
    CODECS_RGB_ALPHA,
    /* Colours are multiplied by alpha already. */
    CODECS_RGB_ALPHA_MULTIPLIED,
    CODECS_CMYK,
    /* Adobe's: 255 is no ink. */
    CODECS_CMYK_INVERTED,
} codecs_layout;

/*
 * An image in the making. Every decoder's rows go through it, so that all formats become grey or RGB, lose their alpha and are
 * turned in the same way.
 */
typedef struct {
    codecs_image image;
    /* Pixels in a row as it is stored. */
    size_t width;
    /* Where the first stored pixel goes, and how far apart neighbours of a row and of a column come to lie, in pixels. */
    ptrdiff_t start, along_row, along_column;
    /* A converted row, where its pixels do not come to lie side by side; else NULL. */
    uint8_t *row;
} codecs_canvas;

/* The channels of an image, where `is_grey` says what is in the file. */
int codecs_channels(const codecs_decode_options *options, int is_grey);

/*
 * Takes memory for an image of stored width and height that is turned as `orientation` (1 to 8) says. The canvas has to be all
 * zeros before, and is always given back with `codecs_free_canvas`.
 */
int codecs_make_canvas(
    codecs_canvas *canvas, int32_t width, int32_t height, int channels, int orientation, char *message);

/* Writes stored row `y`. */
void codecs_put_row(codecs_canvas *canvas, int32_t y, const uint8_t *row, codecs_layout layout);

/* Hands the image out; the canvas then holds none. */
void codecs_take_image(codecs_canvas *canvas, codecs_image *image);

void codecs_free_canvas(codecs_canvas *canvas);

/* Luma of ITU-R BT.601 in 16-bit fixed point. */
static inline uint8_t codecs_luma(unsigned red, unsigned green, unsigned blue) {
    return (uint8_t)((red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16);
}

#endif
