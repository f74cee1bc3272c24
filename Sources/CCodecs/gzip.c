#include "internal.h"

#include <limits.h>
#include <stdlib.h>

#include <zlib.h>

typedef struct {
    z_stream stream;
    const uint8_t *source;
    size_t left;
    uint8_t *bytes;
    size_t count;
    size_t capacity;
} inflater;

/* Makes room for more output. */
static int grow(inflater *f, size_t limit, char *message) {
    if (f->capacity > limit) {
        return codecs_fail(message, "the gzip data hold more than the limit of %zu bytes", limit);
    }
    /* One byte over the limit tells "just full" from "too much". */
    size_t wanted = f->capacity > limit / 2 ? limit + 1 : f->capacity * 2;
    uint8_t *larger = realloc(f->bytes, wanted);
    if (larger == NULL) {
        return codecs_fail(message, "there is no memory for %zu bytes of inflated data", wanted);
    }
    f->bytes = larger;
    f->capacity = wanted;
    return 0;
}

/* Inflates one member. zlib counts in 32 bits, so both sides are handed over in portions. */
static int inflate_member(inflater *f, size_t limit, char *message) {
    for (;;) {
        if (f->count == f->capacity && grow(f, limit, message) != 0) {
            return -1;
        }
        size_t room = f->capacity - f->count;
        uInt input = f->left > UINT_MAX ? UINT_MAX : (uInt)f->left;
        uInt output = room > UINT_MAX ? UINT_MAX : (uInt)room;
        f->stream.next_in = (Bytef *)f->source;
        f->stream.avail_in = input;
        f->stream.next_out = f->bytes + f->count;
        f->stream.avail_out = output;
        int result = inflate(&f->stream, Z_NO_FLUSH);
        f->source += input - f->stream.avail_in;
        f->left -= input - f->stream.avail_in;
        f->count += output - f->stream.avail_out;
        if (f->count > limit) {
            return codecs_fail(message, "the gzip data hold more than the limit of %zu bytes", limit);
        }
        switch (result) {
        case Z_STREAM_END:
            return 0;
        case Z_OK:
        case Z_BUF_ERROR:
            if (f->left == 0 && f->count < f->capacity) {
                return codecs_fail(message, "the gzip data end too early");
            }
            break;
        default:
            return codecs_fail(
                message, "the gzip data are corrupt: %s", f->stream.msg != NULL ? f->stream.msg : zError(result));
        }
    }
}

static int inflate_members(inflater *f, size_t limit, char *message) {
    for (;;) {
        if (inflate_member(f, limit, message) != 0) {
            return -1;
        }
        while (f->left > 0 && *f->source == 0) {
            f->source++;
            f->left--;
        }
        if (f->left == 0) {
            return 0;
        }
        if (f->left < 2 || f->source[0] != 0x1F || f->source[1] != 0x8B) {
            return codecs_fail(message, "the gzip data are followed by %zu bytes of something else", f->left);
        }
        inflateReset(&f->stream);
    }
}

int codecs_gunzip(const uint8_t *bytes, size_t count, size_t limit, codecs_bytes *result, char *message) {
    if (limit > SIZE_MAX / 4) {
        limit = SIZE_MAX / 4;
    }
    inflater f = {.source = bytes, .left = count};
    f.capacity = count < 512 ? 2048 : count > limit / 4 ? limit + 1 : count * 4;
    f.bytes = malloc(f.capacity);
    if (f.bytes == NULL) {
        return codecs_fail(message, "there is no memory for %zu bytes of inflated data", f.capacity);
    }
    const int gzip_only = 15 + 16;
    if (inflateInit2(&f.stream, gzip_only) != Z_OK) {
        free(f.bytes);
        return codecs_fail(message, "zlib cannot be used");
    }
    int status = inflate_members(&f, limit, message);
    inflateEnd(&f.stream);
    if (status == 0) {
        result->bytes = f.bytes;
        result->count = f.count;
    } else {
        free(f.bytes);
    }
    return status;
}
