// What of an instruction decides how long it takes: its kind, its registers, where it goes. Thumb-2 and RISC-V share this.
#ifndef INSTRUCTION_H
#define INSTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

// Kinds of instructions that manuals of cores give a row of their own.
typedef enum {
    KIND_DATA,              // data processing: moves, sums, shifts, compares, bit fields
    KIND_PACKED,            // the same on parts of words: extension, reversal, saturation, parallel sums
    KIND_MULTIPLY,          // a product of one word, or two of half a word each
    KIND_MULTIPLY_SUM,      // the same, and a sum
    KIND_MULTIPLY_LONG,     // a product of two words; RISC-V: the upper of them
    KIND_MULTIPLY_LONG_SUM, // the same, and a sum
    KIND_DIVIDE,
    KIND_LOAD,              // one word
    KIND_LOAD_PART,         // one byte or half a word
    KIND_STORE,             // one register, the address a register and a number
    KIND_STORE_INDEXED,     // one register, the address two registers
    KIND_LOAD_PAIR,         // LDRD
    KIND_STORE_PAIR,        // STRD
    KIND_LOAD_MULTIPLE,     // LDM and POP
    KIND_STORE_MULTIPLE,    // STM and PUSH
    KIND_EXCLUSIVE,         // LDREX, STREX; RISC-V: the A extension
    KIND_BRANCH,            // B; RISC-V: J
    KIND_CALL,              // BL; RISC-V: JAL
    KIND_BRANCH_IF,         // B with a condition, CBZ, CBNZ; RISC-V: BEQ and its like
    KIND_BRANCH_TO,         // to the address in a register
    KIND_TABLE_BRANCH,      // TBB, TBH
    KIND_LOOP_START,        // DLS, WLS
    KIND_LOOP_END,          // LE
    KIND_IF_THEN,           // IT
    KIND_HINT,              // NOP and its like
    KIND_SYSTEM,            // special registers, barriers, and what else stops the core
    KIND_FLOAT,             // VADD, VMUL, comparisons, conversions
    KIND_FLOAT_SUM,         // VMLA, VFMA
    KIND_FLOAT_DIVIDE,      // VDIV, VSQRT
    KIND_FLOAT_MOVE,        // one word between a core register and another
    KIND_FLOAT_MOVE_PAIR,   // two of them
    KIND_FLOAT_LOAD,        // VLDR; `count` is of words
    KIND_FLOAT_STORE,       // VSTR
    KIND_FLOAT_LOAD_MULTIPLE,
    KIND_FLOAT_STORE_MULTIPLE,
    KIND_VECTOR_LOAD,       // MVE: the load and store pipe
    KIND_VECTOR_STORE,
    KIND_VECTOR_INTEGER,    // MVE: the integer pipe
    KIND_VECTOR_MULTIPLY,   // MVE: the pipe of multiplications and floating point
    KIND_VECTOR_CONTROL,    // MVE: VPST, VPNOT, VCTP
    KINDS
} InstructionKind;

// Registers as bits: r0 to r14 and the flags, or RISC-V's x1 to x31.
enum { REGISTERS = 32, REGISTER_FLAGS = 1 << 16 };

typedef struct {
    InstructionKind kind;
    // Bytes: 2 or 4.
    unsigned size;
    // Registers (of VFP: words) of a multiple or a pair.
    unsigned count;
    // What an address is made of; what else is read; of that what is wanted late (a sum that is added to, a word that is stored).
    uint32_t address, reads, late;
    // What is computed or loaded, and which address is counted on by the way.
    uint32_t writes, updates;
    // Whether it branches, to wherever: POP and LDR can.
    bool branches;
    // Whether it branches back.
    bool is_backward;
    // A 16-bit instruction that a core with one full pipe can run beside another.
    bool is_simple;
} Instruction;

#endif
