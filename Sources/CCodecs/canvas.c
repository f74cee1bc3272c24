/* Rows of every kind become grey or RGB, and go where the orientation says (CIPA DC-008). */

#include "internal.h"

#include <stdlib.h>
#include <string.h>

int codecs_channels(const codecs_decode_options *options, int is_grey) {
    return options->channels == 1 || options->channels == 3 ? options->channels : is_grey ? 1 : 3;
}

int codecs_make_canvas(
    codecs_canvas *canvas, int32_t width, int32_t height, int channels, int orientation, char *message) {
    const int turns = orientation >= 5 && orientation <= 8;
    const ptrdiff_t w = width, h = height;
    canvas->width = (size_t)width;
    canvas->start = 0;
    canvas->along_row = 1;
    canvas->along_column = w;
    switch (orientation) {
    case 2: canvas->start = w - 1; canvas->along_row = -1; break;
    case 3: canvas->start = w * h - 1; canvas->along_row = -1; canvas->along_column = -w; break;
    case 4: canvas->start = w * (h - 1); canvas->along_column = -w; break;
    case 5: canvas->along_row = h; canvas->along_column = 1; break;
    case 6: canvas->start = h - 1; canvas->along_row = h; canvas->along_column = -1; break;
    case 7: canvas->start = w * h - 1; canvas->along_row = -h; canvas->along_column = -1; break;
    case 8: canvas->start = h * (w - 1); canvas->along_row = -h; canvas->along_column = 1; break;
    default: break;
    }
    canvas->image.width = turns ? height : width;
    canvas->image.height = turns ? width : height;
    canvas->image.channels = channels;
    canvas->image.pixels = malloc((size_t)width * (size_t)height * (size_t)channels);
    canvas->row = canvas->along_row == 1 ? NULL : malloc((size_t)width * (size_t)channels);
    if (canvas->image.pixels == NULL || (canvas->along_row != 1 && canvas->row == NULL)) {
        return codecs_fail(message, "there is no memory for the image");
    }
    return 0;
}

static inline void store(uint8_t *target, int channels, unsigned red, unsigned green, unsigned blue) {
    if (channels == 1) {
        target[0] = codecs_luma(red, green, blue);
    } else {
        target[0] = (uint8_t)red;
        target[1] = (uint8_t)green;
        target[2] = (uint8_t)blue;
    }
}

/* A colour over white. */
static inline unsigned over_white(unsigned value, unsigned alpha) {
    return (value * alpha + 255 * (255 - alpha) + 127) / 255;
}

/* The same of a colour that is multiplied by alpha already. */
static inline unsigned added_to_white(unsigned value, unsigned alpha) {
    unsigned sum = value + 255 - alpha;
    return sum > 255 ? 255 : sum;
}

static inline unsigned under_ink(unsigned ink, unsigned black) {
    return (ink * black + 127) / 255;
}

static void convert(codecs_layout layout, const uint8_t *s, uint8_t *t, size_t width, int channels) {
    switch (layout) {
    case CODECS_GREY:
        if (channels == 1) {
            memcpy(t, s, width);
            return;
        }
        for (size_t x = 0; x < width; x++, t += channels) {
            store(t, channels, s[x], s[x], s[x]);
        }
        return;
    case CODECS_GREY_ALPHA:
        for (size_t x = 0; x < width; x++, s += 2, t += channels) {
            unsigned grey = over_white(s[0], s[1]);
            store(t, channels, grey, grey, grey);
        }
        return;
    case CODECS_RGB:
        if (channels == 3) {
            memcpy(t, s, width * 3);
            return;
        }
        for (size_t x = 0; x < width; x++, s += 3, t += channels) {
            store(t, channels, s[0], s[1], s[2]);
        }
        return;
    case CODECS_RGB_ALPHA:
        for (size_t x = 0; x < width; x++, s += 4, t += channels) {
            store(t, channels, over_white(s[0], s[3]), over_white(s[1], s[3]), over_white(s[2], s[3]));
        }
        return;
    case CODECS_RGB_ALPHA_MULTIPLIED:
        for (size_t x = 0; x < width; x++, s += 4, t += channels) {
            store(t, channels, added_to_white(s[0], s[3]), added_to_white(s[1], s[3]), added_to_white(s[2], s[3]));
        }
        return;
    case CODECS_CMYK:
    case CODECS_CMYK_INVERTED:
        for (size_t x = 0; x < width; x++, s += 4, t += channels) {
            unsigned flip = layout == CODECS_CMYK ? 255 : 0, light = s[3] ^ flip;
            store(t, channels, under_ink(s[0] ^ flip, light), under_ink(s[1] ^ flip, light), under_ink(s[2] ^ flip, light));
        }
        return;
    }
}

void codecs_put_row(codecs_canvas *canvas, int32_t y, const uint8_t *row, codecs_layout layout) {
    const int channels = canvas->image.channels;
    uint8_t *first = canvas->image.pixels + (canvas->start + y * canvas->along_column) * channels;
    if (canvas->row == NULL) {
        convert(layout, row, first, canvas->width, channels);
        return;
    }
    convert(layout, row, canvas->row, canvas->width, channels);
    const ptrdiff_t step = canvas->along_row * channels;
    const uint8_t *source = canvas->row;
    for (size_t x = 0; x < canvas->width; x++) {
        uint8_t *target = first + (ptrdiff_t)x * step;
        for (int c = 0; c < channels; c++) {
            target[c] = *source++;
        }
    }
}

void codecs_take_image(codecs_canvas *canvas, codecs_image *image) {
    *image = canvas->image;
    canvas->image.pixels = NULL;
}

void codecs_free_canvas(codecs_canvas *canvas) {
    free(canvas->image.pixels);
    free(canvas->row);
}
