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
    uint8_t *pixels;
    png_bytep *rows;
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

/* Lays transparent pixels over white and takes the alpha away, in place. */
static void remove_alpha(uint8_t *pixels, size_t count, int colours) {
    const uint8_t *source = pixels;
    for (size_t i = 0; i < count; i++, source += colours + 1, pixels += colours) {
        unsigned alpha = source[colours];
        for (int c = 0; c < colours; c++) {
            pixels[c] = (uint8_t)((source[c] * alpha + 255 * (255 - alpha) + 127) / 255);
        }
    }
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

static int read_image(state *s, const codecs_decode_options *options, codecs_image *image) {
    png_structp png = s->png;
    png_infop info = s->info;
    png_set_read_fn(png, s, read_bytes);
    png_read_info(png, info);
    png_uint_32 width = png_get_image_width(png, info), height = png_get_image_height(png, info);
    if (codecs_check_size(width, height, options->maximum_pixels, s->message) != 0) {
        return -1;
    }

    int is_coloured = (png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR) != 0;
    png_set_expand(png);
    png_set_scale_16(png);
    if (!is_coloured && options->channels == 3) {
        png_set_gray_to_rgb(png);
        is_coloured = 1;
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, info);

    int stored = png_get_channels(png, info), colours = is_coloured ? 3 : 1;
    size_t row_bytes = png_get_rowbytes(png, info), count = (size_t)width * height;
    if ((stored != colours && stored != colours + 1) || row_bytes != (size_t)width * (size_t)stored) {
        return codecs_fail(s->message, "the PNG data are of an unknown colour type");
    }
    s->pixels = malloc(count * (size_t)stored);
    s->rows = malloc(height * sizeof *s->rows);
    if (s->pixels == NULL || s->rows == NULL) {
        return codecs_fail(s->message, "there is no memory for the image");
    }
    for (png_uint_32 y = 0; y < height; y++) {
        s->rows[y] = s->pixels + y * row_bytes;
    }
    png_read_image(png, s->rows);
    png_read_end(png, info);

    if (stored > colours) {
        remove_alpha(s->pixels, count, colours);
    }
    if (colours == 3 && options->channels == 1) {
        for (size_t i = 0; i < count; i++) {
            s->pixels[i] = codecs_luma(s->pixels[3 * i], s->pixels[3 * i + 1], s->pixels[3 * i + 2]);
        }
        colours = 1;
    }
    codecs_image result = {s->pixels, (int32_t)width, (int32_t)height, colours};
    if (codecs_apply_orientation(&result, orientation_of(s)) != 0) {
        return codecs_fail(s->message, "there is no memory for the image");
    }
    s->pixels = NULL;
    *image = result;
    return 0;
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
    free(s->rows);
    free(s->pixels);
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
