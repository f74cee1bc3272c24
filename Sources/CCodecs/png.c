#include "internal.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

typedef struct {
    png_structp png;
    png_infop info;
    jmp_buf escape;
    char *message;
    /* Reading */
    const uint8_t *source;
    size_t left;
    codecs_canvas canvas;
    uint8_t *rows; /* the one in work, or all of an interlaced image */
    /* Writing */
    codecs_bytes output;
    size_t capacity;
} state;

static void leave_with_error(png_structp png, png_const_charp text) {
    state *s = png_get_error_ptr(png);
    codecs_fail(s->message, "the PNG data are corrupt: %s", text);
    longjmp(s->escape, 1);
}

static void ignore_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    state *s = png_get_io_ptr(png);
    if (count > s->left) {
        codecs_fail(s->message, "the PNG data end too early");
        longjmp(s->escape, 1);
    }
    memcpy(target, s->source, count);
    s->source += count;
    s->left -= count;
}

/* Texts, profiles and the like are not looked at; some inflate to many times their size. */
static void leave_out_texts(png_structp png) {
#ifdef PNG_HANDLE_AS_UNKNOWN_SUPPORTED
    static const png_byte names[] = "iCCP\0iTXt\0sPLT\0tEXt\0zTXt";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, sizeof names / 5);
#else
    (void)png;
#endif
}

static int orientation_of(state *s) {
#ifdef PNG_eXIf_SUPPORTED
    png_uint_32 count = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(s->png, s->info, &count, &exif) != 0 && exif != NULL) {
        return codecs_exif_orientation(exif, count);
    }
#endif
    return 1;
}

/* Asks libpng for 8 bits a channel, without palette; returns what rows then hold. */
static codecs_layout choose_layout(state *s) {
    png_set_expand(s->png);
    png_set_scale_16(s->png);
    png_set_interlace_handling(s->png);
    png_read_update_info(s->png, s->info);
    switch (png_get_channels(s->png, s->info)) {
    case 1: return CODECS_GREY;
    case 2: return CODECS_GREY_ALPHA;
    case 3: return CODECS_RGB;
    default: return CODECS_RGB_ALPHA;
    }
}

static int read_rows(state *s, int32_t width, int32_t height, codecs_layout layout) {
    const size_t row_bytes = png_get_rowbytes(s->png, s->info);
    const int is_interlaced = png_get_interlace_type(s->png, s->info) != PNG_INTERLACE_NONE;
    if (row_bytes != (size_t)width * png_get_channels(s->png, s->info)) {
        return codecs_fail(s->message, "the PNG data are of an unknown colour type");
    }
    /* Zeros, because libpng leaves pixels of an interlaced image as they are until their turn comes. */
    s->rows = calloc(is_interlaced ? (size_t)height : 1, row_bytes);
    if (s->rows == NULL) {
        return codecs_fail(s->message, "there is no memory for the image");
    }
    if (is_interlaced) {
        for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
            for (int32_t y = 0; y < height; y++) {
                png_read_row(s->png, s->rows + (size_t)y * row_bytes, NULL);
            }
        }
    }
    for (int32_t y = 0; y < height; y++) {
        if (!is_interlaced) {
            png_read_row(s->png, s->rows, NULL);
        }
        codecs_put_row(&s->canvas, y, s->rows + (is_interlaced ? (size_t)y * row_bytes : 0), layout);
    }
    return 0;
}

/* An eXIf chunk may come behind the pixels. */
static int turn_late(state *s, const codecs_decode_options *options, int orientation) {
    const codecs_image image = s->canvas.image;
    int status = codecs_check_memory(image.width, image.height, 2 * image.channels, options, s->message);
    codecs_canvas turned = {0};
    if (status == 0) {
        status = codecs_make_canvas(&turned, image.width, image.height, image.channels, orientation, s->message);
    }
    for (int32_t y = 0; status == 0 && y < image.height; y++) {
        const uint8_t *row = image.pixels + (size_t)y * (size_t)image.width * (size_t)image.channels;
        codecs_put_row(&turned, y, row, image.channels == 1 ? CODECS_GREY : CODECS_RGB);
    }
    if (status == 0) {
        codecs_image result;
        codecs_take_image(&turned, &result);
        free(s->canvas.image.pixels);
        s->canvas.image = result;
    }
    codecs_free_canvas(&turned);
    return status;
}

static int read_image(state *s, const codecs_decode_options *options, codecs_image *image) {
    png_structp png = s->png;
    png_infop info = s->info;
    const size_t count = s->left;
    png_set_read_fn(png, s, read_bytes);
    leave_out_texts(png);
    png_read_info(png, info);
    const png_uint_32 width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    int status = codecs_check_size(width, height, count, options, s->message);
    if (status != 0) {
        return status;
    }
    const codecs_layout layout = choose_layout(s);
    const int channels = codecs_channels(options, layout == CODECS_GREY || layout == CODECS_GREY_ALPHA);
    const int stored = png_get_interlace_type(png, info) == PNG_INTERLACE_NONE ? 0 : png_get_channels(png, info);
    status = codecs_check_memory(width, height, channels + stored, options, s->message);
    const int orientation = orientation_of(s);
    if (status == 0) {
        status = codecs_make_canvas(
            &s->canvas, (int32_t)width, (int32_t)height, channels, orientation, s->message);
    }
    if (status == 0) {
        status = read_rows(s, (int32_t)width, (int32_t)height, layout);
    }
    if (status == 0) {
        /* Check sums up to the end count. */
        png_read_end(png, info);
        status = orientation == 1 && orientation_of(s) != 1 ? turn_late(s, options, orientation_of(s)) : 0;
    }
    if (status == 0) {
        codecs_take_image(&s->canvas, image);
    }
    return status;
}

int codecs_decode_png(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    state *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return codecs_fail(message, "there is no memory for the image");
    }
    s->message = message;
    s->source = bytes;
    s->left = count;
    volatile int status = codecs_fail(message, "libpng cannot be used: its version is not that of its header");
    if (setjmp(s->escape) == 0) {
        s->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, s, leave_with_error, ignore_warning);
        s->info = s->png == NULL ? NULL : png_create_info_struct(s->png);
        if (s->info != NULL) {
            status = read_image(s, options, image);
        }
    }
    png_destroy_read_struct(&s->png, &s->info, NULL);
    codecs_free_canvas(&s->canvas);
    free(s->rows);
    free(s);
    return status;
}

static void append_bytes(png_structp png, png_bytep bytes, size_t count) {
    state *s = png_get_io_ptr(png);
    if (count > s->capacity - s->output.count) {
        size_t capacity = s->output.count + count + s->capacity;
        uint8_t *larger = realloc(s->output.bytes, capacity);
        if (larger == NULL) {
            png_error(png, "there is no memory for the file");
        }
        s->output.bytes = larger;
        s->capacity = capacity;
    }
    memcpy(s->output.bytes + s->output.count, bytes, count);
    s->output.count += count;
}

static void flush_nothing(png_structp png) {
    (void)png;
}

static void write_image(state *s, const uint8_t *pixels, int32_t width, int32_t height, int32_t channels) {
    png_set_write_fn(s->png, s, append_bytes, flush_nothing);
    png_set_IHDR(
        s->png, s->info, (png_uint_32)width, (png_uint_32)height, 8,
        channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT);
    png_write_info(s->png, s->info);
    for (int32_t y = 0; y < height; y++) {
        png_write_row(s->png, pixels + (size_t)y * (size_t)width * (size_t)channels);
    }
    png_write_end(s->png, NULL);
}

int codecs_encode_png(
    const uint8_t *pixels, int32_t width, int32_t height, int32_t channels, codecs_bytes *png, char *message) {
    if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
        return codecs_fail(message, "PNG needs at least one pixel of 1 or 3 channels");
    }
    state *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return codecs_fail(message, "there is no memory for the image");
    }
    s->message = message;
    volatile int status = codecs_fail(message, "libpng cannot be used: its version is not that of its header");
    if (setjmp(s->escape) == 0) {
        s->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, s, leave_with_error, ignore_warning);
        s->info = s->png == NULL ? NULL : png_create_info_struct(s->png);
        if (s->info != NULL) {
            write_image(s, pixels, width, height, channels);
            status = 0;
        }
    }
    png_destroy_write_struct(&s->png, &s->info);
    if (status == 0) {
        *png = s->output;
    } else {
        free(s->output.bytes);
    }
    free(s);
    return status;
}
