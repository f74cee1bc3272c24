#include "formats.h"
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int codecs_fail(char *message, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, CODECS_MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    return CODECS_BROKEN;
}

int codecs_refuse(int status, char *message, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, CODECS_MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    return status;
}

int codecs_not_built_in(const char *format, char *message) {
    return codecs_refuse(
        CODECS_UNSUPPORTED, message,
        "it is a %s image, and this build reads none (set up its library, run Scripts/bootstrap --force and build again)",
        format);
}

int codecs_has_format(codecs_format format) {
    switch (format) {
#ifdef CODECS_HAVE_WEBP
    case CODECS_WEBP: return 1;
#endif
#ifdef CODECS_HAVE_GIF
    case CODECS_GIF: return 1;
#endif
#ifdef CODECS_HAVE_TIFF
    case CODECS_TIFF: return 1;
#endif
    default: return 0;
    }
}

/*
 * No format has to spend more than a byte on this many pixels: deflate makes 1032 bytes of one, of 8 pixels each. Images of one
 * colour may have less, up to a usual size.
 */
enum { PIXELS_PER_BYTE = 8 * 1032, PIXELS_FOR_NOTHING = 1 << 25 };

int codecs_check_size(
    int64_t width, int64_t height, size_t count, const codecs_decode_options *options, char *message) {
    if (width < 1 || height < 1) {
        return codecs_fail(message, "the image is empty");
    }
    if (width > INT32_MAX || height > INT32_MAX || width > options->maximum_pixels / height) {
        return codecs_refuse(
            CODECS_TOO_LARGE, message, "the image has %lld x %lld pixels, more than the limit of %lld", (long long)width,
            (long long)height, (long long)options->maximum_pixels);
    }
    if (width * height > PIXELS_FOR_NOTHING && (uint64_t)(width * height - PIXELS_FOR_NOTHING) / PIXELS_PER_BYTE > count) {
        return codecs_fail(
            message, "%zu bytes are too few for an image of %lld x %lld pixels", count, (long long)width, (long long)height);
    }
    return 0;
}

int codecs_check_memory(
    int64_t width, int64_t height, int64_t bytes_per_pixel, const codecs_decode_options *options, char *message) {
    if (options->maximum_bytes > 0 && width * height > options->maximum_bytes / bytes_per_pixel) {
        return codecs_refuse(
            CODECS_TOO_LARGE, message, "decoding its %lld x %lld pixels takes %lld MiB of memory, more than the limit of %lld MiB",
            (long long)width, (long long)height, (long long)((width * height * bytes_per_pixel) >> 20),
            (long long)(options->maximum_bytes >> 20));
    }
    return 0;
}

void codecs_free(void *memory) {
    free(memory);
}
