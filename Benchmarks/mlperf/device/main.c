#include "board.h"
#include "harness.h"

/// Waits for commands, and carries them out; it never ends.
int main(void) {
    board_start();
    ee_benchmark_initialize();
    for (;;) ee_serial_callback(th_getchar());
}
