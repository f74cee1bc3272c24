// Classifies one image between the marks that the counter knows (Board/include/board.h), a row at a time where the network takes rows: each
// part is counted, and what makes it up is not. With WITHOUT_NETWORK it is the same program without the network, whose size is what others take.
#include "board.h"
#include "port.h"
#include "sapool.h"

#ifdef WITHOUT_NETWORK
int main(void) { return 0; }
#else
#if SAPOOL_PUSHES_ROWS
enum { PART = SAPOOL_ROW_BYTES, PARTS = SAPOOL_PUSHED_ROWS };
#define TAKE_R sapool_push_row_r
#else
enum { PART = SAPOOL_INPUT_BYTES, PARTS = 1 };
#define TAKE_R sapool_run_r
#endif

SAPOOL_ALIGNED static uint8_t memory[SAPOOL_MEMORY_BYTES];
static sapool_t network;

int main(void) {
    int32_t status = sapool_open(&network, memory, sizeof memory, sapool_weights, sizeof sapool_weights);
    if (status != SAPOOL_OK) return 3;
    for (int32_t part = 0; part < PARTS; part++) {
        if (part && status != SAPOOL_MORE_ROWS) return 4;
        // Where the network has its pixels anyway: nothing is copied.
        uint8_t *pixels = sapool_input_r(&network);
        int32_t first = part * PART % SAPOOL_INPUT_BYTES;
        for (int32_t index = 0; index < PART; index++) pixels[index] = (uint8_t)((first + index) * 37);
        board_begin();
        status = TAKE_R(&network, pixels, PART);
        board_end();
    }
    return status == SAPOOL_OK ? 0 : 5;
}
#endif
