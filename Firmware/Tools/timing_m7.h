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
    .rows = {
        [THUMB_DATA] = {1, 0, 1, LLVM}, // WriteALU: 1; addresses in EX1
        [THUMB_PACKED] = {1, 0, 1, LLVM}, // M7WriteSIMD1; saturating ones take one more, which is left out
        [THUMB_MULTIPLY] = {1, 1, 2, LLVM}, // WriteMUL, WriteMAC: 2
        [THUMB_DIVIDE] = {7, 0, 1, LLVM}, // WriteDIV: 7
        [THUMB_LOAD] = {1, 0, 1, LLVM}, // WriteLd: 1
        [THUMB_LOAD_PART] = {1, 1, 2, LLVM}, // M7SlowLoad: 2
        [THUMB_STORE] = {1, 0, 0, LLVM},
        [THUMB_STORE_INDEXED] = {1, 0, 0, LLVM},
        [THUMB_LOAD_PAIR] = {0, 0, 1, LLVM}, // M7SingleIssue, LoadL and LoadH
        [THUMB_STORE_PAIR] = {0, 0, 0, LLVM},
        [THUMB_LOAD_MULTIPLE] = {1, 0, 1, ASSUMED},
        [THUMB_STORE_MULTIPLE] = {1, 0, 0, ASSUMED},
        [THUMB_EXCLUSIVE] = {1, 1, 2, LLVM},
        [THUMB_BRANCH] = {1, 0, 0, LLVM},
        [THUMB_BRANCH_IF] = {1, 0, 0, LLVM},
        [THUMB_BRANCH_TO] = {1, 0, 0, LLVM},
        [THUMB_TABLE_BRANCH] = {2, 0, 0, LLVM}, // M7TableLoad: two cycles to issue
        [THUMB_LOOP_START] = {1, 0, 0, NOT_HERE},
        [THUMB_LOOP_END] = {1, 0, 0, NOT_HERE},
        [THUMB_IF_THEN] = {1, 0, 0, ASSUMED},
        [THUMB_HINT] = {1, 0, 0, LLVM},
        [THUMB_SYSTEM] = {3, 0, 1, LLVM}, // M7NonGeneralPurpose: 3
        [THUMB_FLOAT] = {1, 2, 3, LLVM}, // WriteFPALU32: 3
        [THUMB_FLOAT_SUM] = {1, 2, 3, LLVM},
        [THUMB_FLOAT_DIVIDE] = {16, 0, 1, LLVM}, // WriteFPDIV32: 16
        [THUMB_FLOAT_MOVE] = {1, 2, 3, LLVM}, // WriteFPMOV: 3
        [THUMB_FLOAT_MOVE_PAIR] = {1, 2, 3, LLVM},
        [THUMB_FLOAT_LOAD] = {0, 0, 0, LLVM},
        [THUMB_FLOAT_STORE] = {0, 0, 0, LLVM},
        [THUMB_FLOAT_LOAD_MULTIPLE] = {1, 0, 0, ASSUMED},
        [THUMB_FLOAT_STORE_MULTIPLE] = {1, 0, 0, ASSUMED},
        [THUMB_VECTOR_LOAD] = {1, 0, 0, NOT_HERE},
        [THUMB_VECTOR_STORE] = {1, 0, 0, NOT_HERE},
        [THUMB_VECTOR_INTEGER] = {1, 0, 0, NOT_HERE},
        [THUMB_VECTOR_MULTIPLY] = {1, 0, 0, NOT_HERE},
        [THUMB_VECTOR_CONTROL] = {1, 0, 0, NOT_HERE},
    },
    .words = 2,
    .refill = 6, // "Mispredict cost for forward branches is 6": LLVM
    .predicts = true,
    .pipelines_loads = false,
    .late = 1, // ReadMAC, M7Read_EX2: LLVM
    .pairs = PAIRS_UNITS,
};

#undef LLVM
#undef ASSUMED
#undef NOT_HERE
