/*
 * BMP of Windows and OS/2: 1, 2, 4, 8, 16, 24 and 32 bits, run lengths of 4 and 8 bits, bit fields. Everything is read from memory
 * through functions that look where the data end.
 */

#include "internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const uint8_t *bytes;
    size_t count;
    int32_t width, height;
    int is_top_down;
    unsigned bits;
    uint32_t compression;
    size_t pixels; /* where they begin */
    uint8_t palette[256][3];
    unsigned colours;
    uint32_t masks[4]; /* red, green, blue, alpha */
    char *message;
} bmp;

enum { RGB = 0, RLE8 = 1, RLE4 = 2, BIT_FIELDS = 3, ALPHA_BIT_FIELDS = 6 };

static uint32_t little(const bmp *b, size_t offset, int size) {
    uint32_t value = 0;
    for (int i = 0; i < size && offset + (size_t)i < b->count; i++) {
        value |= (uint32_t)b->bytes[offset + (size_t)i] << (8 * i);
    }
    return value;
}

static int end_too_early(const bmp *b) {
    return codecs_fail(b->message, "the BMP data end too early");
}

/* Where the bits of 16 and 32 bit pixels are: in the header, or behind a short one. */
static void read_masks(bmp *b, size_t header, int has_alpha) {
    static const uint32_t masks16[4] = {0x7C00, 0x03E0, 0x001F, 0}, masks32[4] = {0xFF0000, 0xFF00, 0xFF, 0};
    memcpy(b->masks, b->bits == 16 ? masks16 : masks32, sizeof b->masks);
    if (b->compression != RGB) {
        for (int i = 0; i < (has_alpha ? 4 : 3); i++) {
            b->masks[i] = little(b, header + 40 + 4 * (size_t)i, 4);
        }
    }
}

static int read_palette(bmp *b, size_t start, size_t entry, uint32_t named) {
    const uint32_t most = 1u << b->bits;
    uint32_t colours = named == 0 || named > most ? most : named;
    /* Some writers say that pixels begin where the palette does. */
    if (b->pixels <= start) {
        b->pixels = start + colours * entry;
    }
    /* Files of few colours may leave the rest of the palette out. */
    const size_t room = b->pixels > start ? (b->pixels - start) / entry : 0;
    if (colours > room) {
        colours = (uint32_t)room;
    }
    if (start + colours * entry > b->count) {
        return end_too_early(b);
    }
    for (uint32_t i = 0; i < colours; i++) {
        const uint8_t *colour = b->bytes + start + i * entry;
        b->palette[i][0] = colour[2];
        b->palette[i][1] = colour[1];
        b->palette[i][2] = colour[0];
    }
    b->colours = colours;
    return 0;
}

static int read_header(bmp *b) {
    if (b->count < 26) {
        return end_too_early(b);
    }
    const uint32_t header = little(b, 14, 4);
    b->pixels = little(b, 10, 4);
    if (b->count < 14 + (size_t)header) {
        return end_too_early(b);
    }
    uint32_t colours = 0;
    size_t entry = 4;
    if (header == 12) {
        b->width = (int32_t)little(b, 18, 2);
        b->height = (int32_t)little(b, 20, 2);
        b->bits = little(b, 24, 2);
        entry = 3;
    } else if (header >= 16 && header <= 124) {
        const int32_t height = (int32_t)little(b, 22, 4);
        b->width = (int32_t)little(b, 18, 4);
        b->is_top_down = height < 0;
        if (b->width <= 0 || height == 0 || height == INT32_MIN) {
            return codecs_fail(b->message, "the BMP data are corrupt: an image of %d x %d pixels", b->width, height);
        }
        b->height = height < 0 ? -height : height;
        b->bits = little(b, 28, 2);
        b->compression = header >= 20 ? little(b, 30, 4) : RGB;
        colours = header >= 36 ? little(b, 46, 4) : 0;
    } else {
        return codecs_fail(b->message, "the BMP data are corrupt: a header of %u bytes", header);
    }
    const unsigned bits = b->bits;
    const uint32_t kind = b->compression;
    /* OS/2 numbers Huffman codes and 24-bit run lengths as Windows does bit fields and JPEG. */
    const int is_os2 = header == 64 || header == 16;
    const int has_masks = kind == BIT_FIELDS || kind == ALPHA_BIT_FIELDS, is_wide = bits == 16 || bits == 32;
    const int is_known = (kind == RLE8 && bits == 8) || (kind == RLE4 && bits == 4) || (has_masks && is_wide && !is_os2) ||
                         (kind == RGB && (is_wide || bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 24));
    if (!is_known) {
        return codecs_refuse(
            CODECS_UNSUPPORTED, b->message, "the BMP data are of a kind that is not read: %u bits, compression %u", bits, kind);
    }
    /* Masks of a header of 40 bytes lie behind it; longer ones contain them. */
    if (bits > 8) {
        if (has_masks && b->count < 14 + 40 + 16) {
            return end_too_early(b);
        }
        read_masks(b, 14, kind == ALPHA_BIT_FIELDS || header >= 56);
        return 0;
    }
    return read_palette(b, 14 + (size_t)header, entry, colours);
}

/* A channel of a pixel, scaled to 8 bits. */
static uint8_t channel(uint32_t pixel, uint32_t mask, uint8_t absent) {
    if (mask == 0) {
        return absent;
    }
    const int shift = __builtin_ctz(mask);
    const uint64_t most = mask >> shift;
    return (uint8_t)((((uint64_t)(pixel & mask) >> shift) * 255 + most / 2) / most);
}

static void store_colour(const bmp *b, unsigned index, uint8_t *target) {
    /* What the palette leaves out is black. */
    static const uint8_t black[3] = {0, 0, 0};
    memcpy(target, index < b->colours ? b->palette[index] : black, 3);
}

/* Makes a row of RGB, or RGB and alpha, of a stored one. */
static void convert_row(const bmp *b, const uint8_t *stored, uint8_t *row) {
    for (size_t x = 0; x < (size_t)b->width; x++) {
        if (b->bits <= 8) {
            const unsigned per_byte = 8 / b->bits, shift = 8 - b->bits * (unsigned)(x % per_byte + 1);
            store_colour(b, (unsigned)(stored[x / per_byte] >> shift) & ((1u << b->bits) - 1), row + 3 * x);
        } else if (b->bits == 24) {
            row[3 * x] = stored[3 * x + 2];
            row[3 * x + 1] = stored[3 * x + 1];
            row[3 * x + 2] = stored[3 * x];
        } else {
            const uint8_t *s = stored + x * b->bits / 8;
            uint32_t pixel = (uint32_t)s[0] | (uint32_t)s[1] << 8;
            if (b->bits == 32) {
                pixel |= (uint32_t)s[2] << 16 | (uint32_t)s[3] << 24;
            }
            for (int c = 0; c < 4; c++) {
                row[4 * x + (size_t)c] = channel(pixel, b->masks[c], c == 3 ? 255 : 0);
            }
        }
    }
}

static codecs_layout layout(const bmp *b) {
    return b->bits == 16 || b->bits == 32 ? CODECS_RGB_ALPHA : CODECS_RGB;
}

static int32_t place(const bmp *b, int32_t row) {
    return b->is_top_down ? row : b->height - 1 - row;
}

static int read_rows(bmp *b, codecs_canvas *canvas, uint8_t *row) {
    const uint64_t used = ((uint64_t)b->width * b->bits + 7) / 8, stride = (used + 3) / 4 * 4;
    /* Some writers leave the last row's padding out. */
    if (b->pixels > b->count || stride * (uint64_t)(b->height - 1) + used > b->count - b->pixels) {
        return end_too_early(b);
    }
    for (int32_t y = 0; y < b->height; y++) {
        convert_row(b, b->bytes + b->pixels + (uint64_t)y * stride, row);
        codecs_put_row(canvas, place(b, y), row, layout(b));
    }
    return 0;
}

typedef struct {
    codecs_canvas *canvas;
    uint8_t *row;
    int32_t x, y;
} cursor;

static void clear_row(const bmp *b, uint8_t *row) {
    for (int32_t x = 0; x < b->width; x++) {
        store_colour(b, 0, row + 3 * (size_t)x);
    }
}

static void finish_row(const bmp *b, cursor *c) {
    codecs_put_row(c->canvas, place(b, c->y), c->row, CODECS_RGB);
    clear_row(b, c->row);
    c->x = 0;
    c->y++;
}

/* Pixels that lie outside of the image are left out. */
static void put(const bmp *b, cursor *c, unsigned index) {
    if (c->x < b->width) {
        store_colour(b, index, c->row + 3 * (size_t)c->x);
        c->x++;
    }
}

/* Run lengths: what they skip has the first colour. */
static int read_runs(bmp *b, codecs_canvas *canvas, uint8_t *row) {
    enum { END_OF_LINE = 0, END_OF_IMAGE = 1, DELTA = 2 };
    cursor c = {canvas, row, 0, 0};
    const int packs = b->compression == RLE4;
    size_t at = b->pixels;
    clear_row(b, row);
    while (c.y < b->height) {
        if (at > b->count || b->count - at < 2) {
            return end_too_early(b);
        }
        const unsigned length = b->bytes[at], code = b->bytes[at + 1];
        at += 2;
        if (length > 0) {
            for (unsigned i = 0; i < length; i++) {
                put(b, &c, packs ? (i % 2 == 0 ? code >> 4 : code & 15) : code);
            }
        } else if (code == END_OF_LINE) {
            finish_row(b, &c);
        } else if (code == END_OF_IMAGE) {
            while (c.y < b->height) {
                finish_row(b, &c);
            }
        } else if (code == DELTA) {
            if (b->count - at < 2) {
                return end_too_early(b);
            }
            const int32_t x = c.x + b->bytes[at], down = b->bytes[at + 1];
            at += 2;
            for (int32_t i = 0; i < down && c.y < b->height; i++) {
                finish_row(b, &c);
            }
            c.x = x < b->width ? x : b->width;
        } else {
            const size_t bytes = packs ? (code + 1) / 2 : code;
            if (b->count - at < bytes) {
                return end_too_early(b);
            }
            for (unsigned i = 0; i < code; i++) {
                const unsigned byte = b->bytes[at + (packs ? i / 2 : i)];
                put(b, &c, packs ? (i % 2 == 0 ? byte >> 4 : byte & 15) : byte);
            }
            at += (bytes + 1) / 2 * 2;
        }
    }
    return 0;
}

/* Whether the palette is of greys alone. */
static int is_grey(const bmp *b) {
    if (b->bits > 8 || b->colours == 0) {
        return 0;
    }
    for (unsigned i = 0; i < b->colours; i++) {
        if (b->palette[i][0] != b->palette[i][1] || b->palette[i][0] != b->palette[i][2]) {
            return 0;
        }
    }
    return 1;
}

static int read_image(bmp *b, const codecs_decode_options *options, codecs_canvas *canvas, uint8_t **row) {
    int status = read_header(b);
    if (status == 0) {
        status = codecs_check_size(b->width, b->height, b->count, options, b->message);
    }
    const int channels = codecs_channels(options, is_grey(b));
    if (status == 0) {
        status = codecs_check_memory(b->width, b->height, channels, options, b->message);
    }
    if (status == 0) {
        status = codecs_make_canvas(canvas, b->width, b->height, channels, 1, b->message);
    }
    if (status != 0) {
        return status;
    }
    *row = malloc((size_t)b->width * 4);
    if (*row == NULL) {
        return codecs_fail(b->message, "there is no memory for the image");
    }
    return b->compression == RLE8 || b->compression == RLE4 ? read_runs(b, canvas, *row) : read_rows(b, canvas, *row);
}

int codecs_decode_bmp(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    bmp b = {.bytes = bytes, .count = count, .message = message};
    codecs_canvas canvas = {0};
    uint8_t *row = NULL;
    const int status = read_image(&b, options, &canvas, &row);
    if (status == 0) {
        codecs_take_image(&canvas, image);
    }
    free(row);
    codecs_free_canvas(&canvas);
    return status;
}
