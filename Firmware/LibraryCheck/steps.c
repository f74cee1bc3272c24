// An image in steps, each between the marks that the counter knows (Board/include/board.h).
#include "board.h"
#include "port.h"
#include "sapool.h"

SAPOOL_ALIGNED static uint8_t memory[SAPOOL_MEMORY_BYTES];
static sapool_t network;

int main(void) {
#if SAPOOL_PUSHES_ROWS
    enum { PART = SAPOOL_ROW_BYTES, PARTS = SAPOOL_PUSHED_ROWS };
#else
    enum { PART = SAPOOL_INPUT_BYTES, PARTS = 1 };
#endif
    if (sapool_open(&network, memory, sizeof memory, sapool_weights, sizeof sapool_weights) != SAPOOL_OK) return 3;
    for (int32_t part = 0; part < PARTS; part++) {
        uint8_t *pixels = sapool_input_r(&network);
        int32_t first = part * PART % SAPOOL_INPUT_BYTES;
        for (int32_t index = 0; index < PART; index++) pixels[index] = (uint8_t)((first + index) * 37);
        int32_t status = sapool_start(&network, pixels, PART);
        while (status == SAPOOL_MORE_STEPS) {
            board_begin();
            status = sapool_step(&network);
            board_end();
        }
        if (status < 0) return 4;
    }
    return 0;
}
