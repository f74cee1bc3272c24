// ESP32-C3, and other RISC-V cores with four stages: a model. No table of its cycles is public. Espressif's Technical Reference Manual (chapter
// 1, ESP-RISC-V CPU) says that it has a "4-stage, in-order, scalar pipeline" and accesses SRAM without waiting.
//
// The rules are those of a textbook's pipeline of four stages (our assumption):
//
// - One instruction starts in a cycle. What is loaded can be used a cycle later than another result; a word that is stored is wanted late.
// - A jump to an address in the code is known in the second stage, and loses one cycle: two, as was measured for `j` by others
//   (ctrlsrc.io, "Counting CPU cycles on ESP32-C3 and ESP32-C6"). Other branches are known in the third and lose two where they are taken.
// - Nothing is foreseen. A product takes one cycle, a division one a bit and one more.
#include "timing.h"

#define ASSUMED "model: our assumption"
#define MEASURED_BY_OTHERS "model: ctrlsrc.io, Counting CPU cycles on ESP32-C3 and ESP32-C6"
#define NOT_HERE "not an instruction of this core"

static const Timing timing_esp32c3 = {
    .core = "esp32c3",
    .set = SET_RISCV,
    .rows = {
        [KIND_DATA] = {1, 0, 0, ASSUMED},
        [KIND_PACKED] = {1, 0, 0, NOT_HERE},
        [KIND_MULTIPLY] = {1, 0, 0, ASSUMED},
        [KIND_MULTIPLY_SUM] = {1, 0, 0, NOT_HERE},
        [KIND_MULTIPLY_LONG] = {1, 0, 0, ASSUMED},
        [KIND_MULTIPLY_LONG_SUM] = {1, 0, 0, NOT_HERE},
        [KIND_DIVIDE] = {33, 0, 0, ASSUMED},
        [KIND_LOAD] = {1, 1, 1, ASSUMED},
        [KIND_LOAD_PART] = {1, 1, 1, ASSUMED},
        [KIND_STORE] = {1, 0, 0, ASSUMED},
        [KIND_STORE_INDEXED ... KIND_STORE_MULTIPLE] = {1, 0, 0, NOT_HERE},
        [KIND_EXCLUSIVE] = {4, 0, 0, ASSUMED}, // as Hazard3; ESP32-C3 has none
        [KIND_BRANCH ... KIND_CALL] = {1, 0, 0, MEASURED_BY_OTHERS},
        [KIND_BRANCH_IF] = {1, 0, 0, ASSUMED},
        [KIND_BRANCH_TO] = {1, 0, 0, ASSUMED},
        [KIND_TABLE_BRANCH ... KIND_IF_THEN] = {1, 0, 0, NOT_HERE},
        [KIND_HINT] = {1, 0, 0, ASSUMED},
        [KIND_SYSTEM] = {1, 0, 0, ASSUMED},
        [KIND_FLOAT ... KIND_VECTOR_CONTROL] = {1, 0, 0, NOT_HERE},
    },
    .words = 1,
    .refill = 1,
    .more_refill = {[KIND_BRANCH_IF] = 1, [KIND_BRANCH_TO] = 1},
    .prediction = PREDICTS_NOTHING,
    .pipelines_loads = false,
    .late = 1,
    .pairs = PAIRS_NEVER,
};

#undef ASSUMED
#undef MEASURED_BY_OTHERS
#undef NOT_HERE
