// What the C interface answers, called rightly and wrongly. Prints a line for each call that answers otherwise than it should, and nothing
// where all is right.
#include "board.h"
#include "sapool.h"

static void expect(const char *call, int32_t answer, int32_t wanted) {
    if (answer == wanted) return;
    board_print(call);
    board_print(": ");
    board_print_number(answer);
    board_print(", not ");
    board_print_number(wanted);
    board_put('\n');
}

/// Writes pixels of a made-up image.
static void fill(uint8_t *pixels, int32_t first, int32_t count, int32_t image) {
    for (int32_t index = 0; index < count; index++)
        pixels[index] = (uint8_t)((first + index) * 37 + ((first + index) >> 6) * 11 + image * 101);
}

/// A status, and a hash of all that is known of the image.
static int32_t answer(uint32_t *hash) {
    *hash = 2166136261u;
#ifdef SAPOOL_FINDS_OBJECTS
    static sapool_detection found[20];
    int32_t count = sapool_detections(found, 20, 0, SAPOOL_SCORE_UNIT / 2);
    int32_t bytes = 0;
    const int8_t *head = sapool_head(0, &bytes);
    if (count < 0) {
        expect("a head without an image", head != 0, 0);
        return count;
    }
    for (int32_t index = 0; index < count; index++) *hash = (*hash ^ found[index].x ^ found[index].score) * 16777619u;
    for (int32_t place = 0; place < bytes; place++) *hash = (*hash ^ (uint8_t)head[place]) * 16777619u;
    expect("a head beyond the last", sapool_head(SAPOOL_HEADS, &bytes) != 0, 0);
    expect("detections without a place", sapool_detections(0, 20, 0, 0), SAPOOL_WRONG_SIZE);
#else
    int8_t scores[SAPOOL_OUTPUTS];
    int32_t status = sapool_output(scores, SAPOOL_OUTPUTS), best = sapool_class();
    if (status != SAPOOL_OK) {
        expect("class without scores", best, status);
        return status;
    }
    for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) {
        *hash = (*hash ^ (uint8_t)scores[index]) * 16777619u;
        expect("a higher score than the class's", scores[index] > scores[best], 0);
    }
    expect("output with a place too few", sapool_output(scores, SAPOOL_OUTPUTS - 1), SAPOOL_WRONG_SIZE);
    expect("output without a place", sapool_output(0, SAPOOL_OUTPUTS), SAPOOL_WRONG_SIZE);
    expect("a class's name", sapool_class_name(best) != 0, 1);
    expect("no class's name", sapool_class_name(-1) == 0 && sapool_class_name(SAPOOL_OUTPUTS) == 0, 1);
#endif
    return SAPOOL_OK;
}

/// Computes an image whose pixels lie where the network says; returns the hash of its answer.
static uint32_t compute(int32_t image) {
    uint32_t hash;
#if SAPOOL_PUSHES_ROWS
    for (int32_t row = 0; row < SAPOOL_HEIGHT; row++) {
        uint8_t *pixels = sapool_input();
        expect("an answer between rows", answer(&hash), SAPOOL_NOT_READY);
        fill(pixels, row * SAPOOL_ROW_BYTES, SAPOOL_ROW_BYTES, image);
        expect("a row", sapool_push_row(pixels, SAPOOL_ROW_BYTES), row + 1 < SAPOOL_HEIGHT ? SAPOOL_MORE_ROWS : SAPOOL_OK);
    }
#else
    uint8_t *pixels = sapool_input();
    fill(pixels, 0, SAPOOL_INPUT_BYTES, image);
    expect("run", sapool_run(pixels, SAPOOL_INPUT_BYTES), SAPOOL_OK);
#endif
    expect("an answer", answer(&hash), SAPOOL_OK);
    return hash;
}

/// The same from pixels of the caller's own. A board need not have the memory for them.
static uint32_t compute_own(int32_t image) {
#if defined(__arm__)
    return compute(image);
#else
    static uint8_t pixels[SAPOOL_INPUT_BYTES];
    uint32_t hash;
    fill(pixels, 0, SAPOOL_INPUT_BYTES, image);
#if SAPOOL_PUSHES_ROWS
    for (int32_t row = 0; row < SAPOOL_HEIGHT; row++) sapool_push_row(pixels + row * SAPOOL_ROW_BYTES, SAPOOL_ROW_BYTES);
#else
    expect("run from elsewhere", sapool_run(pixels, SAPOOL_INPUT_BYTES), SAPOOL_OK);
#endif
    expect("an answer from elsewhere", answer(&hash), SAPOOL_OK);
    return hash;
#endif
}

static int32_t take(const uint8_t *pixels, int32_t bytes) {
#if SAPOOL_PUSHES_ROWS
    return sapool_push_row(pixels, bytes);
#else
    return sapool_run(pixels, bytes);
#endif
}

#if SAPOOL_PUSHES_ROWS
enum { PART = SAPOOL_ROW_BYTES };
#else
enum { PART = SAPOOL_INPUT_BYTES };
#endif

int main(void) {
    uint32_t hash;
    uint8_t *pixels = sapool_input();
    expect("an image before init", take(pixels, PART), SAPOOL_NOT_READY);
    expect("an answer before init", answer(&hash), SAPOOL_NOT_READY);
    expect("init", sapool_init(), SAPOOL_OK);
    expect("an answer before an image", answer(&hash), SAPOOL_NOT_READY);
    // Whoever refuses an image leaves the arena alone.
    pixels[0] = 0x55;
    expect("no image", take(0, PART), SAPOOL_WRONG_SIZE);
    expect("a byte too few", take(pixels, PART - 1), SAPOOL_WRONG_SIZE);
    expect("a byte too many", take(pixels, PART + 1), SAPOOL_WRONG_SIZE);
    expect("the arena after refusals", pixels[0], 0x55);
    expect("an answer after refusals", answer(&hash), SAPOOL_NOT_READY);
    uint32_t first = compute(1), second = compute(2);
    expect("the same answer to another image", first != second, 1);
    expect("another answer to the same image", compute(1) == first, 1);
    expect("another answer to the same pixels elsewhere", compute_own(2) == second, 1);
    // Where the next image goes the scores of the last may lie.
    sapool_input();
    expect("an answer whose bytes may be written over", answer(&hash), SAPOOL_NOT_READY);
    expect("another answer after that", compute(1) == first, 1);
    pixels = sapool_input();
    fill(pixels, 0, PART, 2);
    take(pixels, PART);
    expect("a second init", sapool_init(), SAPOOL_OK);
    expect("an answer after a second init", answer(&hash), SAPOOL_NOT_READY);
    expect("another answer after a second init", compute(2) == second, 1);
    board_exit(0);
}
