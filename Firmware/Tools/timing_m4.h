// Cortex-M4. Source, if not said otherwise: Arm Cortex-M4 Technical Reference Manual (DDI 0439, today 100166), without wait states.
//
// Where the manual gives a range, the middle of it: P, the refill of the pipeline, is 1 to 3 and 2 here; a division takes 2 to 12 and 7 here.
#include "timing.h"

#define TABLE_3_1 "Cortex-M4 TRM, table 3-1: instruction set summary"
#define LOAD_STORE "Cortex-M4 TRM, section 3.3: load/store timings"
#define TABLE_7_1 "Cortex-M4 TRM, table 7-1: FPU instruction set"
#define NOT_HERE "not an instruction of this core"

static const Timing timing_m4 = {
    .core = "m4",
    .set = SET_THUMB,
    .rows = {
        // "Any load or store that generates an address dependent on the result of a preceding data processing operation stalls the pipeline for
        // an additional cycle": LOAD_STORE, the third number.
        [KIND_DATA] = {1, 0, 1, TABLE_3_1},
        [KIND_PACKED] = {1, 0, 1, TABLE_3_1},
        [KIND_MULTIPLY ... KIND_MULTIPLY_LONG_SUM] = {1, 0, 1, TABLE_3_1},
        [KIND_DIVIDE] = {7, 0, 1, TABLE_3_1}, // 2 to 12
        [KIND_LOAD] = {2, 0, 0, TABLE_3_1},
        [KIND_LOAD_PART] = {2, 0, 0, TABLE_3_1},
        [KIND_STORE] = {1, 0, 0, LOAD_STORE}, // table 3-1 has 2; "STR Rx,[Ry,#imm] is always one cycle"
        [KIND_STORE_INDEXED] = {2, 0, 0, TABLE_3_1},
        [KIND_LOAD_PAIR] = {1, 0, 0, TABLE_3_1}, // 1 + N
        [KIND_STORE_PAIR] = {1, 0, 0, TABLE_3_1},
        [KIND_LOAD_MULTIPLE] = {1, 0, 0, TABLE_3_1},
        [KIND_STORE_MULTIPLE] = {1, 0, 0, TABLE_3_1},
        [KIND_EXCLUSIVE] = {2, 0, 0, TABLE_3_1},
        [KIND_BRANCH ... KIND_CALL] = {1, 0, 0, TABLE_3_1}, // taken: + P
        [KIND_BRANCH_IF] = {1, 0, 0, TABLE_3_1},
        [KIND_BRANCH_TO] = {1, 0, 0, TABLE_3_1},
        [KIND_TABLE_BRANCH] = {3, 0, 0, LOAD_STORE}, // two for the load, one for the sum; + P. Table 3-1 has 2 + P
        [KIND_LOOP_START] = {1, 0, 0, NOT_HERE},
        [KIND_LOOP_END] = {1, 0, 0, NOT_HERE},
        [KIND_IF_THEN] = {1, 0, 0, TABLE_3_1},
        [KIND_HINT] = {1, 0, 0, TABLE_3_1},
        [KIND_SYSTEM] = {2, 0, 1, TABLE_3_1}, // MRS, MSR, CPS: 1 or 2; barriers 1 + B
        [KIND_FLOAT] = {1, 0, 0, TABLE_7_1},
        [KIND_FLOAT_SUM] = {3, 0, 0, TABLE_7_1},
        [KIND_FLOAT_DIVIDE] = {14, 0, 0, TABLE_7_1},
        [KIND_FLOAT_MOVE] = {1, 0, 1, TABLE_7_1},
        [KIND_FLOAT_MOVE_PAIR] = {2, 0, 1, TABLE_7_1},
        [KIND_FLOAT_LOAD] = {1, 0, 0, TABLE_7_1}, // 1 + words
        [KIND_FLOAT_STORE] = {1, 0, 0, TABLE_7_1},
        [KIND_FLOAT_LOAD_MULTIPLE] = {1, 0, 0, TABLE_7_1},
        [KIND_FLOAT_STORE_MULTIPLE] = {1, 0, 0, TABLE_7_1},
        [KIND_VECTOR_LOAD] = {1, 0, 0, NOT_HERE},
        [KIND_VECTOR_STORE] = {1, 0, 0, NOT_HERE},
        [KIND_VECTOR_INTEGER] = {1, 0, 0, NOT_HERE},
        [KIND_VECTOR_MULTIPLY] = {1, 0, 0, NOT_HERE},
        [KIND_VECTOR_CONTROL] = {1, 0, 0, NOT_HERE},
    },
    .words = 1, // 1 + N: TABLE_3_1
    .refill = 2, // P, 1 to 3: TABLE_3_1
    .prediction = PREDICTS_NOTHING,
    .pipelines_loads = true, // "LDR [any] are pipelined when possible": LOAD_STORE
    .late = 0,
    .pairs = PAIRS_NEVER,
};

#undef TABLE_3_1
#undef LOAD_STORE
#undef TABLE_7_1
#undef NOT_HERE
