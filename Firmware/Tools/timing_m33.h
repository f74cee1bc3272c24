// Cortex-M33: a model. Its Technical Reference Manual (100230) has no table of cycles.
//
// The rule: as Cortex-M4, number by number. LLVM schedules Cortex-M33 with its model of Cortex-M4 (ARMProcessors.td), and has it as a core without
// branch prediction. The manual says that common pairs of 16-bit instructions start together, and not which: that is left out, so that the
// estimate is rather too high.
#include "timing.h"

#define AS_M4 "model: as Cortex-M4 (timing_m4.h)"

static const Timing timing_m33 = {
    .core = "m33",
    .set = SET_THUMB,
    .rows = {
        [KIND_DATA] = {1, 0, 1, AS_M4},
        [KIND_PACKED] = {1, 0, 1, AS_M4},
        [KIND_MULTIPLY ... KIND_MULTIPLY_LONG_SUM] = {1, 0, 1, AS_M4},
        [KIND_DIVIDE] = {7, 0, 1, AS_M4},
        [KIND_LOAD] = {2, 0, 0, AS_M4},
        [KIND_LOAD_PART] = {2, 0, 0, AS_M4},
        [KIND_STORE] = {1, 0, 0, AS_M4},
        [KIND_STORE_INDEXED] = {2, 0, 0, AS_M4},
        [KIND_LOAD_PAIR] = {1, 0, 0, AS_M4},
        [KIND_STORE_PAIR] = {1, 0, 0, AS_M4},
        [KIND_LOAD_MULTIPLE] = {1, 0, 0, AS_M4},
        [KIND_STORE_MULTIPLE] = {1, 0, 0, AS_M4},
        [KIND_EXCLUSIVE] = {2, 0, 0, AS_M4},
        [KIND_BRANCH ... KIND_CALL] = {1, 0, 0, AS_M4},
        [KIND_BRANCH_IF] = {1, 0, 0, AS_M4},
        [KIND_BRANCH_TO] = {1, 0, 0, AS_M4},
        [KIND_TABLE_BRANCH] = {3, 0, 0, AS_M4},
        [KIND_LOOP_START] = {1, 0, 0, AS_M4},
        [KIND_LOOP_END] = {1, 0, 0, AS_M4},
        [KIND_IF_THEN] = {1, 0, 0, AS_M4},
        [KIND_HINT] = {1, 0, 0, AS_M4},
        [KIND_SYSTEM] = {2, 0, 1, AS_M4},
        [KIND_FLOAT] = {1, 0, 0, AS_M4},
        [KIND_FLOAT_SUM] = {3, 0, 0, AS_M4},
        [KIND_FLOAT_DIVIDE] = {14, 0, 0, AS_M4},
        [KIND_FLOAT_MOVE] = {1, 0, 1, AS_M4},
        [KIND_FLOAT_MOVE_PAIR] = {2, 0, 1, AS_M4},
        [KIND_FLOAT_LOAD] = {1, 0, 0, AS_M4},
        [KIND_FLOAT_STORE] = {1, 0, 0, AS_M4},
        [KIND_FLOAT_LOAD_MULTIPLE] = {1, 0, 0, AS_M4},
        [KIND_FLOAT_STORE_MULTIPLE] = {1, 0, 0, AS_M4},
        [KIND_VECTOR_LOAD] = {1, 0, 0, AS_M4},
        [KIND_VECTOR_STORE] = {1, 0, 0, AS_M4},
        [KIND_VECTOR_INTEGER] = {1, 0, 0, AS_M4},
        [KIND_VECTOR_MULTIPLY] = {1, 0, 0, AS_M4},
        [KIND_VECTOR_CONTROL] = {1, 0, 0, AS_M4},
    },
    .words = 1,
    .refill = 2,
    .prediction = PREDICTS_NOTHING,
    .pipelines_loads = true,
    .late = 0,
    .pairs = PAIRS_NEVER,
};

#undef AS_M4
