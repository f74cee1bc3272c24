// Cortex-M7: a model. Its Technical Reference Manual (DDI 0489) has no table of cycles; it says that the core starts two instructions in a
// cycle, in order, and predicts branches.
//
// The rules, which are those of LLVM's schedule (ARMScheduleM7.td) where it has them:
//
// - Two neighbours start in one cycle where the second does not want what the first makes, and both have units: two for computations, two for
//   loads, one each for stores, multiplications, branches and floating point. Instructions on parts of words go first or alone; multiples, pairs,
//   divisions, jumps by table and what rules the core go alone.
// - A byte, half a word and a product can be used a cycle later than another result, an address wants its registers a cycle earlier, and a sum that
//   is added to or a word that is stored a cycle later.
// - Branches back are foreseen as taken and those forward as not taken; another way, and addresses from registers, cost six cycles. The core's
//   own prediction remembers, and is better.
// - Multiples and pairs move two words a cycle (the ports are 64 bits wide); a multiple takes one more cycle (our assumption).
#include "timing.h"

#define LLVM "model: LLVM, ARMScheduleM7.td"
#define ASSUMED "model: our assumption"
#define NOT_HERE "not an instruction of this core"

static const Timing timing_m7 = {
    .core = "m7",
    .set = SET_THUMB,
    .rows = {
        [KIND_DATA] = {1, 0, 1, LLVM}, // WriteALU: 1; addresses in EX1
        [KIND_PACKED] = {1, 0, 1, LLVM}, // M7WriteSIMD1; saturating ones take one more, which is left out
        [KIND_MULTIPLY ... KIND_MULTIPLY_LONG_SUM] = {1, 1, 2, LLVM}, // WriteMUL, WriteMAC: 2
        [KIND_DIVIDE] = {7, 0, 1, LLVM}, // WriteDIV: 7
        [KIND_LOAD] = {1, 0, 1, LLVM}, // WriteLd: 1
        [KIND_LOAD_PART] = {1, 1, 2, LLVM}, // M7SlowLoad: 2
        [KIND_STORE] = {1, 0, 0, LLVM},
        [KIND_STORE_INDEXED] = {1, 0, 0, LLVM},
        [KIND_LOAD_PAIR] = {0, 0, 1, LLVM}, // M7SingleIssue, LoadL and LoadH
        [KIND_STORE_PAIR] = {0, 0, 0, LLVM},
        [KIND_LOAD_MULTIPLE] = {1, 0, 1, ASSUMED},
        [KIND_STORE_MULTIPLE] = {1, 0, 0, ASSUMED},
        [KIND_EXCLUSIVE] = {1, 1, 2, LLVM},
        [KIND_BRANCH ... KIND_CALL] = {1, 0, 0, LLVM},
        [KIND_BRANCH_IF] = {1, 0, 0, LLVM},
        [KIND_BRANCH_TO] = {1, 0, 0, LLVM},
        [KIND_TABLE_BRANCH] = {2, 0, 0, LLVM}, // M7TableLoad: two cycles to issue
        [KIND_LOOP_START] = {1, 0, 0, NOT_HERE},
        [KIND_LOOP_END] = {1, 0, 0, NOT_HERE},
        [KIND_IF_THEN] = {1, 0, 0, ASSUMED},
        [KIND_HINT] = {1, 0, 0, LLVM},
        [KIND_SYSTEM] = {3, 0, 1, LLVM}, // M7NonGeneralPurpose: 3
        [KIND_FLOAT] = {1, 2, 3, LLVM}, // WriteFPALU32: 3
        [KIND_FLOAT_SUM] = {1, 2, 3, LLVM},
        [KIND_FLOAT_DIVIDE] = {16, 0, 1, LLVM}, // WriteFPDIV32: 16
        [KIND_FLOAT_MOVE] = {1, 2, 3, LLVM}, // WriteFPMOV: 3
        [KIND_FLOAT_MOVE_PAIR] = {1, 2, 3, LLVM},
        [KIND_FLOAT_LOAD] = {0, 0, 0, LLVM},
        [KIND_FLOAT_STORE] = {0, 0, 0, LLVM},
        [KIND_FLOAT_LOAD_MULTIPLE] = {1, 0, 0, ASSUMED},
        [KIND_FLOAT_STORE_MULTIPLE] = {1, 0, 0, ASSUMED},
        [KIND_VECTOR_LOAD] = {1, 0, 0, NOT_HERE},
        [KIND_VECTOR_STORE] = {1, 0, 0, NOT_HERE},
        [KIND_VECTOR_INTEGER] = {1, 0, 0, NOT_HERE},
        [KIND_VECTOR_MULTIPLY] = {1, 0, 0, NOT_HERE},
        [KIND_VECTOR_CONTROL] = {1, 0, 0, NOT_HERE},
    },
    .words = 2,
    .refill = 6, // "Mispredict cost for forward branches is 6": LLVM
    .prediction = PREDICTS_BACKWARD,
    .pipelines_loads = false,
    .late = 1, // ReadMAC, M7Read_EX2: LLVM
    .pairs = PAIRS_UNITS,
};

#undef LLVM
#undef ASSUMED
#undef NOT_HERE
