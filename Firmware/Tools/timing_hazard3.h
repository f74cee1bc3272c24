// Hazard3, the RISC-V core of Raspberry Pi's RP2350. Source: the RP2350 datasheet, section 3.8.7, without stalls of the bus.
#include "timing.h"

#define RV32I "RP2350 datasheet, section 3.8.7.1: RV32I"
#define EXTENSION_M "RP2350 datasheet, section 3.8.7.2: M extension"
#define EXTENSION_A "RP2350 datasheet, section 3.8.7.3: A extension"
#define PRIVILEGED "RP2350 datasheet, section 3.8.7.5: privileged instructions"
#define BITS "RP2350 datasheet, section 3.8.7.6: bit manipulation"
#define NOT_HERE "not an instruction of this core"

static const Timing timing_hazard3 = {
    .core = "hazard3",
    .set = SET_RISCV,
    .rows = {
        [KIND_DATA] = {1, 0, 0, RV32I},
        [KIND_PACKED] = {1, 0, 0, BITS},
        [KIND_MULTIPLY] = {1, 0, 0, EXTENSION_M},
        [KIND_MULTIPLY_SUM] = {1, 0, 0, NOT_HERE},
        [KIND_MULTIPLY_LONG] = {1, 0, 0, EXTENSION_M},
        [KIND_MULTIPLY_LONG_SUM] = {1, 0, 0, NOT_HERE},
        [KIND_DIVIDE] = {18, 0, 0, EXTENSION_M}, // 18, or 19 where a sign is corrected
        [KIND_LOAD] = {1, 1, 1, RV32I}, // "1 if next instruction is independent, 2 if dependent"
        [KIND_LOAD_PART] = {1, 1, 1, RV32I},
        [KIND_STORE] = {1, 0, 0, RV32I},
        [KIND_STORE_INDEXED ... KIND_STORE_MULTIPLE] = {1, 0, 0, NOT_HERE},
        [KIND_EXCLUSIVE] = {4, 0, 0, EXTENSION_A}, // AMO: 4; LR and SC 1 or 2
        [KIND_BRANCH ... KIND_CALL] = {1, 0, 0, RV32I}, // 2
        [KIND_BRANCH_IF] = {1, 0, 0, RV32I}, // "1 if correctly predicted, 2 if mispredicted"
        [KIND_BRANCH_TO] = {1, 0, 0, RV32I}, // 2
        [KIND_TABLE_BRANCH ... KIND_IF_THEN] = {1, 0, 0, NOT_HERE},
        [KIND_HINT] = {1, 0, 0, RV32I},
        [KIND_SYSTEM] = {1, 0, 0, PRIVILEGED}, // control registers; ECALL and EBREAK 3
        [KIND_FLOAT ... KIND_VECTOR_CONTROL] = {1, 0, 0, NOT_HERE},
    },
    .words = 1,
    .refill = 1,
    .prediction = PREDICTS_LAST, // section 3.8.7.10
    .misaligned_target = 1, // footnote 1
    .pipelines_loads = false,
    .late = 1, // "load data -> store data dependency is not an example of this": footnote 2
    .pairs = PAIRS_NEVER,
};

#undef RV32I
#undef EXTENSION_M
#undef EXTENSION_A
#undef PRIVILEGED
#undef BITS
#undef NOT_HERE
