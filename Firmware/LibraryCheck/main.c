// Runs images through a library's network, in C and in C++, and prints a line for each as `sapool simulate` has it. Once with a context and
// memory of its own, whole and in steps; once by the calls without a context; and from the rows of a
// camera, of which the host has made the images.
#include "port.h"
#include "sapool.h"
#include "images.h"

SAPOOL_ALIGNED static uint8_t memory[SAPOOL_MEMORY_BYTES];
static sapool_t network;
static uint8_t lines[SAPOOL_CAMERA_COLOUR_BYTES];
static sapool_camera_t eye;

static void fail(const char *what, int32_t status) {
    port_print(what);
    port_print(" ");
    port_print_number(status);
    port_print("\n");
    port_exit(2);
}

static void expect(const char *what, int32_t status, int32_t wanted) {
    if (status != wanted) fail(what, status);
}

#if SAPOOL_PUSHES_ROWS
enum { PARTS = SAPOOL_PUSHED_ROWS, PART = SAPOOL_ROW_BYTES };
#define TAKE sapool_push_row
#define TAKE_R sapool_push_row_r
#else
enum { PARTS = 1, PART = SAPOOL_INPUT_BYTES };
#define TAKE sapool_run
#define TAKE_R sapool_run_r
#endif

static void print(int32_t best, const int8_t *scores) {
    port_print("class ");
    port_print_number(best);
    port_print(" scores");
    for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) {
        port_print(" ");
        port_print_number(scores[index]);
    }
    port_print("\n");
}

int main(void) {
    static int8_t first[SAPOOL_OUTPUTS], scores[SAPOOL_OUTPUTS];
    static uint8_t other[64];
    expect("weights of another network", sapool_open(&network, memory, sizeof memory, other, sizeof other), SAPOOL_NO_WEIGHTS);
    expect("too little memory", sapool_open(&network, memory, sizeof memory - 1, sapool_weights, sizeof sapool_weights), SAPOOL_TOO_SMALL);
    expect("open", sapool_open(&network, memory, sizeof memory, sapool_weights, sizeof sapool_weights), SAPOOL_OK);
    expect("init", sapool_init(), SAPOOL_OK);
    for (int32_t image = 0; image < IMAGES; image++) {
        const uint8_t *pixels = images + image * SAPOOL_INPUT_BYTES;
        for (int32_t part = 0; part < PARTS; part++)
            if (TAKE_R(&network, pixels + part * PART % SAPOOL_INPUT_BYTES, PART) < 0) fail("an image", part);
        expect("output", sapool_output_r(&network, first, SAPOOL_OUTPUTS), SAPOOL_OK);
        print(sapool_class_r(&network), first);

        int32_t status = SAPOOL_OK, steps = 0;
        for (int32_t part = 0; part < PARTS; part++) {
            status = sapool_start(&network, pixels + part * PART % SAPOOL_INPUT_BYTES, PART);
            while (status == SAPOOL_MORE_STEPS) status = sapool_step(&network), steps++;
        }
        expect("an image in steps", status, SAPOOL_OK);
        if (steps > SAPOOL_STEPS) fail("more steps than the header says:", steps);
        expect("output", sapool_output_r(&network, scores, SAPOOL_OUTPUTS), SAPOOL_OK);
        for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) expect("a score in steps", scores[index], first[index]);

        enum { FORMAT = SAPOOL_CHANNELS == 1 ? (int)SAPOOL_GREY : (int)SAPOOL_RGB888, ROW = SAPOOL_CAMERA_WIDTH * SAPOOL_CHANNELS };
        expect("a camera", sapool_camera_open(&eye, &network, FORMAT, lines, sizeof lines), SAPOOL_OK);
        expect("a camera's image", sapool_camera_image(&eye, camera + image * ROW * SAPOOL_CAMERA_HEIGHT, ROW), SAPOOL_OK);
        expect("output", sapool_output_r(&network, scores, SAPOOL_OUTPUTS), SAPOOL_OK);
        for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) expect("a score of a camera's image", scores[index], first[index]);

        for (int32_t part = 0; part < PARTS; part++)
            if (TAKE(pixels + part * PART % SAPOOL_INPUT_BYTES, PART) < 0) fail("an image without a context", part);
        expect("output", sapool_output(scores, SAPOOL_OUTPUTS), SAPOOL_OK);
        for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) expect("a score without a context", scores[index], first[index]);
    }
    return 0;
}
