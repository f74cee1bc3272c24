/*
 * The first image of a TIFF, through libtiff: its interface of RGB and alpha knows strips and tiles, planes, palettes, 1 to 16 bits,
 * YCbCr, CMYK and Lab.
 */

#include "formats.h"

#ifdef CODECS_HAVE_TIFF

#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

typedef struct {
    const uint8_t *source;
    size_t count;
    uint64_t at;
    int ended;
    char text[160]; /* the first thing that libtiff complains of */
    codecs_canvas canvas;
    uint32_t *pixels; /* of some rows */
    uint8_t *row;
    char *message;
} state;

static tmsize_t read_bytes(thandle_t handle, void *target, tmsize_t count) {
    state *s = handle;
    const size_t left = s->at < s->count ? s->count - (size_t)s->at : 0;
    size_t taken = count < 0 ? 0 : (size_t)count;
    if (taken > left) {
        taken = left;
        s->ended = 1;
    }
    if (taken > 0) {
        memcpy(target, s->source + s->at, taken);
    }
    s->at += taken;
    return (tmsize_t)taken;
}

static tmsize_t write_nothing(thandle_t handle, void *source, tmsize_t count) {
    (void)handle;
    (void)source;
    (void)count;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    state *s = handle;
    s->at = whence == SEEK_CUR ? s->at + offset : whence == SEEK_END ? s->count + offset : offset;
    return s->at;
}

static int close_nothing(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle) {
    return ((state *)handle)->count;
}

/* libtiff 4.5.0 refuses sound tiles of files that do not lie in memory as a whole. It does not write there. */
static int map(thandle_t handle, void **base, toff_t *size) {
    state *s = handle;
    *base = (void *)s->source;
    *size = s->count;
    return 1;
}

static void unmap(thandle_t handle, void *base, toff_t size) {
    (void)handle;
    (void)base;
    (void)size;
}

#if TIFFLIB_VERSION >= 20221213

static int note_error(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)module;
    state *s = user;
    if (s->text[0] == 0) {
        vsnprintf(s->text, sizeof s->text, format, arguments);
    }
    return 1;
}

static int ignore_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)user;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

static TIFF *open_file(state *s, const codecs_decode_options *options) {
    TIFFOpenOptions *limits = TIFFOpenOptionsAlloc();
    if (limits == NULL) {
        return NULL;
    }
    TIFFOpenOptionsSetMaxSingleMemAlloc(limits, (tmsize_t)options->maximum_bytes);
    TIFFOpenOptionsSetErrorHandlerExtR(limits, note_error, s);
    TIFFOpenOptionsSetWarningHandlerExtR(limits, ignore_warning, s);
    TIFF *tiff = TIFFClientOpenExt(
        "image", "r", s, read_bytes, write_nothing, seek, close_nothing, size_of, map, unmap, limits);
    TIFFOpenOptionsFree(limits);
    return tiff;
}

#else

/* Versions before 4.5 speak on standard error, in the name of the whole process. */
static TIFF *open_file(state *s, const codecs_decode_options *options) {
    (void)options;
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
    return TIFFClientOpen("image", "r", s, read_bytes, write_nothing, seek, close_nothing, size_of, map, unmap);
}

#endif

static int fail(state *s) {
    if (s->ended) {
        return codecs_fail(s->message, "the TIFF data end too early");
    }
    return codecs_fail(s->message, "the TIFF data are corrupt%s%s", s->text[0] == 0 ? "" : ": ", s->text);
}

static int refuse(state *s, const char *reason) {
    return codecs_refuse(
        CODECS_UNSUPPORTED, s->message, "the TIFF data are of a kind that is not read: %.150s", reason);
}

/* Compressions whose decoders in libtiff are in wide use; the rest are rare, and have been the way in for attacks. */
static int is_known(unsigned compression) {
    switch (compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
    case COMPRESSION_LZW:
    case COMPRESSION_JPEG:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_PACKBITS:
#ifdef COMPRESSION_ZSTD
    case COMPRESSION_ZSTD:
#endif
        return 1;
    default: return 0;
    }
}

/* What a TIFF says of itself, as far as it matters here. */
typedef struct {
    uint32_t width, height;
    uint32_t rows;       /* decoded at a time: whole strips or tiles */
    int64_t block_bytes; /* what libtiff takes for one of them */
    int is_grey, orientation;
    int is_opaque; /* the channels beyond the colours are not said to be alpha */
} header;

static int read_header(state *s, TIFF *tiff, const codecs_decode_options *options, header *h) {
    uint16_t compression = COMPRESSION_NONE, photometric = PHOTOMETRIC_RGB, orientation = 1;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &h->width) || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &h->height)) {
        return fail(s);
    }
    int status = codecs_check_size(h->width, h->height, s->count, options, s->message);
    if (status != 0) {
        return status;
    }
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    if (!is_known(compression)) {
        return codecs_refuse(
            CODECS_UNSUPPORTED, s->message, "the TIFF data are of a kind that is not read: compression %u", compression);
    }
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
    h->is_grey = photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE;
    uint16_t extra_count = 0, *extra_kinds = NULL;
    /* Without this tag in the file a fourth channel is alpha, as in Pillow. */
    if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extra_kinds) && extra_count > 0 && extra_kinds != NULL) {
        h->is_opaque = extra_kinds[0] == EXTRASAMPLE_UNSPECIFIED;
    }
    h->orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    uint32_t across = h->width;
    if (TIFFIsTiled(tiff)) {
        if (!TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &across) || !TIFFGetField(tiff, TIFFTAG_TILELENGTH, &h->rows)) {
            return fail(s);
        }
        h->block_bytes = TIFFTileSize(tiff);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &h->rows);
        h->block_bytes = TIFFStripSize(tiff);
    }
    if (h->block_bytes <= 0 || across == 0 || h->rows == 0) {
        return fail(s);
    }
    /* A tile larger than the image is as much work as an image of its size. */
    return TIFFIsTiled(tiff) ? codecs_check_size(across, h->rows, s->count, options, s->message) : 0;
}

/* Rows that are decoded at a time: as many blocks as make a few, all where there is one block. */
static uint32_t rows_at_a_time(const header *h) {
    if (h->rows >= h->height) {
        return h->height;
    }
    const uint32_t few = 64, blocks = h->rows >= few ? 1 : (few + h->rows - 1) / h->rows;
    return h->rows * blocks < h->height ? h->rows * blocks : h->height;
}

static int check_memory(state *s, const header *h, int channels, const codecs_decode_options *options) {
    const int64_t image = (int64_t)h->width * h->height * channels;
    const int64_t rows = (int64_t)h->width * rows_at_a_time(h) * (int64_t)sizeof(uint32_t);
    /* Separate planes are decoded side by side. */
    const int64_t most = INT64_MAX / 16, blocks = h->block_bytes > most ? most : h->block_bytes * 4;
    if (options->maximum_bytes > 0 && image + rows + blocks > options->maximum_bytes) {
        return codecs_refuse(
            CODECS_TOO_LARGE, s->message,
            "decoding its %u x %u pixels takes %lld MiB of memory, more than the limit of %lld MiB", h->width, h->height,
            (long long)((image + rows + blocks) >> 20), (long long)(options->maximum_bytes >> 20));
    }
    return 0;
}

/* Whether a strip or tile reaches beyond the data. */
static int is_cut(const state *s, TIFF *tiff) {
    const uint32_t blocks = TIFFIsTiled(tiff) ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    for (uint32_t i = 0; i < blocks; i++) {
        const uint64_t offset = TIFFGetStrileOffset(tiff, i), bytes = TIFFGetStrileByteCount(tiff, i);
        if (offset > s->count || bytes > s->count - offset) {
            return 1;
        }
    }
    return 0;
}

/* Reads all rows; libtiff hands them out from the top where it is told that this is how they lie. */
static int read_rows(state *s, TIFF *tiff, TIFFRGBAImage *source, const header *h) {
    const uint32_t step = rows_at_a_time(h);
    for (uint32_t y = 0; y < h->height; y += step) {
        const uint32_t rows = step < h->height - y ? step : h->height - y;
        source->row_offset = (int)y;
        source->col_offset = 0;
        memset(s->pixels, 0, (size_t)h->width * rows * sizeof(uint32_t));
        if (!TIFFRGBAImageGet(source, s->pixels, h->width, rows)) {
            s->ended |= is_cut(s, tiff);
            return fail(s);
        }
        for (uint32_t inside = 0; inside < rows; inside++) {
            const uint32_t *pixels = s->pixels + (size_t)inside * h->width;
            for (size_t x = 0; x < h->width; x++) {
                s->row[4 * x] = (uint8_t)TIFFGetR(pixels[x]);
                s->row[4 * x + 1] = (uint8_t)TIFFGetG(pixels[x]);
                s->row[4 * x + 2] = (uint8_t)TIFFGetB(pixels[x]);
                /* libtiff takes them for alpha, and leaves the colours as they are. */
                s->row[4 * x + 3] = h->is_opaque ? 255 : (uint8_t)TIFFGetA(pixels[x]);
            }
            codecs_put_row(&s->canvas, (int32_t)(y + inside), s->row, CODECS_RGB_ALPHA_MULTIPLIED);
        }
    }
    return 0;
}

/* libtiff takes all numbers for whole ones without a sign, so that −1 would be the brightest. */
static int check_numbers(state *s, TIFF *tiff) {
    uint16_t format = SAMPLEFORMAT_UINT;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    switch (format) {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID: return 0;
    case SAMPLEFORMAT_INT: return refuse(s, "numbers with a sign");
    case SAMPLEFORMAT_IEEEFP: return refuse(s, "floating-point numbers");
    default: return refuse(s, "complex numbers");
    }
}

static int read_image(state *s, TIFF *tiff, const codecs_decode_options *options, codecs_image *image) {
    header h = {0};
    int status = read_header(s, tiff, options, &h);
    if (status != 0) {
        return status;
    }
    char reason[1024] = "";
    if (!TIFFRGBAImageOK(tiff, reason)) {
        return refuse(s, reason);
    }
    status = check_numbers(s, tiff);
    if (status != 0) {
        return status;
    }
    const int channels = codecs_channels(options, h.is_grey);
    status = check_memory(s, &h, channels, options);
    if (status == 0) {
        status = codecs_make_canvas(
            &s->canvas, (int32_t)h.width, (int32_t)h.height, channels, h.orientation, s->message);
    }
    if (status != 0) {
        return status;
    }
    s->row = malloc((size_t)h.width * 4);
    s->pixels = malloc((size_t)h.width * rows_at_a_time(&h) * sizeof(uint32_t));
    if (s->row == NULL || s->pixels == NULL) {
        return codecs_fail(s->message, "there is no memory for the image");
    }
    TIFFRGBAImage source;
    const int stops_at_errors = 1;
    if (!TIFFRGBAImageBegin(&source, tiff, stops_at_errors, reason)) {
        return s->text[0] == 0 ? refuse(s, reason) : fail(s);
    }
    /* The canvas turns the image. */
    source.orientation = ORIENTATION_TOPLEFT;
    source.req_orientation = ORIENTATION_TOPLEFT;
    status = read_rows(s, tiff, &source, &h);
    TIFFRGBAImageEnd(&source);
    if (status == 0) {
        codecs_take_image(&s->canvas, image);
    }
    return status;
}

int codecs_decode_tiff(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    state s = {.source = bytes, .count = count, .message = message};
    TIFF *tiff = open_file(&s, options);
    const int status = tiff == NULL ? fail(&s) : read_image(&s, tiff, options, image);
    if (tiff != NULL) {
        TIFFClose(tiff);
    }
    codecs_free_canvas(&s.canvas);
    free(s.pixels);
    free(s.row);
    return status;
}

#else

#include "internal.h"

int codecs_decode_tiff(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    (void)bytes;
    (void)count;
    (void)options;
    (void)image;
    return codecs_not_built_in("TIFF", message);
}

#endif
