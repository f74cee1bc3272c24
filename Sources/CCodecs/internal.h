#ifndef CCODECS_INTERNAL_H
#define CCODECS_INTERNAL_H

#include "ccodecs.h"

/* Writes a message of at most CODECS_MESSAGE_SIZE bytes and returns -1. */
int codecs_fail(char *message, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Returns 0 if an image of this size may be decoded, else writes the message and returns -1. */
int codecs_check_size(int64_t width, int64_t height, int64_t maximum_pixels, char *message);

/* Returns the orientation (1 to 8) that TIFF-formatted EXIF data hold, or 1 if they hold none that makes sense. */
int codecs_exif_orientation(const uint8_t *tiff, size_t count);

/*
 * Turns an image as an EXIF orientation says. Returns 0, or -1 when there is no memory; the image then is unchanged.
 */
int codecs_apply_orientation(codecs_image *image, int orientation);

/* Luma of ITU-R BT.601 in 16-bit fixed point. */
static inline uint8_t codecs_luma(unsigned red, unsigned green, unsigned blue) {
    return (uint8_t)((red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16);
}

#endif
