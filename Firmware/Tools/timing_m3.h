// Cortex-M3. Source, if not said otherwise: Arm Cortex-M3 Technical Reference Manual (DDI 0337I, today 100165), without wait states.
//
// Where the manual gives a range, the middle of it, a half upward: P, the refill of the pipeline, is 1 to 3 and 2 here.
#include "timing.h"

#define TABLE_3_1 "Cortex-M3 TRM, table 3-1: instruction set summary"
#define LOAD_STORE "Cortex-M3 TRM, section 3.3.2: load/store timings"
#define NOT_HERE "not an instruction of this core"

static const Timing timing_m3 = {
    .core = "m3",
    .set = SET_THUMB,
    .rows = {
        // "Any load or store that generates an address dependent on the result of a proceeding data processing operation will stall the pipeline
        // for an additional cycle": LOAD_STORE, the third number.
        [KIND_DATA] = {1, 0, 1, TABLE_3_1},
        [KIND_PACKED] = {1, 0, 1, TABLE_3_1},
        [KIND_MULTIPLY] = {1, 0, 1, TABLE_3_1},
        [KIND_MULTIPLY_SUM] = {2, 0, 1, TABLE_3_1},
        [KIND_MULTIPLY_LONG] = {4, 0, 1, TABLE_3_1}, // 3 to 5
        [KIND_MULTIPLY_LONG_SUM] = {6, 0, 1, TABLE_3_1}, // 4 to 7
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
        [KIND_TABLE_BRANCH] = {3, 0, 0, LOAD_STORE}, // two for the load, one for the sum; + P
        [KIND_LOOP_START ... KIND_LOOP_END] = {1, 0, 0, NOT_HERE},
        [KIND_IF_THEN] = {1, 0, 0, TABLE_3_1},
        [KIND_HINT] = {1, 0, 0, TABLE_3_1},
        [KIND_SYSTEM] = {2, 0, 1, TABLE_3_1}, // MRS, MSR, CPS: 1 or 2; barriers 1 + B
        [KIND_FLOAT ... KIND_VECTOR_CONTROL] = {1, 0, 0, NOT_HERE},
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
#undef NOT_HERE
