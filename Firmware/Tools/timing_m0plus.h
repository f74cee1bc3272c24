// Cortex-M0+. Source, if not said otherwise: Arm Cortex-M0+ Technical Reference Manual (DDI 0484C), without wait states.
//
// A chip has one of two multipliers, of 1 or of 32 cycles. It is the quick one here (our assumption).
#include "timing.h"

#define TABLE_3_1 "Cortex-M0+ TRM, table 3-1: instruction summary"
#define NOT_HERE "not an instruction of this core"

static const Timing timing_m0plus = {
    .core = "m0plus",
    .set = SET_THUMB,
    .rows = {
        [KIND_DATA] = {1, 0, 0, TABLE_3_1},
        [KIND_PACKED] = {1, 0, 0, TABLE_3_1},
        [KIND_MULTIPLY] = {1, 0, 0, TABLE_3_1}, // 1 or 32
        [KIND_MULTIPLY_SUM ... KIND_DIVIDE] = {1, 0, 0, NOT_HERE},
        [KIND_LOAD] = {2, 0, 0, TABLE_3_1}, // from the port of one cycle 1
        [KIND_LOAD_PART] = {2, 0, 0, TABLE_3_1},
        [KIND_STORE] = {2, 0, 0, TABLE_3_1},
        [KIND_STORE_INDEXED] = {2, 0, 0, TABLE_3_1},
        [KIND_LOAD_PAIR ... KIND_STORE_PAIR] = {1, 0, 0, NOT_HERE},
        [KIND_LOAD_MULTIPLE] = {1, 0, 0, TABLE_3_1}, // 1 + N; POP with the program counter 3 + N
        [KIND_STORE_MULTIPLE] = {1, 0, 0, TABLE_3_1}, // 1 + N
        [KIND_EXCLUSIVE] = {2, 0, 0, NOT_HERE},
        [KIND_BRANCH] = {1, 0, 0, TABLE_3_1}, // 2
        [KIND_CALL] = {1, 0, 0, TABLE_3_1}, // BL: 3
        [KIND_BRANCH_IF] = {1, 0, 0, TABLE_3_1}, // 1 or 2
        [KIND_BRANCH_TO] = {1, 0, 0, TABLE_3_1}, // 2
        [KIND_TABLE_BRANCH ... KIND_IF_THEN] = {1, 0, 0, NOT_HERE},
        [KIND_HINT] = {1, 0, 0, TABLE_3_1},
        [KIND_SYSTEM] = {3, 0, 0, TABLE_3_1}, // MRS, MSR and barriers; CPS 1
        [KIND_FLOAT ... KIND_VECTOR_CONTROL] = {1, 0, 0, NOT_HERE},
    },
    .words = 1,
    .refill = 1,
    .more_refill = {[KIND_LOAD_MULTIPLE] = 1, [KIND_CALL] = 1}, // TABLE_3_1
    .prediction = PREDICTS_NOTHING,
    .pipelines_loads = false,
    .late = 0,
    .pairs = PAIRS_NEVER,
};

#undef TABLE_3_1
#undef NOT_HERE
