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
    expect("detections without a place", sapool_detections(0, 20, 0, 0), SAPOOL_NULL_POINTER);
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
    expect("output without a place", sapool_output(0, SAPOOL_OUTPUTS), SAPOOL_NULL_POINTER);
#ifdef SAPOOL_PROBABILITY_UNIT
    static uint16_t probabilities[SAPOOL_OUTPUTS];
    sapool_choice first;
    int32_t sum = 0;
    const sapool_t *context = sapool_context();
    expect("probabilities", sapool_probabilities_r(context, probabilities, SAPOOL_OUTPUTS), SAPOOL_OK);
    for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) sum += probabilities[index];
    expect("probabilities that are not 1 together", sum - SAPOOL_PROBABILITY_UNIT > SAPOOL_OUTPUTS || SAPOOL_PROBABILITY_UNIT - sum > SAPOOL_OUTPUTS, 0);
    expect("the most probable", sapool_top_r(context, &first, 1, 0), 1);
    expect("another class is the most probable", first.label, best);
    expect("its probability", first.probability, probabilities[best]);
    expect("none of these", sapool_top_r(context, &first, 1, SAPOOL_PROBABILITY_UNIT + 1), 0);
#endif
    expect("a class's name", sapool_class_name(best) != 0, 1);
    expect("no class's name", sapool_class_name(-1) == 0 && sapool_class_name(SAPOOL_OUTPUTS) == 0, 1);
#endif
    return SAPOOL_OK;
}

/// Computes an image whose pixels lie where the network says; returns the hash of its answer.
static uint32_t compute(int32_t image) {
    uint32_t hash;
#if SAPOOL_PUSHES_ROWS
    for (int32_t row = 0; row < SAPOOL_PUSHED_ROWS; row++) {
        uint8_t *pixels = sapool_input();
        expect("an answer between rows", answer(&hash), SAPOOL_NOT_READY);
        fill(pixels, row % SAPOOL_HEIGHT * SAPOOL_ROW_BYTES, SAPOOL_ROW_BYTES, image);
        expect("a row", sapool_push_row(pixels, SAPOOL_ROW_BYTES), row + 1 < SAPOOL_PUSHED_ROWS ? SAPOOL_MORE_ROWS : SAPOOL_OK);
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
    for (int32_t row = 0; row < SAPOOL_PUSHED_ROWS; row++)
        sapool_push_row(pixels + row % SAPOOL_HEIGHT * SAPOOL_ROW_BYTES, SAPOOL_ROW_BYTES);
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
enum { PART = SAPOOL_ROW_BYTES, PARTS = SAPOOL_PUSHED_ROWS };
#else
enum { PART = SAPOOL_INPUT_BYTES, PARTS = 1 };
#endif

// A context of the caller's, with the memory that the calls without a context have: it is theirs again after sapool_init.
extern int8_t sapool_arena[];
static sapool_t own;

/// The same as `answer`, of a context.
static int32_t answer_of(const sapool_t *context, uint32_t *hash) {
    *hash = 2166136261u;
#ifdef SAPOOL_FINDS_OBJECTS
    static sapool_detection found[20];
    int32_t count = sapool_detections_r(context, found, 20, 0, SAPOOL_SCORE_UNIT / 2), bytes = 0;
    const int8_t *head = sapool_head_r(context, 0, &bytes);
    for (int32_t index = 0; index < count; index++) *hash = (*hash ^ found[index].x ^ found[index].score) * 16777619u;
    for (int32_t place = 0; head && place < bytes; place++) *hash = (*hash ^ (uint8_t)head[place]) * 16777619u;
    return count < 0 ? count : SAPOOL_OK;
#else
    int8_t scores[SAPOOL_OUTPUTS];
    int32_t status = sapool_output_r(context, scores, SAPOOL_OUTPUTS);
    if (status == SAPOOL_OK)
        for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) *hash = (*hash ^ (uint8_t)scores[index]) * 16777619u;
    return status;
#endif
}

/// An image in small steps; returns their count.
static int32_t compute_in_steps(int32_t image, uint32_t *hash) {
    int32_t steps = 0, status = SAPOOL_MORE_ROWS;
    for (int32_t part = 0; part < PARTS; part++) {
        uint8_t *pixels = sapool_input_r(&own);
        fill(pixels, part * PART % SAPOOL_INPUT_BYTES, PART, image);
        status = sapool_start(&own, pixels, PART);
        if (status == SAPOOL_MORE_STEPS) {
            expect("a place while steps are left", sapool_input_r(&own) != 0, 0);
            expect("an image while steps are left", sapool_start(&own, pixels, PART), SAPOOL_WRONG_ORDER);
        }
        for (; status == SAPOOL_MORE_STEPS; steps++) {
            expect("an answer between steps", answer_of(&own, hash), SAPOOL_NOT_READY);
            status = sapool_step(&own);
        }
        if (part + 1 < PARTS) expect("a row in steps", status, SAPOOL_MORE_ROWS);
    }
    expect("an image in steps", status, SAPOOL_OK);
    expect("an answer after steps", answer_of(&own, hash), SAPOOL_OK);
    expect("a step too many", sapool_step(&own), SAPOOL_WRONG_ORDER);
    return steps;
}

/// Begins an image, takes so many parts of it and a step of the next, and gives it up.
static void give_up(int32_t parts) {
    for (int32_t part = 0; part <= parts; part++) {
        uint8_t *pixels = sapool_input_r(&own);
        fill(pixels, part * PART % SAPOOL_INPUT_BYTES, PART, 1);
        int32_t status = sapool_start(&own, pixels, PART);
        if (status == SAPOOL_MORE_STEPS) status = sapool_step(&own);
        while (part < parts && status == SAPOOL_MORE_STEPS) status = sapool_step(&own);
    }
    expect("an end", sapool_cancel(&own), SAPOOL_OK);
}

static int32_t open_with(sapool_t *context, void *memory, size_t bytes, const void *weights, size_t weights_bytes) {
    int32_t status = sapool_open(context, memory, bytes, weights, weights_bytes);
    uint32_t hash;
    if (status != SAPOOL_OK && context && !((uintptr_t)context & 3)) {
        expect("an answer of a context that is not open", answer_of(context, &hash), SAPOOL_NOT_READY);
        expect("a step of a context that is not open", sapool_step(context), SAPOOL_NOT_READY);
        expect("an end of a context that is not open", sapool_cancel(context), SAPOOL_NOT_READY);
        expect("a place in a context that is not open", sapool_input_r(context) != 0, 0);
    }
    return status;
}

static int32_t told[SAPOOL_LAYERS + 1];

static void tell(void *user, int32_t layer) {
    expect("what a hook is told with", user == told, 1);
    if (layer < 1 || layer > SAPOOL_LAYERS) expect("a layer that is none", layer, 1);
    else told[layer]++;
}

/// Each layer that has steps of its own has a name and is told of; without a hook nobody is told.
static void check_hook(uint32_t first) {
    uint32_t hash;
    expect("a hook without a context", sapool_set_hook(0, tell, told), SAPOOL_NULL_POINTER);
    expect("a hook", sapool_set_hook(&own, tell, told), SAPOOL_OK);
    int32_t steps = compute_in_steps(1, &hash), calls = 0;
    expect("another answer with a hook", hash == first, 1);
    for (int32_t layer = 1; layer <= SAPOOL_LAYERS; layer++) {
        expect("a layer without a name, or that nobody is told of", told[layer] > 0, sapool_layer_name(layer) != 0);
        calls += told[layer];
    }
    expect("names that are none", sapool_layer_name(0) != 0 || sapool_layer_name(SAPOOL_LAYERS + 1) != 0, 0);
    expect("more calls than steps", calls > steps, 0);
    expect("no hook", sapool_set_hook(&own, 0, 0), SAPOOL_OK);
    compute_in_steps(1, &hash);
    for (int32_t layer = 1; layer <= SAPOOL_LAYERS; layer++) calls -= told[layer];
    expect("calls without a hook", calls, 0);
}

/// What a caller gives: pointers, sizes, weights; and images in steps.
static void check_contexts(uint32_t first, uint32_t second) {
    const size_t bytes = SAPOOL_MEMORY_BYTES, weights = SAPOOL_WEIGHTS_BYTES;
    uint32_t hash;
    expect("a context that was never opened", open_with(&own, 0, 0, 0, 0), SAPOOL_NULL_POINTER);
    expect("no context", open_with(0, sapool_arena, bytes, sapool_weights, weights), SAPOOL_NULL_POINTER);
    expect("no memory", open_with(&own, 0, bytes, sapool_weights, weights), SAPOOL_NULL_POINTER);
    expect("no weights", open_with(&own, sapool_arena, bytes, 0, weights), SAPOOL_NULL_POINTER);
    expect("crooked memory", open_with(&own, sapool_arena + 4, bytes, sapool_weights, weights), SAPOOL_MISALIGNED);
    expect("crooked weights", open_with(&own, sapool_arena, bytes, sapool_weights + 4, weights), SAPOOL_MISALIGNED);
    expect("a crooked context", open_with((sapool_t *)((uintptr_t)&own + 1), sapool_arena, bytes, sapool_weights, weights), SAPOOL_MISALIGNED);
    expect("a byte too little", open_with(&own, sapool_arena, bytes - 1, sapool_weights, weights), SAPOOL_TOO_SMALL);
    expect("half of the weights", open_with(&own, sapool_arena, bytes, sapool_weights, weights / 2), SAPOOL_OTHER_NETWORK);
    expect("few weights", open_with(&own, sapool_arena, bytes, sapool_weights, 8), SAPOOL_NO_WEIGHTS);
    expect("weights that are none", open_with(&own, sapool_arena, bytes, sapool_weights + 32, weights), SAPOOL_NO_WEIGHTS);
    expect("calls without a context", sapool_step(0), SAPOOL_NULL_POINTER);
    expect("an answer without a context", answer_of(0, &hash), SAPOOL_NULL_POINTER);

    expect("open", open_with(&own, sapool_arena, bytes, sapool_weights, weights), SAPOOL_OK);
    expect("a step without an image", sapool_step(&own), SAPOOL_WRONG_ORDER);
    int32_t steps = compute_in_steps(1, &hash);
    expect("another answer in steps", hash == first, 1);
    expect("more steps than the header says", steps > SAPOOL_STEPS, 0);
    check_hook(first);
    // Images that are given up: at their first row, and at their last.
    give_up(0);
    expect("an answer after an end", answer_of(&own, &hash), SAPOOL_NOT_READY);
    compute_in_steps(2, &hash);
    expect("another answer after an end", hash == second, 1);
    give_up(PARTS - 1);
    compute_in_steps(1, &hash);
    expect("another answer after a late end", hash == first, 1);
}

int main(void) {
    uint32_t hash;
    static uint8_t no_pixels[1];
    expect("a place before init", sapool_input() != 0, 0);
    expect("an image before init", take(no_pixels, PART), SAPOOL_NOT_READY);
    expect("an answer before init", answer(&hash), SAPOOL_NOT_READY);
    expect("init", sapool_init(), SAPOOL_OK);
    expect("an answer before an image", answer(&hash), SAPOOL_NOT_READY);
    uint8_t *pixels = sapool_input();
    // Whoever refuses an image leaves the arena alone.
    pixels[0] = 0x55;
    expect("no image", take(0, PART), SAPOOL_NULL_POINTER);
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
    check_contexts(first, second);
    board_exit(0);
}
