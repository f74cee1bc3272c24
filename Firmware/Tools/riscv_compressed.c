// RISC-V's C extension for 32 bits: short forms of RV32I's instructions.
#include "riscv.h"

enum { LINK = 1, STACK = 2 };

// One of the eight registers that three bits name: x8 to x15.
static unsigned near(unsigned code, unsigned shift) { return 8 + (code >> shift & 7); }

// Quadrant 0: memory at a register.
static Instruction memory(unsigned code) {
    if (!code) return riscv_computed(KIND_SYSTEM, 0, 0); // defined to be none
    switch (code >> 13) {
    case 0: return riscv_computed(KIND_DATA, riscv_bit(STACK), near(code, 2)); // C.ADDI4SPN
    case 2: return riscv_load(KIND_LOAD, near(code, 7), near(code, 2));
    case 6: return riscv_store(near(code, 7), near(code, 2));
    default: return riscv_computed(KIND_SYSTEM, 0, 0);
    }
}

// Shifts, C.ANDI, and computations with two near registers.
static Instruction near_computed(unsigned code) {
    const unsigned result = near(code, 7);
    const bool has_second = (code >> 10 & 3) == 3;
    return riscv_computed(KIND_DATA, riscv_bit(result) | (has_second ? riscv_bit(near(code, 2)) : 0), result);
}

// Quadrant 1: numbers and branches.
static Instruction number(unsigned code) {
    const unsigned result = code >> 7 & 31;
    const bool is_backward = code & 0x1000;
    switch (code >> 13) {
    case 0: return riscv_computed(KIND_DATA, riscv_bit(result), result); // C.ADDI, C.NOP
    case 1: return riscv_branch(KIND_CALL, 0, LINK, is_backward);
    case 2: return riscv_computed(KIND_DATA, 0, result); // C.LI
    case 3: return riscv_computed(KIND_DATA, result == STACK ? riscv_bit(STACK) : 0, result); // C.ADDI16SP, C.LUI
    case 4: return near_computed(code);
    case 5: return riscv_branch(KIND_BRANCH, 0, 0, is_backward);
    default: return riscv_branch(KIND_BRANCH_IF, riscv_bit(near(code, 7)), 0, is_backward); // C.BEQZ, C.BNEZ
    }
}

// Moves, sums, and branches to the address in a register.
static Instruction moved(unsigned code) {
    const unsigned result = code >> 7 & 31, second = code >> 2 & 31;
    const bool is_sum = code & 0x1000;
    if (second) return riscv_computed(KIND_DATA, riscv_bit(second) | (is_sum ? riscv_bit(result) : 0), result);
    if (!result) return riscv_computed(KIND_SYSTEM, 0, 0); // C.EBREAK
    return riscv_branch(KIND_BRANCH_TO, riscv_bit(result), is_sum ? LINK : 0, false);
}

// Quadrant 2: memory on the stack.
static Instruction stacked(unsigned code) {
    const unsigned result = code >> 7 & 31;
    switch (code >> 13) {
    case 0: return riscv_computed(KIND_DATA, riscv_bit(result), result); // C.SLLI
    case 2: return riscv_load(KIND_LOAD, STACK, result);
    case 4: return moved(code);
    case 6: return riscv_store(STACK, code >> 2 & 31);
    default: return riscv_computed(KIND_SYSTEM, 0, 0);
    }
}

Instruction riscv_decode_compressed(uint16_t code) {
    switch (code & 3) {
    case 0: return memory(code);
    case 1: return number(code);
    default: return stacked(code);
    }
}
