/* Orientation in EXIF: tag 0x0112 of the first image file directory (CIPA DC-008). */

#include "internal.h"

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

/* The standard wants one SHORT; some programs write a LONG or a BYTE. */
static int orientation_of(const tiff_reader *tiff, size_t entry) {
    enum { BYTE = 1, SHORT = 3, LONG = 4 };
    uint32_t value = 0;
    switch (read16(tiff, entry + 2)) {
    case BYTE: value = tiff->bytes[entry + 8]; break;
    case SHORT: value = read16(tiff, entry + 8); break;
    case LONG: value = read32(tiff, entry + 8); break;
    default: break;
    }
    return read32(tiff, entry + 4) == 1 && value >= 1 && value <= 8 ? (int)value : 1;
}

int codecs_exif_orientation(const uint8_t *bytes, size_t count) {
    /* Some files repeat JPEG's prefix where the format has none. */
    if (count > 6 && memcmp(bytes, "Exif\0\0", 6) == 0) {
        bytes += 6;
        count -= 6;
    }
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
        if (read16(&tiff, entry) == 0x0112) {
            return orientation_of(&tiff, entry);
        }
    }
    return 1;
}
