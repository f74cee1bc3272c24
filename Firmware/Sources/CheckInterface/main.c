// What the C interface refuses. Prints a line for each call that answers otherwise than it should; nothing where all is right.
#include "board.h"
#include "demo.h"

static void expect(const char *call, int32_t answer, int32_t wanted) {
    if (answer == wanted) return;
    board_print(call);
    board_print(": ");
    board_print_number(answer);
    board_print(", not ");
    board_print_number(wanted);
    board_put('\n');
}

int main(void) {
    int8_t scores[DEMO_OUTPUTS];
    uint8_t *pixels = demo_input();
    expect("run before init", demo_run(pixels, DEMO_INPUT_BYTES), DEMO_NOT_READY);
    expect("init", demo_init(), DEMO_OK);
    expect("output before run", demo_output(scores, DEMO_OUTPUTS), DEMO_NOT_READY);
    expect("class before run", demo_class(), DEMO_NOT_READY);
    expect("run without an image", demo_run(0, DEMO_INPUT_BYTES), DEMO_WRONG_SIZE);
    // Whoever refuses an image leaves the arena alone.
    pixels[0] = 0x55;
    expect("run with a byte too few", demo_run(pixels, DEMO_INPUT_BYTES - 1), DEMO_WRONG_SIZE);
    expect("run with a byte too many", demo_run(pixels, DEMO_INPUT_BYTES + 1), DEMO_WRONG_SIZE);
    expect("the arena after refusals", pixels[0], 0x55);
    expect("output after refusals", demo_output(scores, DEMO_OUTPUTS), DEMO_NOT_READY);
    expect("run", demo_run(pixels, DEMO_INPUT_BYTES), DEMO_OK);
    expect("output with a place too few", demo_output(scores, DEMO_OUTPUTS - 1), DEMO_WRONG_SIZE);
    expect("output without a place", demo_output(0, DEMO_OUTPUTS), DEMO_WRONG_SIZE);
    expect("output", demo_output(scores, DEMO_OUTPUTS), DEMO_OK);
    expect("a class's name", demo_class_name(demo_class()) != 0, 1);
    expect("no class's name", demo_class_name(-1) == 0 && demo_class_name(DEMO_OUTPUTS) == 0, 1);
    board_exit(0);
}
