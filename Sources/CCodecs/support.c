#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int codecs_fail(char *message, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, CODECS_MESSAGE_SIZE, format, arguments);
    va_end(arguments);
    return -1;
}

int codecs_check_size(int64_t width, int64_t height, int64_t maximum_pixels, char *message) {
    if (width < 1 || height < 1) {
        return codecs_fail(message, "the image is empty");
    }
    if (width > INT32_MAX || height > INT32_MAX || width > maximum_pixels / height) {
        return codecs_fail(
            message, "the image has %lld x %lld pixels, more than the limit of %lld", (long long)width,
            (long long)height, (long long)maximum_pixels);
    }
    return 0;
}

void codecs_free(void *memory) {
    free(memory);
}
