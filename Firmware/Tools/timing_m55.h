// Cortex-M55: a model. Its Technical Reference Manual (101051) has no table of cycles; it says that the vector unit works 64 bits a cycle, so that
// an instruction on a vector of 128 bits takes two, and that a second one overlaps with the first.
//
// The rules, which are those of LLVM's schedule (ARMScheduleM55.td, written from Arm's optimisation guide) where it has them:
//
// - One instruction starts in a cycle; of two neighbours of 16 bits both, if one of them is IT, NOP, a branch with an offset, a sum with a number,
//   a move, or an extension.
// - What is loaded or multiplied can be used a cycle later than another result.
// - An instruction on vectors occupies its pipe for two cycles: loads and stores have one, integers another, multiplications and floating point
//   a third. Instructions of different pipes overlap, and those of one pipe wait for each other. Registers of vectors are not watched.
// - LE takes no cycle, and no refill: the loop is estimated in its second round.
// - A branch that is taken costs three cycles more (LLVM's MispredictPenalty).
// - Multiples and pairs move two words a cycle; a multiple takes one more cycle (our assumption). A division is as on Cortex-M4.
#include "timing.h"

#define LLVM "model: LLVM, ARMScheduleM55.td"
#define ASSUMED "model: our assumption"

static const Timing timing_m55 = {
    .core = "m55",
    .set = SET_THUMB,
    .rows = {
        [KIND_DATA] = {1, 0, 0, LLVM}, // DX: 1
        [KIND_PACKED] = {1, 1, 1, LLVM}, // CX: 2; simple ones DX
        [KIND_MULTIPLY ... KIND_MULTIPLY_LONG_SUM] = {1, 1, 1, LLVM}, // CX
        [KIND_DIVIDE] = {7, 0, 0, ASSUMED},
        [KIND_LOAD] = {1, 1, 1, LLVM}, // CX
        [KIND_LOAD_PART] = {1, 1, 1, LLVM},
        [KIND_STORE] = {1, 0, 0, LLVM},
        [KIND_STORE_INDEXED] = {1, 0, 0, LLVM},
        [KIND_LOAD_PAIR] = {0, 1, 1, LLVM},
        [KIND_STORE_PAIR] = {0, 0, 0, LLVM},
        [KIND_LOAD_MULTIPLE] = {1, 1, 1, ASSUMED},
        [KIND_STORE_MULTIPLE] = {1, 0, 0, ASSUMED},
        [KIND_EXCLUSIVE] = {1, 1, 1, ASSUMED},
        [KIND_BRANCH ... KIND_CALL] = {1, 0, 0, LLVM},
        [KIND_BRANCH_IF] = {1, 0, 0, LLVM},
        [KIND_BRANCH_TO] = {1, 0, 0, LLVM},
        [KIND_TABLE_BRANCH] = {3, 0, 0, ASSUMED}, // as on Cortex-M4
        [KIND_LOOP_START] = {1, 0, 0, ASSUMED},
        [KIND_LOOP_END] = {0, 0, 0, ASSUMED},
        [KIND_IF_THEN] = {1, 0, 0, LLVM},
        [KIND_HINT] = {1, 0, 0, LLVM},
        [KIND_SYSTEM] = {2, 0, 0, ASSUMED},
        [KIND_FLOAT] = {1, 1, 1, LLVM}, // E3: 2
        [KIND_FLOAT_SUM] = {1, 1, 1, LLVM},
        [KIND_FLOAT_DIVIDE] = {16, 0, 0, LLVM}, // E3 + 14: 16
        [KIND_FLOAT_MOVE] = {1, 0, 0, LLVM}, // E2
        [KIND_FLOAT_MOVE_PAIR] = {2, 0, 0, LLVM},
        [KIND_FLOAT_LOAD] = {0, 1, 1, LLVM},
        [KIND_FLOAT_STORE] = {0, 0, 0, LLVM},
        [KIND_FLOAT_LOAD_MULTIPLE] = {1, 1, 1, ASSUMED},
        [KIND_FLOAT_STORE_MULTIPLE] = {1, 0, 0, ASSUMED},
        // Two beats, of which the second overlaps; the third number is of sums over a vector, which go to a core register.
        [KIND_VECTOR_LOAD] = {1, 1, 1, LLVM},
        [KIND_VECTOR_STORE] = {1, 0, 0, LLVM},
        [KIND_VECTOR_INTEGER] = {1, 1, 1, LLVM},
        [KIND_VECTOR_MULTIPLY] = {1, 1, 1, LLVM},
        [KIND_VECTOR_CONTROL] = {1, 0, 0, LLVM},
    },
    .words = 2,
    .refill = 3,
    .prediction = PREDICTS_NOTHING,
    .pipelines_loads = false,
    .late = 1, // sums over a vector are forwarded to the next (our assumption)
    .pairs = PAIRS_SIMPLE,
};

#undef LLVM
#undef ASSUMED
