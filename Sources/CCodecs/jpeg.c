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
} error_manager;

static void leave_with_error(j_common_ptr info) {
    error_manager *errors = (error_manager *)info->err;
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    codecs_fail(errors->message, "the JPEG data are corrupt: %s", text);
    longjmp(errors->escape, 1);
}

/* libjpeg fills what is missing with grey and only warns. */
static void note_message(j_common_ptr info, int level) {
    int code = info->err->msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) {
        error_manager *errors = (error_manager *)info->err;
        codecs_fail(errors->message, "the JPEG data end too early");
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

/* A progressive file of a few kilobytes can hold so many scans that it keeps the decoder busy for hours. */
static void limit_scans(j_common_ptr info) {
    if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > 1000) {
        error_manager *errors = (error_manager *)info->err;
        codecs_fail(errors->message, "the JPEG data hold more than 1000 scans");
        longjmp(errors->escape, 1);
    }
}

typedef struct {
    struct jpeg_decompress_struct info;
    error_manager errors;
    struct jpeg_progress_mgr progress;
    uint8_t *pixels;
    uint8_t *cmyk_row;
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
static void choose_scale(j_decompress_ptr info, int64_t minimum_width, int64_t minimum_height) {
    info->scale_num = 8;
    info->scale_denom = 8;
    if (minimum_width < 1 || minimum_height < 1) {
        return;
    }
    for (unsigned eighths = 1; eighths < 8; eighths *= 2) {
        /* libjpeg rounds sizes up. */
        int64_t width = ((int64_t)info->image_width * eighths + 7) / 8;
        int64_t height = ((int64_t)info->image_height * eighths + 7) / 8;
        if (width >= minimum_width && height >= minimum_height) {
            info->scale_num = eighths;
            return;
        }
    }
}

/* Adobe's files hold inverted ink: 255 is none. */
static void convert_cmyk(const uint8_t *cmyk, int inverted, uint8_t *target, size_t width, int channels) {
    for (size_t x = 0; x < width; x++, cmyk += 4, target += channels) {
        unsigned flip = inverted ? 0 : 255;
        unsigned light = cmyk[3] ^ flip;
        unsigned red = ((cmyk[0] ^ flip) * light + 127) / 255;
        unsigned green = ((cmyk[1] ^ flip) * light + 127) / 255;
        unsigned blue = ((cmyk[2] ^ flip) * light + 127) / 255;
        if (channels == 1) {
            target[0] = codecs_luma(red, green, blue);
        } else {
            target[0] = (uint8_t)red;
            target[1] = (uint8_t)green;
            target[2] = (uint8_t)blue;
        }
    }
}

/* Runs below `setjmp`: whatever it allocates is in the reader, where the error path finds it. */
static int read_image(
    reader *r, const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image) {
    j_decompress_ptr info = &r->info;
    jpeg_create_decompress(info);
    r->progress.progress_monitor = limit_scans;
    info->progress = &r->progress;
    jpeg_mem_src(info, (unsigned char *)bytes, (unsigned long)count);
    jpeg_save_markers(info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(info, TRUE);
    if (codecs_check_size(info->image_width, info->image_height, options->maximum_pixels, r->errors.message) != 0) {
        return -1;
    }
    /*
     * Huffman codes spend at least a bit on a block, and a block covers at most 256 pixels: with a margin of two, data
     * as short as this cannot hold the image, and decoding it would only waste memory and time.
     */
    if (!info->arith_code && (int64_t)info->image_width * info->image_height / 4096 > (int64_t)count) {
        return codecs_fail(
            r->errors.message, "the JPEG data end too early: %zu bytes cannot hold %u x %u pixels", count,
            info->image_width, info->image_height);
    }

    int orientation = find_orientation(info);
    int swapped = orientation >= 5;
    choose_scale(
        info, swapped ? options->minimum_height : options->minimum_width,
        swapped ? options->minimum_width : options->minimum_height);

    int channels = options->channels;
    if (channels != 1 && channels != 3) {
        channels = info->jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
    }
    int is_cmyk = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
    info->out_color_space = is_cmyk ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(info);

    size_t width = info->output_width, height = info->output_height;
    r->pixels = malloc(width * height * (size_t)channels);
    r->cmyk_row = is_cmyk ? malloc(width * 4) : NULL;
    if (r->pixels == NULL || (is_cmyk && r->cmyk_row == NULL)) {
        return codecs_fail(r->errors.message, "there is no memory for the image");
    }
    while (info->output_scanline < height) {
        uint8_t *target = r->pixels + info->output_scanline * width * (size_t)channels;
        JSAMPROW row = is_cmyk ? r->cmyk_row : target;
        if (jpeg_read_scanlines(info, &row, 1) == 1 && is_cmyk) {
            convert_cmyk(r->cmyk_row, info->saw_Adobe_marker, target, width, channels);
        }
    }
    jpeg_finish_decompress(info);

    codecs_image result = {r->pixels, (int32_t)width, (int32_t)height, channels};
    if (codecs_apply_orientation(&result, orientation) != 0) {
        return codecs_fail(r->errors.message, "there is no memory for the image");
    }
    r->pixels = NULL;
    *image = result;
    return 0;
}

int codecs_decode_jpeg(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return codecs_fail(message, "there is no memory for the image");
    }
    volatile int status = -1;
    r->info.err = install_errors(&r->errors, message);
    if (setjmp(r->errors.escape) == 0) {
        status = read_image(r, bytes, count, options, image);
    }
    jpeg_destroy_decompress(&r->info);
    free(r->cmyk_row);
    free(r->pixels);
    free(r);
    return status;
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
    volatile int status = -1;
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
