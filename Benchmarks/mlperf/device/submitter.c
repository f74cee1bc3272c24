// The submitter's half of MLPerf Tiny's interface over a library of `sapool export --format library`: image in, shares
// of classes out. It runs the classifiers of the benchmark: ic01 and vww01, whose images are bytes, and kws01, whose
// spectrograms are signed bytes (INPUT_IS_SIGNED).
#include "board.h"
#include "harness.h"
#include "print.h"
#include "sapool.h"

#if !defined(MODEL_VERSION) && !defined(MLPERF_API)
#error "name the benchmark's model by -DMODEL_VERSION=\"ic01\""
#endif
#ifdef SAPOOL_FINDS_OBJECTS
#error "the benchmark has no detector: export a network that tells images apart"
#endif

SAPOOL_ALIGNED static uint8_t memory[SAPOOL_MEMORY_BYTES];
static sapool_t network;
// An image is computed many times, and the network's own place for it does not last.
static uint8_t image[SAPOOL_INPUT_BYTES];
static int32_t status = SAPOOL_NOT_READY;

void th_load_tensor(void) {
    size_t count = ee_get_buffer(image, sizeof image);
    if (count != sizeof image) {
        th_printf("e-[%u bytes were loaded, the network takes %u]\r\n", (unsigned)count, (unsigned)sizeof image);
        status = SAPOOL_WRONG_SIZE;
        return;
    }
#if INPUT_IS_SIGNED
    // A byte of the library is the model's number and 128.
    for (size_t index = 0; index < sizeof image; index++) image[index] ^= 0x80;
#endif
    status = SAPOOL_OK;
}

void th_infer(void) {
    if (status != SAPOOL_OK) return;
#if SAPOOL_PUSHES_ROWS
    for (int32_t row = 0; row < SAPOOL_HEIGHT && status >= 0; row++)
        status = sapool_push_row_r(&network, image + row * SAPOOL_ROW_BYTES, SAPOOL_ROW_BYTES);
#else
    status = sapool_run_r(&network, image, sizeof image);
#endif
}

void th_results(void) {
    if (status != SAPOOL_OK || sapool_class_r(&network) < 0) {
        th_printf("e-[no result: status %d]\r\n", (int)status);
        return;
    }
    static int8_t scores[SAPOOL_OUTPUTS];
    sapool_output_r(&network, scores, SAPOOL_OUTPUTS);
#ifdef SAPOOL_PROBABILITY_UNIT
    // Logits become shares; a softmax of the network's own has this scale, and its numbers are shares already.
    static uint16_t shares[SAPOOL_OUTPUTS];
    const int isSoftmax = SAPOOL_OUTPUT_SCALE == 1.0f / 256 && SAPOOL_OUTPUT_ZERO == -128;
    if (!isSoftmax) sapool_probabilities_r(&network, shares, SAPOOL_OUTPUTS);
#endif
    th_printf("m-results-[");
    for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) {
        double share = (double)SAPOOL_OUTPUT_SCALE * (scores[index] - SAPOOL_OUTPUT_ZERO);
#ifdef SAPOOL_PROBABILITY_UNIT
        if (!isSoftmax) share = (double)shares[index] / SAPOOL_PROBABILITY_UNIT;
#endif
        th_printf(index ? ",%0.3f" : "%0.3f", share);
    }
    th_printf("]\r\n");
}

// The benchmark's runner knows these messages by their letters.
void th_timestamp(void) { th_printf("m-lap-us-%lu\r\n", (unsigned long)board_microseconds()); }

void th_timestamp_initialize(void) {
    th_printf("m-timestamp-mode-performance\r\n");
    th_timestamp();
}

void th_final_initialize(void) {
    int32_t opened = sapool_open(&network, memory, sizeof memory, sapool_weights, sizeof sapool_weights);
    if (opened != SAPOOL_OK) th_printf("e-[the network does not open: status %d]\r\n", (int)opened);
}

void th_serialport_initialize(void) {}
void th_pre(void) {}
void th_post(void) {}
void th_command_ready(char volatile *command) { ee_serial_command_parser_callback((char *)command); }
char th_getchar(void) { return board_get(); }

void th_printf(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_formatted(board_put, format, arguments);
    va_end(arguments);
}

#ifdef MLPERF_API
// What the benchmark's half takes of C's library goes through these.
size_t th_strnlen(const char *text, size_t most) {
    size_t count = 0;
    while (count < most && text[count]) count++;
    return count;
}
#endif
