#ifndef CCODECS_H
#define CCODECS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Images and gzip in memory: libjpeg, libpng, libwebp, giflib, libtiff, zlib and a decoder of BMP behind functions that return 0, or one of the three statuses below with a
 * message.
 *
 * The error jumps of libjpeg and libpng end inside this target. Every function may be called from any number of
 * threads at a time. What a function allocates is the caller's, who gives it back with `codecs_free`; on failure
 * nothing is allocated.
 */

/* Data that are damaged, or not what they should be. */
#define CODECS_BROKEN (-1)
/* Data that may well be valid, but are of a kind that is not read. */
#define CODECS_UNSUPPORTED (-2)
/* Data that may well be valid, but hold more pixels or need more memory than the limit. */
#define CODECS_TOO_LARGE (-3)

/* What a buffer for messages has to hold, with the terminating zero. */
#define CODECS_MESSAGE_SIZE 256

/* Rows from the top, pixels interleaved, 8 bits a channel: height * width * channels bytes. */
typedef struct {
    uint8_t *pixels;
    int32_t width;
    int32_t height;
    int32_t channels;
} codecs_image;

typedef struct {
    uint8_t *bytes;
    size_t count;
} codecs_bytes;

typedef struct {
    /* 1 (grey) or 3 (RGB); 0 leaves grey files grey and makes all others RGB. */
    int32_t channels;
    /*
     * A JPEG may come back at a half, a quarter or an eighth of its size, as long as it stays at least this large
     * (after EXIF's rotation). 0 means the full size. A PNG always has its full size.
     */
    int32_t minimum_width;
    int32_t minimum_height;
    /* Images of more pixels than this are refused before memory is taken for them. */
    int64_t maximum_pixels;
    /* The same where all buffers of a time would take more bytes than this; 0 for no limit. */
    int64_t maximum_bytes;
} codecs_decode_options;

/*
 * Decodes baseline and progressive JPEG: grey, YCbCr, RGB, CMYK and YCCK (the latter two become RGB). The image is
 * turned as its EXIF orientation says. Data that end too early are an error.
 */
int codecs_decode_jpeg(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message);

/* A rectangle of pixels; x and y count from the left and the top. */
typedef struct {
    int32_t x;
    int32_t y;
    int32_t width;
    int32_t height;
} codecs_rectangle;

/* Says which part of an image of this size (after EXIF's rotation) is wanted; it has to lie inside. */
typedef codecs_rectangle (*codecs_choose)(void *context, int32_t width, int32_t height);

/*
 * Decodes what a part of a JPEG needs, and little more. The part has the pixels that decoding everything gives it; where it
 * may be smaller than in the file (`options->minimum_width` and `minimum_height` are its least size), its edges are rounded
 * outwards to whole pixels. `part` is where it lies in `image`. Damage behind the part goes unnoticed, but for an early end.
 */
int codecs_decode_jpeg_part(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_choose choose, void *context,
    codecs_image *image, codecs_rectangle *part, char *message);

/*
 * Decodes PNG of every colour type, bit depth and interlacing. 16 bits are scaled to 8, transparent pixels are laid
 * over white, gamma is left alone, the image is turned as its eXIf orientation says. Data that end too early, or
 * whose check sums are wrong, are an error.
 */
int codecs_decode_png(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message);

/*
 * Decodes WebP (of an animation the first frame), BMP, GIF (its first frame) and TIFF (its first image). Transparent pixels are laid
 * over white, 16 bits are scaled to 8, the image is turned as its orientation says.
 */
int codecs_decode_webp(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message);
int codecs_decode_bmp(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message);
int codecs_decode_gif(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message);
int codecs_decode_tiff(
    const uint8_t *bytes, size_t count, const codecs_decode_options *options, codecs_image *image, char *message);

/* Formats whose libraries need not be there. */
typedef enum { CODECS_WEBP, CODECS_GIF, CODECS_TIFF } codecs_format;

/* Whether a format is built in; where it is not, its decoder refuses every file. */
int codecs_has_format(codecs_format format);

/* Encodes 1 (grey) or 3 (RGB) channels as 8-bit PNG. */
int codecs_encode_png(
    const uint8_t *pixels, int32_t width, int32_t height, int32_t channels, codecs_bytes *png, char *message);

/* Encodes 1 (grey) or 3 (YCbCr 4:2:0) channels as baseline JPEG, quality 1 to 100. */
int codecs_encode_jpeg(
    const uint8_t *pixels, int32_t width, int32_t height, int32_t channels, int32_t quality, codecs_bytes *jpeg,
    char *message);

/*
 * Inflates a whole gzip file (RFC 1952) with one or more members; zeros may follow the last. Data that end too early,
 * fail their check sum, or grow beyond `limit` bytes are an error.
 */
int codecs_gunzip(const uint8_t *bytes, size_t count, size_t limit, codecs_bytes *result, char *message);

/* Gives back what one of the functions above allocated. */
void codecs_free(void *memory);

#endif
