// Runs images through the network, one after the other, and prints a line for each: its class and all scores, or a check sum
// of what a detector put out and all that it found. This is also an example of how C uses the network.
#include "board.h"
#include "sapool.h"

static void fail(const char *what, int32_t status) {
    board_print(what);
    board_put(' ');
    board_print_number(status);
    board_put('\n');
    board_exit(2);
}

/// Reads `count` bytes; false where there is no more image.
static int read_pixels(uint8_t *target, int32_t count) {
    int32_t got = board_read(target, count);
    if (got > 0 && got < count) fail("incomplete image: bytes missing", count - got);
    return got == count;
}

#ifdef SAPOOL_FINDS_OBJECTS
static sapool_detection found[100];
static int32_t count;

/// Part of an inference.
static void finish(void) {
    // As detectors are scored: from a score of 0.01, with an overlap of 0.45 at most.
    const uint16_t score = SAPOOL_SCORE_UNIT / 100, overlap = SAPOOL_SCORE_UNIT * 45 / 100;
    count = sapool_detections(found, sizeof found / sizeof *found, score, overlap);
    if (count < 0) fail("sapool_detections", count);
}

static void answer(void) {
    // FNV-1a over all maps.
    uint32_t sum = 2166136261u;
    for (int32_t index = 0; index < SAPOOL_HEADS; index++) {
        int32_t bytes;
        const int8_t *numbers = sapool_head(index, &bytes);
        if (!numbers) fail("sapool_head", index);
        for (int32_t place = 0; place < bytes; place++) sum = (sum ^ (uint8_t)numbers[place]) * 16777619u;
    }
    board_print("detections ");
    board_print_number((int32_t)sum);
    for (int32_t index = 0; index < count; index++) {
        const sapool_detection *one = &found[index];
        const uint16_t numbers[6] = {one->x, one->y, one->width, one->height, one->label, one->score};
        for (int32_t number = 0; number < 6; number++) {
            board_put(' ');
            board_print_number(numbers[number]);
        }
    }
    board_put('\n');
}
#elif defined SAPOOL_VALUES
static void finish(void) {}

static void answer(void) {
    board_print("class ");
    board_print_number(sapool_class());
    board_print(" scores");
    // Several outputs may be more than a stack holds: they are read where they lie.
    for (int32_t index = 0; index < SAPOOL_VALUES; index++) {
        int32_t count;
        const int8_t *numbers = sapool_values(index, &count);
        if (!numbers) fail("sapool_values", index);
        for (int32_t place = 0; place < count; place++) {
            board_put(' ');
            board_print_number(numbers[place]);
        }
    }
    board_put('\n');
}
#else
static void finish(void) {}

static void answer(void) {
    int8_t scores[SAPOOL_OUTPUTS];
    int32_t status = sapool_output(scores, SAPOOL_OUTPUTS);
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
#endif

int main(void) {
    int32_t status = sapool_init();
    if (status != SAPOOL_OK) fail("sapool_init", status);
    for (;;) {
#if SAPOOL_PUSHES_ROWS
        for (int32_t row = 0; row < SAPOOL_PUSHED_ROWS; row++) {
            // The next row may be written where it goes: no second buffer is needed.
            uint8_t *pixels = sapool_input();
            if (!read_pixels(pixels, SAPOOL_ROW_BYTES)) board_exit(0);
            if (row == 0) board_begin();
            status = sapool_push_row(pixels, SAPOOL_ROW_BYTES);
            if (status < 0) fail("sapool_push_row", status);
        }
#else
        uint8_t *pixels = sapool_input();
        if (!read_pixels(pixels, SAPOOL_INPUT_BYTES)) board_exit(0);
        board_begin();
        status = sapool_run(pixels, SAPOOL_INPUT_BYTES);
        if (status != SAPOOL_OK) fail("sapool_run", status);
#endif
        finish();
        board_end();
        answer();
    }
}
