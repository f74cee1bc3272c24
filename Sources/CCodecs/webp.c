/* WebP through libwebp; of an animation the first frame. */

#include "formats.h"

#ifdef CODECS_HAVE_WEBP

#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

typedef struct {
    WebPDemuxer *demuxer;
    WebPIterator frame;
    int has_frame;
    codecs_canvas canvas;
    uint8_t *pixels; /* of the frame, RGB or RGB and alpha */
    uint8_t *row;    /* of the image, RGB and alpha, where the frame does not fill it */
    char *message;
} state;

static int orientation_of(const WebPDemuxer *demuxer) {
    WebPChunkIterator chunk;
    int orientation = 1;
    if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
        orientation = codecs_exif_orientation(chunk.chunk.bytes, chunk.chunk.size);
        WebPDemuxReleaseChunkIterator(&chunk);
    }
    return orientation;
}

static int fail(state *s, VP8StatusCode code) {
    switch (code) {
    case VP8_STATUS_NOT_ENOUGH_DATA: return codecs_fail(s->message, "the WebP data end too early");
    case VP8_STATUS_OUT_OF_MEMORY: return codecs_fail(s->message, "there is no memory for the image");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return codecs_refuse(CODECS_UNSUPPORTED, s->message, "the WebP data are of a kind that is not read");
    default: return codecs_fail(s->message, "the WebP data are corrupt");
    }
}

/* Opens the file and finds its first frame. */
static int open_file(state *s, const uint8_t *bytes, size_t count) {
    const WebPData data = {bytes, count};
    WebPDemuxState parsed = WEBP_DEMUX_PARSE_ERROR;
    s->demuxer = WebPDemuxPartial(&data, &parsed);
    if (parsed == WEBP_DEMUX_PARSING_HEADER || parsed == WEBP_DEMUX_PARSED_HEADER) {
        return fail(s, VP8_STATUS_NOT_ENOUGH_DATA);
    }
    if (s->demuxer == NULL || parsed != WEBP_DEMUX_DONE) {
        return fail(s, VP8_STATUS_BITSTREAM_ERROR);
    }
    s->has_frame = WebPDemuxGetFrame(s->demuxer, 1, &s->frame);
    return s->has_frame ? 0 : codecs_fail(s->message, "the WebP data are corrupt: no frame");
}

static int decode_frame(state *s, const WebPBitstreamFeatures *features, int samples) {
    const size_t stride = (size_t)features->width * (size_t)samples, size = stride * (size_t)features->height;
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config) || stride > INT32_MAX) {
        return codecs_fail(s->message, "libwebp cannot be used: its version is not that of its header");
    }
    s->pixels = malloc(size);
    if (s->pixels == NULL) {
        return codecs_fail(s->message, "there is no memory for the image");
    }
    config.output.colorspace = samples == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = s->pixels;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = size;
    const VP8StatusCode code = WebPDecode(s->frame.fragment.bytes, s->frame.fragment.size, &config);
    WebPFreeDecBuffer(&config.output);
    return code == VP8_STATUS_OK ? 0 : fail(s, code);
}

/* Lays the frame over the image, which is transparent where the frame is not. */
static int lay(state *s, int32_t width, int32_t height, int samples) {
    const size_t stride = (size_t)s->frame.width * (size_t)samples;
    if (s->frame.width == width && s->frame.height == height) {
        for (int32_t y = 0; y < height; y++) {
            const uint8_t *row = s->pixels + (size_t)y * stride;
            codecs_put_row(&s->canvas, y, row, samples == 4 ? CODECS_RGB_ALPHA : CODECS_RGB);
        }
        return 0;
    }
    s->row = malloc((size_t)width * 4);
    if (s->row == NULL) {
        return codecs_fail(s->message, "there is no memory for the image");
    }
    for (int32_t y = 0; y < height; y++) {
        memset(s->row, 0, (size_t)width * 4);
        const int32_t inside = y - s->frame.y_offset;
        for (int32_t x = 0; inside >= 0 && inside < s->frame.height && x < s->frame.width; x++) {
            const uint8_t *pixel = s->pixels + (size_t)inside * stride + (size_t)x * (size_t)samples;
            uint8_t *target = s->row + 4 * (size_t)(x + s->frame.x_offset);
            if (x + s->frame.x_offset >= width) {
                break;
            }
            memcpy(target, pixel, 3);
            target[3] = samples == 4 ? pixel[3] : 255;
        }
        codecs_put_row(&s->canvas, y, s->row, CODECS_RGB_ALPHA);
    }
    return 0;
}

static int read_image(
    state *s, const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image) {
    int status = open_file(s, bytes, count);
    if (status != 0) {
        return status;
    }
    const int64_t width = WebPDemuxGetI(s->demuxer, WEBP_FF_CANVAS_WIDTH);
    const int64_t height = WebPDemuxGetI(s->demuxer, WEBP_FF_CANVAS_HEIGHT);
    WebPBitstreamFeatures features;
    const VP8StatusCode code = WebPGetFeatures(s->frame.fragment.bytes, s->frame.fragment.size, &features);
    if (code != VP8_STATUS_OK) {
        return fail(s, code);
    }
    if (features.width != s->frame.width || features.height != s->frame.height || s->frame.x_offset < 0 ||
        s->frame.y_offset < 0) {
        return fail(s, VP8_STATUS_BITSTREAM_ERROR);
    }
    const int channels = codecs_channels(options, 0), samples = features.has_alpha ? 4 : 3;
    /* Lossless data, and alpha, are decoded to words of 32 bits first. */
    const int own = features.format == 2 || features.has_alpha ? 4 : 0;
    status = codecs_check_size(width, height, count, options, s->message);
    if (status == 0) {
        status = codecs_check_size(features.width, features.height, count, options, s->message);
    }
    if (status == 0) {
        status = codecs_check_memory(width, height, channels + samples + own, options, s->message);
    }
    if (status == 0) {
        status = codecs_check_memory(features.width, features.height, channels + samples + own, options, s->message);
    }
    if (status == 0) {
        status = codecs_make_canvas(
            &s->canvas, (int32_t)width, (int32_t)height, channels, orientation_of(s->demuxer), s->message);
    }
    if (status == 0) {
        status = decode_frame(s, &features, samples);
    }
    if (status == 0) {
        status = lay(s, (int32_t)width, (int32_t)height, samples);
    }
    if (status == 0) {
        codecs_take_image(&s->canvas, image);
    }
    return status;
}

int codecs_decode_webp(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    state s = {.message = message};
    const int status = read_image(&s, bytes, count, options, image);
    if (s.has_frame) {
        WebPDemuxReleaseIterator(&s.frame);
    }
    WebPDemuxDelete(s.demuxer);
    codecs_free_canvas(&s.canvas);
    free(s.pixels);
    free(s.row);
    return status;
}

#else

#include "internal.h"

int codecs_decode_webp(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message) {
    (void)bytes;
    (void)count;
    (void)options;
    (void)image;
    return codecs_not_built_in("WebP", message);
}

#endif
