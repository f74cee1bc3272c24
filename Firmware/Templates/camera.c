// From a camera's bytes to the network's image: formats, and crop and size as training evaluated, bit for bit. Each axis is a sum of a few
// neighbours with weights of 22 fractional bits, first along the rows; between the axes lie a few lines of 8-bit pixels, the caller's.
#include "sapool.h"
#include "sapool_tables.h"

enum { OPEN = 0x5341504F, PRECISION = 22, USED = SAPOOL_CAMERA_RIGHT - SAPOOL_CAMERA_LEFT };

// How the bytes of a pixel lie.
static int32_t is_yuv(int32_t format) { return format >= SAPOOL_YUYV; }
static int32_t is_video(int32_t format) { return format >= SAPOOL_YUYV_VIDEO; }
static int32_t pixel_bytes(int32_t format) { return format == SAPOOL_GREY ? 1 : format <= SAPOOL_BGR888 ? 3 : 2; }

/// Channels of a line: what the network does not look at is not computed.
static int32_t line_channels(int32_t format) {
    return format == SAPOOL_GREY || (is_yuv(format) && SAPOOL_CHANNELS == 1) ? 1 : 3;
}

static uint8_t byte_of(int32_t sum) {
    int32_t value = sum >> 16;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// MARK: formats

static void take_565(const uint8_t *row, uint8_t *pixels, int32_t high) {
    for (int32_t x = 0; x < USED; x++, row += 2, pixels += 3) {
        uint32_t word = (uint32_t)row[high] << 8 | row[1 - high];
        uint32_t red = word >> 11, green = word >> 5 & 63, blue = word & 31;
        pixels[0] = (uint8_t)(red << 3 | red >> 2);
        pixels[1] = (uint8_t)(green << 2 | green >> 4);
        pixels[2] = (uint8_t)(blue << 3 | blue >> 2);
    }
}

/// BT.601: all of 0 to 255 as in JPEG, or 16 to 235 (chroma 240) as in video. Pixels of a pair have one chroma.
static void take_yuv(const uint8_t *row, uint8_t *pixels, int32_t format) {
    int32_t luma = format == SAPOOL_YUYV || format == SAPOOL_YUYV_VIDEO ? 0 : 1, video = is_video(format);
    for (int32_t x = SAPOOL_CAMERA_LEFT; x < SAPOOL_CAMERA_RIGHT; x++) {
        const uint8_t *pair = row + (x & ~1) * 2;
        int32_t y = pair[luma + (x & 1) * 2], sum = video ? (y - 16) * 76309 + 32768 : y * 65536 + 32768;
        if (SAPOOL_CHANNELS == 1) {
            *pixels++ = byte_of(sum);
            continue;
        }
        int32_t u = pair[1 - luma] - 128, v = pair[3 - luma] - 128;
        *pixels++ = byte_of(sum + v * (video ? 104597 : 91881));
        *pixels++ = byte_of(sum - u * (video ? 25675 : 22554) - v * (video ? 53279 : 46802));
        *pixels++ = byte_of(sum + u * (video ? 132201 : 116130));
    }
}

/// The used pixels of a row: in `space`, or where they are.
static const uint8_t *take(const uint8_t *row, int32_t format, uint8_t *space) {
    const uint8_t *first = row + SAPOOL_CAMERA_LEFT * pixel_bytes(format);
    switch (format) {
        case SAPOOL_GREY:
        case SAPOOL_RGB888: return first;
        case SAPOOL_BGR888:
            for (int32_t index = 0; index < 3 * USED; index += 3) {
                space[index] = first[index + 2];
                space[index + 1] = first[index + 1];
                space[index + 2] = first[index];
            }
            return space;
        case SAPOOL_RGB565_LE: take_565(first, space, 1); return space;
        case SAPOOL_RGB565_BE: take_565(first, space, 0); return space;
        default: take_yuv(row, space, format); return space;
    }
}

// MARK: sizes

static uint8_t rounded(uint32_t sum) {
    uint32_t value = sum >> PRECISION;
    return (uint8_t)(value > 255 ? 255 : value);
}

static const uint32_t half = 1u << (PRECISION - 1);

/// A line: the row's pixels, as many as the network's image has.
static void resize_row(const uint8_t *pixels, uint8_t *line, int32_t channels) {
    const uint32_t *weight = column_weights;
    for (int32_t x = 0; x < SAPOOL_WIDTH; x++) {
        const uint8_t *pixel = pixels + column_starts[x] * channels;
        int32_t count = column_counts[x];
        if (channels == 1) {
            uint32_t sum = half;
            for (int32_t tap = 0; tap < count; tap++) sum += *weight++ * *pixel++;
            *line++ = rounded(sum);
        } else {
            uint32_t red = half, green = half, blue = half;
            for (int32_t tap = 0; tap < count; tap++, pixel += 3) {
                uint32_t own = *weight++;
                red += own * pixel[0];
                green += own * pixel[1];
                blue += own * pixel[2];
            }
            *line++ = rounded(red);
            *line++ = rounded(green);
            *line++ = rounded(blue);
        }
    }
}

/// A row of the network's image, of the lines that are there.
static void write_row(const sapool_camera_t *camera, uint8_t *target) {
    int32_t channels = line_channels(camera->format), bytes = SAPOOL_WIDTH * channels, count = row_counts[camera->taken];
    const uint32_t *weights = row_weights + camera->weight;
    const uint8_t *end = camera->lines + SAPOOL_CAMERA_LINES * bytes;
    const uint8_t *first = camera->lines + row_starts[camera->taken] % SAPOOL_CAMERA_LINES * bytes;
    for (int32_t x = 0; x < SAPOOL_WIDTH; x++, first += channels) {
        uint32_t sums[3] = {half, half, half};
        const uint8_t *pixel = first;
        for (int32_t tap = 0; tap < count; tap++) {
            for (int32_t channel = 0; channel < channels; channel++) sums[channel] += weights[tap] * pixel[channel];
            pixel += bytes;
            if (pixel >= end) pixel -= SAPOOL_CAMERA_LINES * bytes;
        }
        uint8_t red = rounded(sums[0]), green = channels == 3 ? rounded(sums[1]) : red, blue = channels == 3 ? rounded(sums[2]) : red;
        if (SAPOOL_CHANNELS == 3) {
            *target++ = red;
            *target++ = green;
            *target++ = blue;
        } else {
            *target++ = channels == 1 ? red : (uint8_t)((red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16);
        }
    }
}

// MARK: what C calls

/// A status that says why a camera cannot be used; 0 where it can.
static sapool_status refusal(const sapool_camera_t *camera) {
    if (!camera) return SAPOOL_NULL_POINTER;
    if ((uintptr_t)camera % sizeof(uintptr_t)) return SAPOOL_MISALIGNED;
    return camera->mark == OPEN ? SAPOOL_OK : SAPOOL_NOT_READY;
}

sapool_status sapool_camera_open(sapool_camera_t *camera, sapool_t *network, int32_t format, void *lines, size_t bytes) {
    if (!camera) return SAPOOL_NULL_POINTER;
    if ((uintptr_t)camera % sizeof(uintptr_t)) return SAPOOL_MISALIGNED;
    // Whatever it was, it is no camera any more.
    camera->mark = 0;
    if (!network || !lines) return SAPOOL_NULL_POINTER;
    if (format < SAPOOL_GREY || format > SAPOOL_UYVY_VIDEO || (is_yuv(format) && SAPOOL_CAMERA_WIDTH % 2)) return SAPOOL_WRONG_SIZE;
    if (bytes < (line_channels(format) == 1 ? (size_t)SAPOOL_CAMERA_GREY_BYTES : (size_t)SAPOOL_CAMERA_COLOUR_BYTES)) return SAPOOL_TOO_SMALL;
    camera->network = network;
    camera->lines = (uint8_t *)lines;
    camera->image = 0;
    camera->format = format;
    camera->rows = camera->taken = camera->weight = camera->state = camera->pass = 0;
    sapool_status status = sapool_cancel(network);
    if (status == SAPOOL_OK) camera->mark = OPEN;
    return status;
}

sapool_status sapool_camera_restart(sapool_camera_t *camera) {
    sapool_status status = refusal(camera);
    if (status != SAPOOL_OK) return status;
    camera->rows = camera->taken = camera->weight = camera->state = camera->pass = 0;
    return sapool_cancel(camera->network);
}

// `state`: whether a row waits for steps, and whether the network does.
enum { ROW = 1, NETWORK = 2 };

sapool_status sapool_camera_start(sapool_camera_t *camera, const uint8_t *row, int32_t bytes) {
    sapool_status status = refusal(camera);
    if (status != SAPOOL_OK) return status;
    if (!row) return SAPOOL_NULL_POINTER;
    if (bytes != SAPOOL_CAMERA_WIDTH * pixel_bytes(camera->format)) return SAPOOL_WRONG_SIZE;
    if (camera->state) return SAPOOL_WRONG_ORDER;
    if (camera->rows == 0 && camera->pass == 0) {
        status = sapool_camera_restart(camera);
        if (status != SAPOOL_OK) return status;
    }
    int32_t y = camera->rows++;
    if (y >= SAPOOL_CAMERA_TOP && y < SAPOOL_CAMERA_BOTTOM) {
        int32_t channels = line_channels(camera->format), size = SAPOOL_WIDTH * channels;
        const uint8_t *pixels = take(row, camera->format, camera->lines + SAPOOL_CAMERA_LINES * size);
        resize_row(pixels, camera->lines + y % SAPOOL_CAMERA_LINES * size, channels);
    }
    camera->state = ROW;
    return SAPOOL_MORE_STEPS;
}

/// Gives the frame up.
static sapool_status failed(sapool_camera_t *camera, sapool_status status) {
    sapool_camera_restart(camera);
    return status;
}

sapool_status sapool_camera_step(sapool_camera_t *camera) {
    sapool_status status = refusal(camera);
    if (status != SAPOOL_OK) return status;
    if (!camera->state) return SAPOOL_WRONG_ORDER;
    if (camera->state & NETWORK) {
        status = sapool_step(camera->network);
        if (status < 0) return failed(camera, status);
        if (status != SAPOOL_MORE_STEPS) camera->state = ROW;
        return SAPOOL_MORE_STEPS;
    }
    int32_t row = camera->taken;
    if (row == SAPOOL_HEIGHT || row_starts[row] + row_counts[row] > camera->rows) {
        int32_t is_last = camera->pass + 1 == SAPOOL_IMAGE_PASSES;
        camera->state = 0;
        if (camera->rows == SAPOOL_CAMERA_HEIGHT) {
            // What comes after the last row begins a new frame, or the same once more.
            camera->rows = 0;
            camera->pass = !is_last;
            if (!is_last) camera->taken = camera->weight = 0;
        }
        return row == SAPOOL_HEIGHT && is_last ? SAPOOL_OK : SAPOOL_MORE_ROWS;
    }
    if (SAPOOL_PUSHES_ROWS || row == 0) camera->image = sapool_input_r(camera->network);
    if (!camera->image) return failed(camera, SAPOOL_NOT_READY);
    write_row(camera, camera->image + (SAPOOL_PUSHES_ROWS ? 0 : row * SAPOOL_ROW_BYTES));
    camera->weight += row_counts[row];
    camera->taken++;
    if (SAPOOL_PUSHES_ROWS || camera->taken == SAPOOL_HEIGHT) {
        status = sapool_start(camera->network, camera->image, SAPOOL_PUSHES_ROWS ? SAPOOL_ROW_BYTES : SAPOOL_INPUT_BYTES);
        if (status < 0) return failed(camera, status);
        if (status == SAPOOL_MORE_STEPS) camera->state = ROW | NETWORK;
    }
    return SAPOOL_MORE_STEPS;
}

sapool_status sapool_camera_row(sapool_camera_t *camera, const uint8_t *row, int32_t bytes) {
    sapool_status status = sapool_camera_start(camera, row, bytes);
    while (status == SAPOOL_MORE_STEPS) status = sapool_camera_step(camera);
    return status;
}

sapool_status sapool_camera_image(sapool_camera_t *camera, const uint8_t *pixels, int32_t stride) {
    sapool_status status = sapool_camera_restart(camera);
    if (status != SAPOOL_OK) return status;
    if (!pixels) return SAPOOL_NULL_POINTER;
    int32_t bytes = SAPOOL_CAMERA_WIDTH * pixel_bytes(camera->format);
    if (stride < bytes) return SAPOOL_WRONG_SIZE;
    for (int32_t row = 0; row < SAPOOL_CAMERA_HEIGHT * SAPOOL_IMAGE_PASSES; row++) {
        status = sapool_camera_row(camera, pixels + (ptrdiff_t)(row % SAPOOL_CAMERA_HEIGHT) * stride, bytes);
        if (status < 0) return status;
    }
    return status;
}
