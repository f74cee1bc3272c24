/* The first frame of a GIF, through giflib: later ones are not even looked at. */

#include "formats.h"

#ifdef CODECS_HAVE_GIF

#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

typedef struct {
    const uint8_t *source;
    size_t count, left;
    int ended;
    codecs_canvas canvas;
    uint8_t *pixels; /* indices of the frame */
    uint8_t *row;    /* of the image, RGB and alpha */
    char *message;
} state;

static int read_bytes(GifFileType *gif, GifByteType *target, int count) {
    state *s = gif->UserData;
    size_t taken = count < 0 ? 0 : (size_t)count;
    if (taken > s->left) {
        taken = s->left;
        s->ended = 1;
    }
    memcpy(target, s->source, taken);
    s->source += taken;
    s->left -= taken;
    return (int)taken;
}

static int fail(state *s, int error) {
    if (s->ended) {
        return codecs_fail(s->message, "the GIF data end too early");
    }
    const char *text = GifErrorString(error);
    return codecs_fail(s->message, "the GIF data are corrupt: %s", text != NULL ? text : "no frame");
}

/* Goes to the first frame; `transparent` becomes the index of its transparent colour, or -1. */
static int find_frame(state *s, GifFileType *gif, int *transparent) {
    *transparent = NO_TRANSPARENT_COLOR;
    for (;;) {
        GifRecordType type;
        if (DGifGetRecordType(gif, &type) == GIF_ERROR) {
            return fail(s, gif->Error);
        }
        if (type == IMAGE_DESC_RECORD_TYPE) {
            return DGifGetImageDesc(gif) == GIF_ERROR ? fail(s, gif->Error) : 0;
        }
        if (type == TERMINATE_RECORD_TYPE) {
            return codecs_fail(s->message, "the GIF data are corrupt: no frame");
        }
        if (type != EXTENSION_RECORD_TYPE) {
            continue;
        }
        int code = 0;
        GifByteType *block = NULL;
        if (DGifGetExtension(gif, &code, &block) == GIF_ERROR) {
            return fail(s, gif->Error);
        }
        while (block != NULL) {
            GraphicsControlBlock control;
            if (code == GRAPHICS_EXT_FUNC_CODE && block[0] == 4 && DGifExtensionToGCB(4, block + 1, &control) == GIF_OK) {
                *transparent = control.TransparentColor;
            }
            if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) {
                return fail(s, gif->Error);
            }
        }
    }
}

static int read_frame(state *s, GifFileType *gif, int width, int height) {
    s->pixels = malloc((size_t)width * (size_t)height);
    if (s->pixels == NULL) {
        return codecs_fail(s->message, "there is no memory for the image");
    }
    static const int starts[4] = {0, 4, 2, 1}, steps[4] = {8, 8, 4, 2};
    const int passes = gif->Image.Interlace ? 4 : 1;
    for (int pass = 0; pass < passes; pass++) {
        const int step = passes == 1 ? 1 : steps[pass];
        for (int y = passes == 1 ? 0 : starts[pass]; y < height; y += step) {
            if (DGifGetLine(gif, s->pixels + (size_t)y * (size_t)width, width) == GIF_ERROR) {
                return fail(s, gif->Error);
            }
        }
    }
    return 0;
}

/* Lays the frame over the screen, which is transparent where the frame is not. */
static void lay(state *s, const GifFileType *gif, const ColorMapObject *map, int transparent) {
    const GifImageDesc *frame = &gif->Image;
    for (int32_t y = 0; y < gif->SHeight; y++) {
        memset(s->row, 0, (size_t)gif->SWidth * 4);
        const int32_t inside = y - frame->Top;
        for (int32_t x = 0; inside >= 0 && inside < frame->Height && x < frame->Width && x + frame->Left < gif->SWidth; x++) {
            const int index = s->pixels[(size_t)inside * (size_t)frame->Width + (size_t)x];
            uint8_t *pixel = s->row + 4 * ((size_t)x + (size_t)frame->Left);
            /* What the palette leaves out is black. */
            const GifColorType colour = index < map->ColorCount ? map->Colors[index] : (GifColorType){0, 0, 0};
            pixel[0] = colour.Red;
            pixel[1] = colour.Green;
            pixel[2] = colour.Blue;
            pixel[3] = index == transparent ? 0 : 255;
        }
        codecs_put_row(&s->canvas, y, s->row, CODECS_RGB_ALPHA);
    }
}

static int is_grey(const ColorMapObject *map) {
    for (int i = 0; i < map->ColorCount; i++) {
        if (map->Colors[i].Red != map->Colors[i].Green || map->Colors[i].Red != map->Colors[i].Blue) {
            return 0;
        }
    }
    return 1;
}

static int read_image(state *s, GifFileType *gif, const codecs_decode_options *options, codecs_image *image) {
    const GifImageDesc *frame = &gif->Image;
    int status = codecs_check_size(gif->SWidth, gif->SHeight, s->count, options, s->message), transparent;
    if (status == 0) {
        status = find_frame(s, gif, &transparent);
    }
    if (status == 0) {
        status = codecs_check_size(frame->Width, frame->Height, s->count, options, s->message);
    }
    if (status == 0) {
        status = codecs_check_memory(frame->Width, frame->Height, 1, options, s->message);
    }
    const ColorMapObject *map = frame->ColorMap != NULL ? frame->ColorMap : gif->SColorMap;
    if (status == 0 && (map == NULL || frame->Left < 0 || frame->Top < 0)) {
        status = codecs_fail(s->message, "the GIF data are corrupt: no palette");
    }
    if (status != 0) {
        return status;
    }
    const int channels = codecs_channels(options, is_grey(map));
    status = codecs_check_memory(gif->SWidth, gif->SHeight, channels + 1, options, s->message);
    if (status == 0) {
        status = codecs_make_canvas(&s->canvas, gif->SWidth, gif->SHeight, channels, 1, s->message);
    }
    if (status == 0) {
        s->row = malloc((size_t)gif->SWidth * 4);
        status = s->row == NULL ? codecs_fail(s->message, "there is no memory for the image")
                                : read_frame(s, gif, frame->Width, frame->Height);
    }
    if (status == 0) {
        lay(s, gif, map, transparent);
        codecs_take_image(&s->canvas, image);
    }
    return status;
}

int codecs_decode_gif(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    state s = {.source = bytes, .count = count, .left = count, .message = message};
    int error = 0;
    GifFileType *gif = DGifOpen(&s, read_bytes, &error);
    const int status = gif == NULL ? fail(&s, error) : read_image(&s, gif, options, image);
    if (gif != NULL) {
        DGifCloseFile(gif, &error);
    }
    codecs_free_canvas(&s.canvas);
    free(s.pixels);
    free(s.row);
    return status;
}

#else

#include "internal.h"

int codecs_decode_gif(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    (void)bytes;
    (void)count;
    (void)options;
    (void)image;
    return codecs_not_built_in("GIF", message);
}

#endif
