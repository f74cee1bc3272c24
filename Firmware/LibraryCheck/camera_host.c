// A camera's bytes, from standard input, into a network that computes nothing: prints the network's images. The argument is the format.
#include "sapool.h"
#include <stdio.h>
#include <stdlib.h>

// Of the network there is the way of images alone; a row takes it three steps.
static uint8_t memory[SAPOOL_INPUT_BYTES];
static int32_t rows, left;

uint8_t *sapool_input_r(sapool_t *context) {
    (void)context;
    return left ? NULL : memory + (SAPOOL_PUSHES_ROWS ? rows % SAPOOL_HEIGHT * SAPOOL_ROW_BYTES : 0);
}

sapool_status sapool_start(sapool_t *context, const uint8_t *pixels, int32_t bytes) {
    (void)context;
    if (pixels != sapool_input_r(context)) return SAPOOL_NULL_POINTER;
    if (bytes != (SAPOOL_PUSHES_ROWS ? SAPOOL_ROW_BYTES : SAPOOL_INPUT_BYTES)) return SAPOOL_WRONG_SIZE;
    left = 3;
    rows++;
    return SAPOOL_MORE_STEPS;
}

sapool_status sapool_step(sapool_t *context) {
    (void)context;
    if (!left) return SAPOOL_WRONG_ORDER;
    if (--left) return SAPOOL_MORE_STEPS;
    if (SAPOOL_PUSHES_ROWS && rows < SAPOOL_PUSHED_ROWS) return SAPOOL_MORE_ROWS;
    rows = 0;
    return SAPOOL_OK;
}

sapool_status sapool_cancel(sapool_t *context) {
    if (!context) return SAPOOL_NULL_POINTER;
    rows = left = 0;
    return SAPOOL_OK;
}

static void expect(const char *what, int32_t answer, int32_t wanted) {
    if (answer == wanted) return;
    fprintf(stderr, "%s: %d, not %d\n", what, (int)answer, (int)wanted);
    exit(1);
}

static void print(void) {
    fwrite(memory, 1, sizeof memory, stdout);
    for (int32_t index = 0; index < SAPOOL_INPUT_BYTES; index++) memory[index] = 0;
}

int main(int count, char **arguments) {
    int32_t format = count > 1 ? atoi(arguments[1]) : 0;
    int32_t width = SAPOOL_CAMERA_WIDTH * (format == SAPOOL_GREY ? 1 : format <= SAPOOL_BGR888 ? 3 : 2);
    int32_t isGrey = format == SAPOOL_GREY || (format >= SAPOOL_YUYV && SAPOOL_CHANNELS == 1);
    size_t bytes = isGrey ? SAPOOL_CAMERA_GREY_BYTES : SAPOOL_CAMERA_COLOUR_BYTES;
    // Of just the size, so that the address sanitizer sees a byte too far.
    uint8_t *lines = malloc(bytes), *pixels = malloc((size_t)width * SAPOOL_CAMERA_HEIGHT);
    if (!lines || !pixels || fread(pixels, (size_t)width, SAPOOL_CAMERA_HEIGHT, stdin) != SAPOOL_CAMERA_HEIGHT) return 1;
    static sapool_t network;
    static sapool_camera_t camera;
    expect("a row before open", sapool_camera_row(&camera, pixels, width), SAPOOL_NOT_READY);
    expect("no camera", sapool_camera_open(NULL, &network, format, lines, bytes), SAPOOL_NULL_POINTER);
    expect("no network", sapool_camera_open(&camera, NULL, format, lines, bytes), SAPOOL_NULL_POINTER);
    expect("no lines", sapool_camera_open(&camera, &network, format, NULL, bytes), SAPOOL_NULL_POINTER);
    expect("no format", sapool_camera_open(&camera, &network, 9, lines, bytes), SAPOOL_WRONG_SIZE);
    expect("a byte too little", sapool_camera_open(&camera, &network, format, lines, bytes - 1), SAPOOL_TOO_SMALL);
    expect("a row of a camera that is not open", sapool_camera_row(&camera, pixels, width), SAPOOL_NOT_READY);
    expect("open", sapool_camera_open(&camera, &network, format, lines, bytes), SAPOOL_OK);
    expect("no row", sapool_camera_row(&camera, NULL, width), SAPOOL_NULL_POINTER);
    expect("a byte too few", sapool_camera_row(&camera, pixels, width - 1), SAPOOL_WRONG_SIZE);
    expect("a step without a row", sapool_camera_step(&camera), SAPOOL_WRONG_ORDER);

    // Row by row; a frame that is given up; one in steps, whose first row follows the last of the one before; and whole.
    for (int32_t frame = 0; frame < 3; frame++) {
        int32_t status = SAPOOL_MORE_ROWS, wasDone = 0;
        int32_t end = (frame == 1 ? SAPOOL_CAMERA_HEIGHT / 2 : SAPOOL_CAMERA_HEIGHT) * SAPOOL_IMAGE_PASSES;
        for (int32_t row = 0; row < end; row++) {
            const uint8_t *camera_row = pixels + row % SAPOOL_CAMERA_HEIGHT * width;
            if (frame == 2) {
                status = sapool_camera_start(&camera, camera_row, width);
                if (status == SAPOOL_MORE_STEPS) expect("a row too early", sapool_camera_start(&camera, pixels, width), SAPOOL_WRONG_ORDER);
                while (status == SAPOOL_MORE_STEPS) status = sapool_camera_step(&camera);
            } else {
                status = sapool_camera_row(&camera, camera_row, width);
            }
            if (status < 0) expect("a row", status, SAPOOL_OK);
            if (wasDone) expect("a row behind the answer", status, SAPOOL_OK);
            wasDone = status == SAPOOL_OK;
        }
        if (frame == 1) {
            expect("another frame", sapool_camera_restart(&camera), SAPOOL_OK);
        } else {
            expect("a frame", status, SAPOOL_OK);
            print();
        }
    }
    expect("a short stride", sapool_camera_image(&camera, pixels, width - 1), SAPOOL_WRONG_SIZE);
    expect("an image", sapool_camera_image(&camera, pixels, width), SAPOOL_OK);
    print();
    free(lines);
    free(pixels);
    return 0;
}
