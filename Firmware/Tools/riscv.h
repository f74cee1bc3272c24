// Decodes RISC-V: RV32I, M and A, Zba, Zbb and Zbs, and C (The RISC-V Instruction Set Manual, volume I, chapters of the instructions'
// encodings). What is none of these is KIND_SYSTEM.
#ifndef RISCV_H
#define RISCV_H

#include "instruction.h"

// Decodes an instruction.
//
// - first, second: its halfwords, the lower one first; compressed instructions have one.
Instruction riscv_decode(uint16_t first, uint16_t second);

// Whether a halfword is the first of two.
static inline bool riscv_is_wide(uint16_t first) { return (first & 3) == 3; }

// C: the instructions of 16 bits.
Instruction riscv_decode_compressed(uint16_t code);

// MARK: - For both lengths

// A register as a bit; x0 is none.
static inline uint32_t riscv_bit(unsigned number) { return number ? 1u << number : 0; }

static inline Instruction riscv_computed(InstructionKind kind, uint32_t reads, unsigned result) {
    return (Instruction){.kind = kind, .reads = reads, .writes = riscv_bit(result)};
}

static inline Instruction riscv_load(InstructionKind kind, unsigned base, unsigned result) {
    return (Instruction){.kind = kind, .address = riscv_bit(base), .writes = riscv_bit(result), .count = 1};
}

static inline Instruction riscv_store(unsigned base, unsigned value) {
    return (Instruction){
        .kind = KIND_STORE, .address = riscv_bit(base), .reads = riscv_bit(value), .late = riscv_bit(value), .count = 1};
}

static inline Instruction riscv_branch(InstructionKind kind, uint32_t reads, unsigned link, bool is_backward) {
    return (Instruction){
        .kind = kind, .reads = reads, .writes = riscv_bit(link), .branches = true, .is_backward = is_backward};
}

#endif
