#include "riscv.h"

// One of ten computations with two registers, or with one and a number.
static Instruction computed(uint32_t code, bool has_number) {
    const unsigned operation = code >> 12 & 7, result = code >> 7 & 31, upper = code >> 25;
    const uint32_t reads = riscv_bit(code >> 15 & 31) | (has_number ? 0 : riscv_bit(code >> 20 & 31));
    if (has_number) {
        if (operation != 1 && operation != 5) return riscv_computed(KIND_DATA, reads, result);
        // Shifts; BSETI, BCLRI, BINVI and BEXTI; what of Zbb has one operand and RORI.
        const bool is_part = upper == 0x30 || (operation == 5 && (upper == 0x14 || upper == 0x34));
        return riscv_computed(is_part ? KIND_PACKED : KIND_DATA, reads, result);
    }
    switch (upper) {
    case 1: // M
        if (operation >= 4) return riscv_computed(KIND_DIVIDE, reads, result);
        return riscv_computed(operation ? KIND_MULTIPLY_LONG : KIND_MULTIPLY, reads, result);
    case 4: // ZEXT.H
    case 5: // MIN and MAX
    case 0x30: return riscv_computed(KIND_PACKED, reads, result); // ROL and ROR
    default: return riscv_computed(KIND_DATA, reads, result); // sums, logic, SH1ADD, ANDN, BSET and their like
    }
}

static Instruction loaded(uint32_t code) {
    const unsigned width = code >> 12 & 3;
    return riscv_load(width == 2 ? KIND_LOAD : KIND_LOAD_PART, code >> 15 & 31, code >> 7 & 31);
}

static Instruction exclusive(uint32_t code) {
    Instruction one = riscv_load(KIND_EXCLUSIVE, code >> 15 & 31, code >> 7 & 31);
    one.reads = riscv_bit(code >> 20 & 31);
    return one;
}

// Control registers; a number in place of a register where the third bit of the operation is set.
static Instruction system(uint32_t code) {
    const unsigned operation = code >> 12 & 7;
    if (!operation) return riscv_computed(KIND_SYSTEM, 0, 0);
    return riscv_computed(KIND_SYSTEM, operation & 4 ? 0 : riscv_bit(code >> 15 & 31), code >> 7 & 31);
}

static Instruction wide(uint32_t code) {
    const unsigned result = code >> 7 & 31, first = code >> 15 & 31, second = code >> 20 & 31;
    const bool is_backward = code >> 31;
    switch (code >> 2 & 31) {
    case 0: return loaded(code);
    case 3: return riscv_computed(KIND_HINT, 0, 0); // FENCE
    case 4: return computed(code, true);
    case 5: case 13: return riscv_computed(KIND_DATA, 0, result); // AUIPC, LUI
    case 8: return riscv_store(first, second);
    case 11: return exclusive(code);
    case 12: return computed(code, false);
    case 24: return riscv_branch(KIND_BRANCH_IF, riscv_bit(first) | riscv_bit(second), 0, is_backward);
    case 25: return riscv_branch(KIND_BRANCH_TO, riscv_bit(first), result, false);
    case 27: return riscv_branch(result ? KIND_CALL : KIND_BRANCH, 0, result, is_backward);
    case 28: return system(code);
    default: return riscv_computed(KIND_SYSTEM, 0, 0);
    }
}

Instruction riscv_decode(uint16_t first, uint16_t second) {
    const bool is_wide = riscv_is_wide(first);
    Instruction one = is_wide ? wide(first | (uint32_t)second << 16) : riscv_decode_compressed(first);
    one.size = is_wide ? 4 : 2;
    return one;
}
