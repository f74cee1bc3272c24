// Weights that somebody has changed, with their check sum made right again. Whatever they hold, the network refuses them or stays
// inside its memory: run this on the host, with the address sanitizer, and with weights that can be written. Prints how many were refused.
#include "board.h"
#include "sapool.h"

enum { HEADER = 32, MOST_BYTES = 1 << 20, STEP = 8, MOST_PLACES = 192 };

static uint8_t own[MOST_BYTES], image[SAPOOL_INPUT_BYTES];
static int32_t refused, taken;

/// CRC-32 of the section, where the header has it.
static void seal(void) {
    uint32_t sum = UINT32_MAX;
    for (int32_t place = 16; place < SAPOOL_WEIGHTS_BYTES; place++) {
        sum ^= sapool_weights[place];
        for (int bit = 0; bit < 8; bit++) sum = sum & 1 ? sum >> 1 ^ 0xEDB88320u : sum >> 1;
    }
    sum = ~sum;
    for (int32_t place = 0; place < 4; place++) sapool_weights[12 + place] = (uint8_t)(sum >> 8 * place);
}

static void restore(void) {
    for (int32_t place = 0; place < SAPOOL_WEIGHTS_BYTES; place++) sapool_weights[place] = own[place];
}

/// Runs an image through what is there now.
static void attempt(void) {
    seal();
    int32_t status = sapool_init();
    if (status != SAPOOL_OK) {
        refused++;
        if (status != SAPOOL_BROKEN_WEIGHTS) board_print_number(status), board_put('\n');
        return restore();
    }
    taken++;
#if SAPOOL_PUSHES_ROWS
    for (int32_t row = 0; row < SAPOOL_PUSHED_ROWS; row++)
        sapool_push_row(image + row % SAPOOL_HEIGHT * SAPOOL_ROW_BYTES, SAPOOL_ROW_BYTES);
#else
    sapool_run(image, SAPOOL_INPUT_BYTES);
#endif
#ifdef SAPOOL_FINDS_OBJECTS
    sapool_detection found[20];
    sapool_detections(found, 20, 0, SAPOOL_SCORE_UNIT / 2);
#else
    sapool_class();
#endif
    restore();
}

int main(void) {
    if (SAPOOL_WEIGHTS_BYTES > MOST_BYTES) board_exit(1);
    for (int32_t place = 0; place < SAPOOL_WEIGHTS_BYTES; place++) own[place] = sapool_weights[place];
    for (int32_t place = 0; place < SAPOOL_INPUT_BYTES; place++) image[place] = (uint8_t)(place * 37);
    attempt();
    if (refused) board_print("its own weights are refused\n");
    static const uint8_t values[] = {0x00, 0x7F, 0x80, 0xFF};
    for (int32_t value = 0; value < 4; value++) {
        for (int32_t place = HEADER; place < SAPOOL_WEIGHTS_BYTES; place++) sapool_weights[place] = values[value];
        attempt();
        for (int32_t place = HEADER; place < SAPOOL_WEIGHTS_BYTES; place++) {
            if (place & 1) sapool_weights[place] = values[value];
        }
        attempt();
    }
    // Every table is met by some of these.
    int32_t step = STEP;
    while ((SAPOOL_WEIGHTS_BYTES - HEADER) / step > MOST_PLACES) step += STEP;
    for (int32_t start = HEADER; start + STEP <= SAPOOL_WEIGHTS_BYTES; start += step) {
        for (int32_t value = 0; value < 4; value++) {
            for (int32_t place = start; place < start + step && place < SAPOOL_WEIGHTS_BYTES; place++)
                sapool_weights[place] = values[value];
            attempt();
        }
    }
    uint32_t random = 1;
    for (int32_t round = 0; round < MOST_PLACES; round++) {
        for (int32_t change = 0; change <= round % 7; change++) {
            random = random * 1664525u + 1013904223u;
            int32_t place = HEADER + (int32_t)((random >> 8) % (uint32_t)(SAPOOL_WEIGHTS_BYTES - HEADER));
            random = random * 1664525u + 1013904223u;
            sapool_weights[place] = (uint8_t)(random >> 16);
        }
        attempt();
    }
    board_print_number(refused);
    board_put('\n');
    board_exit(0);
}
