/*
 * Calls of a network's C interface in any order and with anything that they can be given: pointers that are NULL or crooked, memory that is too
 * small, weights that are damaged or none, calls out of order. Each byte is a call, the next its argument. Whatever was called before, a context
 * that is opened and used as it should be gives the same answer. With the address sanitizer; with SEQUENCES
 * defined for so many made-up ones (HostInterfaceTests), else for libFuzzer.
 */
#include "sapool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTEXTS = 3 };
#if SAPOOL_PUSHES_ROWS
enum { PART = SAPOOL_ROW_BYTES, PARTS = SAPOOL_PUSHED_ROWS };
#else
enum { PART = SAPOOL_INPUT_BYTES, PARTS = 1 };
#endif

/* Blocks of their own on the heap: the sanitizer sees each byte beside them. */
static sapool_t *contexts[CONTEXTS];
static uint8_t *memories[CONTEXTS], *pixels, *damaged, *small;
static uint32_t wanted;

static void fail(const char *what, int32_t number) {
    fprintf(stderr, "%s: %d\n", what, (int)number);
    abort();
}

/* Statuses are these; some calls count up from 0. */
static int32_t sound(const char *call, int32_t answer, int32_t most) {
    if (answer < SAPOOL_WRONG_ORDER || answer > most) fail(call, answer);
    return answer;
}

static void told(void *user, int32_t layer) {
    if (user != contexts || layer < 1 || layer > SAPOOL_LAYERS) fail("a hook", layer);
}

static int32_t take(sapool_t *context, const uint8_t *image, int32_t bytes) {
#if SAPOOL_PUSHES_ROWS
    return sound("push_row", sapool_push_row_r(context, image, bytes), SAPOOL_MORE_ROWS);
#else
    return sound("run", sapool_run_r(context, image, bytes), SAPOOL_OK);
#endif
}

/* Asks for all that there is to ask for; a hash of it. */
static uint32_t answers(sapool_t *context) {
    uint32_t hash = 2166136261u;
#ifdef SAPOOL_FINDS_OBJECTS
    sapool_detection found[20];
    int32_t bytes = 0, count = sound("detections", sapool_detections_r(context, found, 20, 0, SAPOOL_SCORE_UNIT / 2), 20);
    for (int32_t index = 0; index < count; index++) hash = (hash ^ found[index].x ^ found[index].score) * 16777619u;
    for (int32_t head = -1; head <= SAPOOL_HEADS; head++) {
        const int8_t *map = sapool_head_r(context, head, &bytes);
        for (int32_t index = 0; map && index < bytes; index++) hash = (hash ^ (uint8_t)map[index]) * 16777619u;
    }
#else
    int8_t *scores = malloc(SAPOOL_OUTPUTS);
    if (!scores) abort();
    sound("output", sapool_output_r(context, scores, SAPOOL_OUTPUTS - 1), SAPOOL_OK);
    sound("output", sapool_output_r(context, NULL, SAPOOL_OUTPUTS), SAPOOL_OK);
    if (sound("output", sapool_output_r(context, scores, SAPOOL_OUTPUTS), SAPOOL_OK) == SAPOOL_OK)
        for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) hash = (hash ^ (uint8_t)scores[index]) * 16777619u;
    free(scores);
    sound("class", sapool_class_r(context), SAPOOL_OUTPUTS - 1);
#ifdef SAPOOL_PROBABILITY_UNIT
    sapool_choice found[3];
    int32_t count = sound("top", sapool_top_r(context, found, 3, 1), 3);
    for (int32_t place = 0; place < count; place++) hash = (hash ^ (uint32_t)found[place].probability) * 16777619u;
    sound("top", sapool_top_r(context, NULL, 1, 0), SAPOOL_OK);
#endif
#endif
    return hash;
}

static int32_t open_with(int32_t index, uint8_t argument) {
    const void *weights = sapool_weights;
    size_t weights_bytes = SAPOOL_WEIGHTS_BYTES, bytes = SAPOOL_MEMORY_BYTES;
    /* Contexts may share memory. */
    uint8_t *memory = memories[argument & 1 ? 0 : index];
    sapool_t *context = contexts[index];
    switch (argument >> 1 & 15) {
        case 0: weights = NULL; break;
        case 1: weights = sapool_weights + 4; break;
        case 2: weights_bytes /= 2; break;
        case 3: weights_bytes = argument >> 5; break;
        case 4: weights = damaged; break;
        case 5: weights = damaged, weights_bytes = SAPOOL_WEIGHTS_BYTES - 16; break;
        case 6: memory = NULL; break;
        case 7: memory += 1 + (argument >> 5) % 7; break;
        case 8: memory = small, bytes = 64; break;
        case 9: bytes = 0; break;
        case 10: context = NULL; break;
        case 11: context = (sapool_t *)((uintptr_t)context + 1); break;
        default: break;
    }
    int32_t status = sound("open", sapool_open(context, memory, bytes, weights, weights_bytes), SAPOOL_OK);
    if ((argument >> 1 & 15) < 12 && status == SAPOOL_OK) fail("open with what cannot be", argument);
    return status;
}

static void call(uint8_t number, uint8_t argument) {
    sapool_t *context = argument == 255 ? NULL : contexts[argument % CONTEXTS];
    uint8_t *place;
    switch (number % 10) {
        case 0: open_with(argument % CONTEXTS, (uint8_t)(argument * 37 + number)); break;
        case 1:
            place = sapool_input_r(context);
            for (int32_t index = 0; place && index < PART; index++) place[index] = (uint8_t)(index * argument);
            break;
        case 2: sound("start", sapool_start(context, pixels, PART), SAPOOL_MORE_STEPS); break;
        case 3: sound("start", sapool_start(context, argument & 4 ? NULL : pixels, PART - (argument >> 3)), SAPOOL_MORE_STEPS); break;
        case 4:
        case 5:
            for (int32_t step = 0; step <= argument >> 2; step++) sound("step", sapool_step(context), SAPOOL_MORE_STEPS);
            break;
        case 6: take(context, pixels, PART + (argument & 64 ? 1 : 0)); break;
        case 7: sound("cancel", sapool_cancel(context), SAPOOL_OK); break;
        case 8: sound("hook", sapool_set_hook(context, argument & 32 ? told : NULL, contexts), SAPOOL_OK); break;
        default: answers(context); break;
    }
}

/* As the interface wants it. */
static uint32_t compute(void) {
    if (sapool_open(contexts[0], memories[0], SAPOOL_MEMORY_BYTES, sapool_weights, SAPOOL_WEIGHTS_BYTES) != SAPOOL_OK) fail("open", 0);
    int32_t status = SAPOOL_OK;
    for (int32_t part = 0; part < PARTS; part++) status = take(contexts[0], pixels, PART);
    if (status != SAPOOL_OK) fail("an image", status);
    return answers(contexts[0]);
}

static void *block(size_t bytes) {
    void *memory = calloc(1, bytes);
    if (!memory) abort();
    return memory;
}

static void prepare(void) {
    for (int32_t index = 0; index < CONTEXTS; index++) {
        contexts[index] = block(sizeof(sapool_t));
        memories[index] = block(SAPOOL_MEMORY_BYTES);
    }
    small = block(64);
    pixels = block(PART);
    for (int32_t index = 0; index < PART; index++) pixels[index] = (uint8_t)(index * 37 + 11);
    damaged = block(SAPOOL_WEIGHTS_BYTES);
    memcpy(damaged, sapool_weights, SAPOOL_WEIGHTS_BYTES);
    damaged[SAPOOL_WEIGHTS_BYTES / 2] ^= 16;
    wanted = compute();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    if (!wanted) prepare();
    for (int32_t index = 0; index < CONTEXTS; index++) memset(contexts[index], 0, sizeof(sapool_t));
    for (size_t place = 0; place + 1 < count && place < 128; place += 2) call(bytes[place], bytes[place + 1]);
    if (compute() != wanted) fail("another answer after other calls", (int32_t)count);
    return 0;
}

#ifdef SEQUENCES
int main(void) {
    uint32_t random = 1;
    for (int32_t round = 0; round < SEQUENCES; round++) {
        uint8_t bytes[64];
        for (int32_t place = 0; place < 64; place++) {
            random = random * 1664525u + 1013904223u;
            bytes[place] = (uint8_t)(random >> 24);
        }
        LLVMFuzzerTestOneInput(bytes, sizeof bytes);
    }
    return 0;
}
#endif
