// Classifies the images of a file, one after the other, and prints a line for each: its class and all scores. This is also an example
// of how C uses the network.
#include "board.h"
#include "sapool.h"

static void fail(const char *what, int32_t status) {
    board_print(what);
    board_put(' ');
    board_print_number(status);
    board_put('\n');
    board_exit(2);
}

/// Reads `count` bytes; false at the end of the file.
static int read_pixels(int32_t file, uint8_t *target, int32_t count) {
    int32_t got = board_read(file, target, count);
    if (got > 0 && got < count) fail("incomplete image: bytes missing", count - got);
    return got == count;
}

int main(void) {
    int32_t status = sapool_init();
    if (status != SAPOOL_OK) fail("sapool_init", status);
    int32_t file = board_open("images.bin");
    if (file < 0) fail("cannot open images.bin", file);
    for (;;) {
#if SAPOOL_PUSHES_ROWS
        for (int32_t row = 0; row < SAPOOL_HEIGHT; row++) {
            // The next row may be written where it goes: no second buffer is needed.
            uint8_t *pixels = sapool_input();
            if (!read_pixels(file, pixels, SAPOOL_ROW_BYTES)) board_exit(0);
            if (row == 0) board_begin();
            status = sapool_push_row(pixels, SAPOOL_ROW_BYTES);
            if (status < 0) fail("sapool_push_row", status);
        }
#else
        uint8_t *pixels = sapool_input();
        if (!read_pixels(file, pixels, SAPOOL_INPUT_BYTES)) board_exit(0);
        board_begin();
        status = sapool_run(pixels, SAPOOL_INPUT_BYTES);
        if (status != SAPOOL_OK) fail("sapool_run", status);
#endif
        board_end();
        int8_t scores[SAPOOL_OUTPUTS];
        status = sapool_output(scores, SAPOOL_OUTPUTS);
        if (status != SAPOOL_OK) fail("sapool_output", status);
        board_print("class ");
        board_print_number(sapool_class());
        board_print(" scores");
        for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) {
            board_put(' ');
            board_print_number(scores[index]);
        }
        board_put('\n');
    }
}
