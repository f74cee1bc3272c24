// Prints what an image costs on this board, whole and layer by layer, as a table that can be sent back.
#include "board.h"
#include "sapool.h"

enum { ROUNDS = 5 };

SAPOOL_ALIGNED static uint8_t memory[SAPOOL_MEMORY_BYTES];
static sapool_t network;
static uint32_t layers[SAPOOL_LAYERS + 1], last;

static void print_number(uint32_t number) {
    char digits[11];
    int32_t place = 10;
    digits[10] = 0;
    do {
        digits[--place] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    board_print(digits + place);
}

static void print_row(const char *name, uint32_t cycles) {
    board_print("| ");
    board_print(name);
    board_print(" | ");
    print_number(cycles);
    board_print(" | ");
    print_number(cycles / board_megahertz());
    board_print(" |\r\n");
}

/// After each row of a layer: the time since the last one is the layer's.
static void count(void *user, int32_t layer) {
    (void)user;
    uint32_t now = board_cycles();
    layers[layer] += now - last;
    last = board_cycles();
}

/// Cycles of an image, or 0 where something is wrong.
static uint32_t compute(void) {
#if SAPOOL_PUSHES_ROWS
    enum { PART = SAPOOL_ROW_BYTES, PARTS = SAPOOL_PUSHED_ROWS };
#else
    enum { PART = SAPOOL_INPUT_BYTES, PARTS = 1 };
#endif
    uint32_t cycles = 0;
    sapool_status status = SAPOOL_OK;
    for (int32_t part = 0; part < PARTS; part++) {
        uint8_t *pixels = sapool_input_r(&network);
        if (!pixels) return 0;
        // A made-up image: the time does not depend on it.
        int32_t first = part * PART % SAPOOL_INPUT_BYTES;
        for (int32_t index = 0; index < PART; index++) pixels[index] = (uint8_t)((first + index) * 37);
        uint32_t start = last = board_cycles();
#if SAPOOL_PUSHES_ROWS
        status = sapool_push_row_r(&network, pixels, PART);
#else
        status = sapool_run_r(&network, pixels, PART);
#endif
        cycles += board_cycles() - start;
        if (status < 0) return 0;
    }
    return status == SAPOOL_OK ? cycles : 0;
}

int main(void) {
    board_start();
    sapool_status status = sapool_open(&network, memory, sizeof memory, sapool_weights, sizeof sapool_weights);
    if (status != SAPOOL_OK) {
        board_print("sapool_open: -");
        print_number((uint32_t)-status);
        board_print("\r\n");
        return 1;
    }
    board_print(SAPOOL_MODEL " on ");
    board_print(board_name);
    board_print(", build ");
    print_number(SAPOOL_BUILD_ID);
    board_print("\r\n\r\n| | cycles | microseconds |\r\n| --- | ---: | ---: |\r\n");
    uint32_t best = 0;
    for (int32_t round = 0; round < ROUNDS; round++) {
        uint32_t cycles = compute();
        if (!best || cycles < best) best = cycles;
    }
    print_row("an image", best);
    sapool_set_hook(&network, count, 0);
    compute();
    sapool_set_hook(&network, 0, 0);
    for (int32_t layer = 1; layer <= SAPOOL_LAYERS; layer++) {
        const char *name = sapool_layer_name(layer);
        if (name) print_row(name, layers[layer]);
    }
    board_print("\r\n");
    return 0;
}
