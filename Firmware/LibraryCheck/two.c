// Two networks in one program, one after the other in the same memory; each refuses the other's weights and contexts.
#include "port.h"
#include "demo.h"
#include "windows.h"

enum { BYTES = (int)DEMO_MEMORY_BYTES > (int)WINDOWS_MEMORY_BYTES ? DEMO_MEMORY_BYTES : WINDOWS_MEMORY_BYTES };
DEMO_ALIGNED static uint8_t memory[BYTES];

static int32_t demo(demo_t *network) {
    uint8_t *pixels = demo_input_r(network);
    for (int32_t index = 0; index < DEMO_INPUT_BYTES; index++) pixels[index] = (uint8_t)(index * 37);
    int32_t status = demo_run_r(network, pixels, DEMO_INPUT_BYTES);
    return status == DEMO_OK ? demo_class_r(network) : status;
}

static int32_t windows(windows_t *network) {
    int32_t status = WINDOWS_OK;
    for (int32_t row = 0; row < WINDOWS_PUSHED_ROWS; row++) {
        uint8_t *pixels = windows_input_r(network);
        for (int32_t index = 0; index < WINDOWS_ROW_BYTES; index++) pixels[index] = (uint8_t)(row % WINDOWS_HEIGHT + index * 37);
        status = windows_push_row_r(network, pixels, WINDOWS_ROW_BYTES);
    }
    return status == WINDOWS_OK ? windows_class_r(network) : status;
}

int main(void) {
    static demo_t one;
    static windows_t other;
    static union {
        windows_t windows;
        demo_t demo;
    } both;
    if (demo_open(&one, memory, sizeof memory, windows_weights, sizeof windows_weights) != DEMO_OTHER_NETWORK) return 3;
    if (demo_open(&one, memory, sizeof memory, demo_weights, sizeof demo_weights) != DEMO_OK) return 4;
    if (windows_open(&other, memory, sizeof memory, windows_weights, sizeof windows_weights) != WINDOWS_OK) return 5;
    int32_t first = demo(&one), second = windows(&other);
    if (first < 0 || second < 0) return 6;
    if (demo(&one) != first || windows(&other) != second) return 7;
    if (windows_open(&both.windows, memory, sizeof memory, windows_weights, sizeof windows_weights) != WINDOWS_OK) return 8;
    // A context of the other network.
    if (demo_step(&both.demo) != DEMO_NOT_READY) return 9;
    return 0;
}
