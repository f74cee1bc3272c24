// Cortex-M33: a model. Its Technical Reference Manual (100230) has no table of cycles.
//
// The rule: as Cortex-M4, number by number. LLVM schedules Cortex-M33 with its model of Cortex-M4 (ARMProcessors.td), and has it as a core without
// branch prediction. The manual says that common pairs of 16-bit instructions start together, and not which: that is left out, so that the
// estimate is rather too high.
#include "timing.h"

#define AS_M4 "model: as Cortex-M4 (timing_m4.h)"

static const Timing timing_m33 = {
    .core = "m33",
    .rows = {
        [THUMB_DATA] = {1, 0, 1, AS_M4},
        [THUMB_PACKED] = {1, 0, 1, AS_M4},
        [THUMB_MULTIPLY] = {1, 0, 1, AS_M4},
        [THUMB_DIVIDE] = {7, 0, 1, AS_M4},
        [THUMB_LOAD] = {2, 0, 0, AS_M4},
        [THUMB_LOAD_PART] = {2, 0, 0, AS_M4},
        [THUMB_STORE] = {1, 0, 0, AS_M4},
        [THUMB_STORE_INDEXED] = {2, 0, 0, AS_M4},
        [THUMB_LOAD_PAIR] = {1, 0, 0, AS_M4},
        [THUMB_STORE_PAIR] = {1, 0, 0, AS_M4},
        [THUMB_LOAD_MULTIPLE] = {1, 0, 0, AS_M4},
        [THUMB_STORE_MULTIPLE] = {1, 0, 0, AS_M4},
        [THUMB_EXCLUSIVE] = {2, 0, 0, AS_M4},
        [THUMB_BRANCH] = {1, 0, 0, AS_M4},
        [THUMB_BRANCH_IF] = {1, 0, 0, AS_M4},
        [THUMB_BRANCH_TO] = {1, 0, 0, AS_M4},
        [THUMB_TABLE_BRANCH] = {3, 0, 0, AS_M4},
        [THUMB_LOOP_START] = {1, 0, 0, AS_M4},
        [THUMB_LOOP_END] = {1, 0, 0, AS_M4},
        [THUMB_IF_THEN] = {1, 0, 0, AS_M4},
        [THUMB_HINT] = {1, 0, 0, AS_M4},
        [THUMB_SYSTEM] = {2, 0, 1, AS_M4},
        [THUMB_FLOAT] = {1, 0, 0, AS_M4},
        [THUMB_FLOAT_SUM] = {3, 0, 0, AS_M4},
        [THUMB_FLOAT_DIVIDE] = {14, 0, 0, AS_M4},
        [THUMB_FLOAT_MOVE] = {1, 0, 1, AS_M4},
        [THUMB_FLOAT_MOVE_PAIR] = {2, 0, 1, AS_M4},
        [THUMB_FLOAT_LOAD] = {1, 0, 0, AS_M4},
        [THUMB_FLOAT_STORE] = {1, 0, 0, AS_M4},
        [THUMB_FLOAT_LOAD_MULTIPLE] = {1, 0, 0, AS_M4},
        [THUMB_FLOAT_STORE_MULTIPLE] = {1, 0, 0, AS_M4},
        [THUMB_VECTOR_LOAD] = {1, 0, 0, AS_M4},
        [THUMB_VECTOR_STORE] = {1, 0, 0, AS_M4},
        [THUMB_VECTOR_INTEGER] = {1, 0, 0, AS_M4},
        [THUMB_VECTOR_MULTIPLY] = {1, 0, 0, AS_M4},
        [THUMB_VECTOR_CONTROL] = {1, 0, 0, AS_M4},
    },
    .words = 1,
    .refill = 2,
    .predicts = false,
    .pipelines_loads = true,
    .late = 0,
    .pairs = PAIRS_NEVER,
};

#undef AS_M4
