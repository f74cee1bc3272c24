/* Orientation in EXIF: tag 0x0112 of the first image file directory (CIPA DC-008). */

#include "internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const uint8_t *bytes;
    size_t count;
    int big_endian;
} tiff_reader;

static uint32_t read16(const tiff_reader *tiff, size_t offset) {
    const uint8_t *b = tiff->bytes + offset;
    return tiff->big_endian ? (uint32_t)b[0] << 8 | b[1] : (uint32_t)b[1] << 8 | b[0];
}

static uint32_t read32(const tiff_reader *tiff, size_t offset) {
    uint32_t first = read16(tiff, offset), second = read16(tiff, offset + 2);
    return tiff->big_endian ? first << 16 | second : second << 16 | first;
}

int codecs_exif_orientation(const uint8_t *bytes, size_t count) {
    tiff_reader tiff = {bytes, count, 0};
    if (count < 8) {
        return 1;
    }
    if (memcmp(bytes, "MM\0*", 4) == 0) {
        tiff.big_endian = 1;
    } else if (memcmp(bytes, "II*\0", 4) != 0) {
        return 1;
    }
    size_t directory = read32(&tiff, 4);
    if (directory > count - 2) {
        return 1;
    }
    size_t entries = read16(&tiff, directory);
    for (size_t i = 0; i < entries; i++) {
        size_t entry = directory + 2 + 12 * i;
        if (entry + 12 > count) {
            return 1;
        }
        const uint32_t orientation_tag = 0x0112, short_type = 3;
        if (read16(&tiff, entry) == orientation_tag) {
            uint32_t value = read16(&tiff, entry + 8);
            int is_one_short = read16(&tiff, entry + 2) == short_type && read32(&tiff, entry + 4) == 1;
            return is_one_short && value >= 1 && value <= 8 ? (int)value : 1;
        }
    }
    return 1;
}

int codecs_apply_orientation(codecs_image *image, int orientation) {
    if (orientation < 2 || orientation > 8) {
        return 0;
    }
    const size_t width = (size_t)image->width, height = (size_t)image->height, channels = (size_t)image->channels;
    uint8_t *turned = malloc(width * height * channels);
    if (turned == NULL) {
        return -1;
    }
    /* Where the first pixel goes, and how far apart neighbours of a row and of a column come to lie, in pixels. */
    const ptrdiff_t w = (ptrdiff_t)width, h = (ptrdiff_t)height;
    ptrdiff_t start = 0, along_row = 1, along_column = w;
    switch (orientation) {
    case 2: start = w - 1; along_row = -1; along_column = w; break;
    case 3: start = w * h - 1; along_row = -1; along_column = -w; break;
    case 4: start = w * (h - 1); along_row = 1; along_column = -w; break;
    case 5: start = 0; along_row = h; along_column = 1; break;
    case 6: start = h - 1; along_row = h; along_column = -1; break;
    case 7: start = w * h - 1; along_row = -h; along_column = -1; break;
    default: start = h * (w - 1); along_row = -h; along_column = 1; break;
    }
    const uint8_t *source = image->pixels;
    for (ptrdiff_t y = 0; y < h; y++) {
        for (ptrdiff_t x = 0; x < w; x++) {
            uint8_t *target = turned + (start + y * along_column + x * along_row) * (ptrdiff_t)channels;
            for (size_t c = 0; c < channels; c++) {
                target[c] = *source++;
            }
        }
    }
    free(image->pixels);
    image->pixels = turned;
    if (orientation >= 5) {
        image->width = (int32_t)height;
        image->height = (int32_t)width;
    }
    return 0;
}
