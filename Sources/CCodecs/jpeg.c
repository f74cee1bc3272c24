#include "internal.h"

#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    char *message;
    int status;
} error_manager;

/* Whether libjpeg complains of what it does not do rather than of damage. */
static int is_unsupported(int code) {
    return code == JERR_ARITH_NOTIMPL || code == JERR_BAD_PRECISION || code == JERR_CONVERSION_NOTIMPL ||
           code == JERR_NOT_COMPILED || code == JERR_NOTIMPL || code == JERR_SOF_UNSUPPORTED;
}

static void leave_with_error(j_common_ptr info) {
    error_manager *errors = (error_manager *)info->err;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    errors->status = is_unsupported(info->err->msg_code)
                         ? codecs_refuse(
                               CODECS_UNSUPPORTED, errors->message, "the JPEG data are of a kind that is not read: %s", text)
                         : codecs_fail(errors->message, "the JPEG data are corrupt: %s", text);
    longjmp(errors->escape, 1);
}

/* libjpeg fills what is missing with grey and only warns. */
static void note_message(j_common_ptr info, int level) {
    int code = info->err->msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) {
        error_manager *errors = (error_manager *)info->err;
        errors->status = codecs_fail(errors->message, "the JPEG data end too early");
        longjmp(errors->escape, 1);
    }
}

static void print_nothing(j_common_ptr info) {
    (void)info;
}

static struct jpeg_error_mgr *install_errors(error_manager *errors, char *message) {
    struct jpeg_error_mgr *base = jpeg_std_error(&errors->base);
    base->error_exit = leave_with_error;
    base->emit_message = note_message;
    base->output_message = print_nothing;
    errors->message = message;
    return base;
}

/*
 * A scan goes over all pixels though it may take next to no bytes, so a small progressive file can keep a decoder busy for long.
 * Usual files have about ten; this allows hundreds in a photograph, and about a second for all of them.
 */
static void limit_scans(j_common_ptr common) {
    if (!common->is_decompressor) {
        return;
    }
    j_decompress_ptr info = (j_decompress_ptr)common;
    const int64_t scans = info->input_scan_number, pixels = (int64_t)info->image_width * info->image_height;
    if (scans > 1000 || scans * pixels > (int64_t)1 << 33) {
        error_manager *errors = (error_manager *)info->err;
        errors->status = codecs_refuse(
            CODECS_UNSUPPORTED, errors->message, "the JPEG data hold more than %lld scans, too many for %u x %u pixels", (long long)scans - 1,
            info->image_width, info->image_height);
        longjmp(errors->escape, 1);
    }
}

typedef struct {
    struct jpeg_decompress_struct info;
    error_manager errors;
    struct jpeg_progress_mgr progress;
    codecs_canvas canvas;
    uint8_t *pixels; /* of a part */
    uint8_t *spare_row; /* or a row that nobody wants */
} reader;

static int find_orientation(j_decompress_ptr info) {
    static const uint8_t prefix[6] = {'E', 'x', 'i', 'f', 0, 0};
    for (jpeg_saved_marker_ptr marker = info->marker_list; marker != NULL; marker = marker->next) {
        if (marker->marker == JPEG_APP0 + 1 && marker->data_length > sizeof prefix &&
            memcmp(marker->data, prefix, sizeof prefix) == 0) {
            return codecs_exif_orientation(marker->data + sizeof prefix, marker->data_length - sizeof prefix);
        }
    }
    return 1;
}

/* The halvings have fast inverse transforms; the eighths between them do not. */
static void choose_scale(
    j_decompress_ptr info, int64_t full_width, int64_t full_height, int64_t minimum_width, int64_t minimum_height) {
    info->scale_num = 8;
    info->scale_denom = 8;
    if (minimum_width < 1 || minimum_height < 1) {
        return;
    }
    for (unsigned eighths = 1; eighths < 8; eighths *= 2) {
        /* libjpeg rounds sizes up. */
        int64_t width = (full_width * eighths + 7) / 8;
        int64_t height = (full_height * eighths + 7) / 8;
        if (width >= minimum_width && height >= minimum_height) {
            info->scale_num = eighths;
            return;
        }
    }
}

/* Bytes of coefficients that libjpeg keeps of an image with more than one scan. */
static int64_t coefficient_bytes(j_decompress_ptr info) {
    if (!jpeg_has_multiple_scans(info)) {
        return 0;
    }
    int64_t blocks = 0;
    for (int i = 0; i < info->num_components; i++) {
        blocks += (int64_t)info->comp_info[i].width_in_blocks * info->comp_info[i].height_in_blocks;
    }
    return blocks * DCTSIZE2 * (int64_t)sizeof(JCOEF);
}

/* Reads the header and checks that the data can hold what it promises. */
static int read_header(reader *r, const uint8_t *bytes, size_t count, const codecs_decode_options *options) {
    j_decompress_ptr info = &r->info;
    jpeg_create_decompress(info);
    r->progress.progress_monitor = limit_scans;
    info->progress = &r->progress;
    jpeg_mem_src(info, (unsigned char *)bytes, (unsigned long)count);
    jpeg_save_markers(info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(info, TRUE);
    const int64_t width = info->image_width, height = info->image_height;
    int status = codecs_check_size(width, height, count, options, r->errors.message);
    if (status != 0) {
        return status;
    }
    /*
     * Huffman codes spend at least a bit on a block, and a block covers at most 256 pixels: with a margin of two, data
     * as short as this cannot hold the image, and decoding it would only waste memory and time.
     */
    if (!info->arith_code && width * height / 4096 > (int64_t)count) {
        return codecs_fail(
            r->errors.message, "the JPEG data end too early: %zu bytes cannot hold %u x %u pixels", count,
            info->image_width, info->image_height);
    }
    const int64_t coefficients = coefficient_bytes(info) / (width * height) + 1;
    return codecs_check_memory(width, height, 3 + coefficients, options, r->errors.message);
}

static int is_cmyk(j_decompress_ptr info) {
    return info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
}

/* Chooses the colour space; returns the number of channels. */
static int choose_channels(j_decompress_ptr info, const codecs_decode_options *options) {
    int channels = codecs_channels(options, info->jpeg_color_space == JCS_GRAYSCALE);
    info->out_color_space = is_cmyk(info) ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    return channels;
}

/* Decodes all pixels of an image whose header is read and whose scale is chosen. */
static int read_pixels(reader *r, const codecs_decode_options *options, int orientation, codecs_image *image) {
    j_decompress_ptr info = &r->info;
    const int channels = choose_channels(info, options);
    jpeg_start_decompress(info);
    const codecs_layout layout = is_cmyk(info) ? (info->saw_Adobe_marker ? CODECS_CMYK_INVERTED : CODECS_CMYK)
                                 : channels == 1 ? CODECS_GREY
                                                 : CODECS_RGB;
    r->spare_row = malloc((size_t)info->output_width * 4);
    if (r->spare_row == NULL) {
        return codecs_fail(r->errors.message, "there is no memory for the image");
    }
    int status = codecs_make_canvas(
        &r->canvas, (int32_t)info->output_width, (int32_t)info->output_height, channels, orientation, r->errors.message);
    if (status != 0) {
        return status;
    }
    while (info->output_scanline < info->output_height) {
        const int32_t y = (int32_t)info->output_scanline;
        JSAMPROW row = r->spare_row;
        if (jpeg_read_scanlines(info, &row, 1) == 1) {
            codecs_put_row(&r->canvas, y, row, layout);
        }
    }
    jpeg_finish_decompress(info);
    codecs_take_image(&r->canvas, image);
    return 0;
}

/* Runs below `setjmp`: whatever it allocates is in the reader, where the error path finds it. */
static int read_image(
    reader *r, const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image) {
    const int status = read_header(r, bytes, count, options);
    if (status != 0) {
        return status;
    }
    int orientation = find_orientation(&r->info);
    int swapped = orientation >= 5;
    choose_scale(
        &r->info, r->info.image_width, r->info.image_height, swapped ? options->minimum_height : options->minimum_width,
        swapped ? options->minimum_width : options->minimum_height);
    return read_pixels(r, options, orientation, image);
}

/*
 * Chroma is interpolated between neighbours, and what libjpeg cuts off has none: this many pixels around a part make its own
 * pixels those of the whole image.
 */
enum { MARGIN = 8 };

static int32_t smaller(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int32_t larger(int32_t a, int32_t b) {
    return a > b ? a : b;
}

/* Decodes the rows and columns that a part needs, at the scale that is chosen. */
static int read_window(
    reader *r, const codecs_decode_options *options, codecs_rectangle *part, codecs_image *image) {
    j_decompress_ptr info = &r->info;
    const int channels = choose_channels(info, options);
    jpeg_start_decompress(info);
    const int64_t scale = info->scale_num;
    const int32_t full_width = (int32_t)info->output_width, full_height = (int32_t)info->output_height;
    const int32_t left = (int32_t)(part->x * scale / 8), top = (int32_t)(part->y * scale / 8);
    const int32_t right = smaller((int32_t)(((part->x + (int64_t)part->width) * scale + 7) / 8), full_width);
    const int32_t bottom = smaller((int32_t)(((part->y + (int64_t)part->height) * scale + 7) / 8), full_height);

    JDIMENSION first_column = (JDIMENSION)larger(left - MARGIN, 0);
    JDIMENSION columns = (JDIMENSION)smaller(right + MARGIN, full_width) - first_column;
    if (columns < (JDIMENSION)full_width) {
        jpeg_crop_scanline(info, &first_column, &columns);
    }
    const size_t row_bytes = info->output_width * (size_t)channels;
    r->pixels = malloc(row_bytes * (size_t)(bottom - top));
    r->spare_row = malloc(row_bytes);
    if (r->pixels == NULL || r->spare_row == NULL) {
        return codecs_fail(r->errors.message, "there is no memory for the image");
    }
    const int32_t first_row = larger(top - MARGIN, 0);
    if (first_row > 0) {
        jpeg_skip_scanlines(info, (JDIMENSION)first_row);
    }
    while ((int32_t)info->output_scanline < bottom) {
        const int32_t y = (int32_t)info->output_scanline - top;
        JSAMPROW row = y < 0 ? r->spare_row : r->pixels + row_bytes * (size_t)y;
        jpeg_read_scanlines(info, &row, 1);
    }
    codecs_image result = {r->pixels, (int32_t)info->output_width, bottom - top, channels};
    codecs_rectangle place = {left - (int32_t)first_column, 0, right - left, bottom - top};
    jpeg_abort_decompress(info);
    r->pixels = NULL;
    *part = place;
    *image = result;
    return 0;
}

/* Whether the data end with the marker that ends an image; zeros may follow. */
static int is_complete(const uint8_t *bytes, size_t count) {
    while (count > 2 && bytes[count - 1] == 0) {
        count--;
    }
    return count >= 2 && bytes[count - 2] == 0xFF && bytes[count - 1] == 0xD9;
}

static int read_part(
    reader *r, const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_choose choose, void *context,
    codecs_image *image, codecs_rectangle *part) {
    const int status = read_header(r, bytes, count, options);
    if (status != 0) {
        return status;
    }
    j_decompress_ptr info = &r->info;
    const int orientation = find_orientation(info);
    const int swapped = orientation >= 5;
    const int32_t width = (int32_t)info->image_width, height = (int32_t)info->image_height;
    *part = choose(context, swapped ? height : width, swapped ? width : height);
    /* What has to be turned or converted is decoded whole, and so is what has to fail because its end is missing. */
    if (orientation == 1 && !is_cmyk(info) && is_complete(bytes, count)) {
        choose_scale(info, part->width, part->height, options->minimum_width, options->minimum_height);
        return read_window(r, options, part, image);
    }
    choose_scale(info, width, height, 0, 0);
    return read_pixels(r, options, orientation, image);
}

static int close_reader(reader *r, int status) {
    jpeg_destroy_decompress(&r->info);
    codecs_free_canvas(&r->canvas);
    free(r->spare_row);
    free(r->pixels);
    free(r);
    return status;
}

int codecs_decode_jpeg(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return codecs_fail(message, "there is no memory for the image");
    }
    volatile int status = CODECS_BROKEN;
    r->info.err = install_errors(&r->errors, message);
    if (setjmp(r->errors.escape) == 0) {
        status = read_image(r, bytes, count, options, image);
    } else {
        status = r->errors.status;
    }
    return close_reader(r, status);
}

int codecs_decode_jpeg_part(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_choose choose, void *context,
    codecs_image *image, codecs_rectangle *part, char *message) {
    reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return codecs_fail(message, "there is no memory for the image");
    }
    volatile int status = CODECS_BROKEN;
    r->info.err = install_errors(&r->errors, message);
    if (setjmp(r->errors.escape) == 0) {
        status = read_part(r, bytes, count, options, choose, context, image, part);
    } else {
        status = r->errors.status;
    }
    return close_reader(r, status);
}

typedef struct {
    struct jpeg_compress_struct info;
    error_manager errors;
    unsigned char *bytes;
    unsigned long count;
} writer;

static void write_image(writer *w, const uint8_t *pixels, int width, int height, int channels, int quality) {
    j_compress_ptr info = &w->info;
    jpeg_create_compress(info);
    jpeg_mem_dest(info, &w->bytes, &w->count);
    info->image_width = (JDIMENSION)width;
    info->image_height = (JDIMENSION)height;
    info->input_components = channels;
    info->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, quality, TRUE);
    jpeg_start_compress(info, TRUE);
    while (info->next_scanline < info->image_height) {
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)info->next_scanline * (size_t)width * (size_t)channels);
        jpeg_write_scanlines(info, &row, 1);
    }
    jpeg_finish_compress(info);
}

int codecs_encode_jpeg(
    const uint8_t *pixels, int32_t width, int32_t height, int32_t channels, int32_t quality, codecs_bytes *jpeg,
    char *message) {
    if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
        return codecs_fail(message, "JPEG needs at least one pixel of 1 or 3 channels");
    }
    writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return codecs_fail(message, "there is no memory for the image");
    }
    volatile int status = CODECS_BROKEN;
    w->info.err = install_errors(&w->errors, message);
    if (setjmp(w->errors.escape) == 0) {
        write_image(w, pixels, width, height, channels, quality);
        status = 0;
    }
    jpeg_destroy_compress(&w->info);
    if (status == 0) {
        jpeg->bytes = w->bytes;
        jpeg->count = w->count;
    } else {
        free(w->bytes);
    }
    free(w);
    return status;
}
