// What of a Thumb-2 instruction decides how long it takes: its kind, its registers, where it goes.
#ifndef THUMB_H
#define THUMB_H

#include <stdbool.h>
#include <stdint.h>

// Kinds of instructions that manuals of cores give a row of their own.
typedef enum {
    THUMB_DATA,            // data processing: moves, sums, shifts, compares, bit fields
    THUMB_PACKED,          // the same on parts of words: extension, reversal, saturation, parallel sums
    THUMB_MULTIPLY,        // multiplication, with a sum or without, 32 or 64 bits wide
    THUMB_DIVIDE,
    THUMB_LOAD,            // one word
    THUMB_LOAD_PART,       // one byte or half a word
    THUMB_STORE,           // one register, the address a register and a number
    THUMB_STORE_INDEXED,   // one register, the address two registers
    THUMB_LOAD_PAIR,       // LDRD
    THUMB_STORE_PAIR,      // STRD
    THUMB_LOAD_MULTIPLE,   // LDM and POP
    THUMB_STORE_MULTIPLE,  // STM and PUSH
    THUMB_EXCLUSIVE,       // LDREX, STREX
    THUMB_BRANCH,          // B, BL
    THUMB_BRANCH_IF,       // B with a condition, CBZ, CBNZ
    THUMB_BRANCH_TO,       // to the address in a register
    THUMB_TABLE_BRANCH,    // TBB, TBH
    THUMB_LOOP_START,      // DLS, WLS
    THUMB_LOOP_END,        // LE
    THUMB_IF_THEN,         // IT
    THUMB_HINT,            // NOP and its like
    THUMB_SYSTEM,          // special registers, barriers, and what else stops the core
    THUMB_FLOAT,           // VADD, VMUL, comparisons, conversions
    THUMB_FLOAT_SUM,       // VMLA, VFMA
    THUMB_FLOAT_DIVIDE,    // VDIV, VSQRT
    THUMB_FLOAT_MOVE,      // one word between a core register and another
    THUMB_FLOAT_MOVE_PAIR, // two of them
    THUMB_FLOAT_LOAD,      // VLDR; `count` is of words
    THUMB_FLOAT_STORE,     // VSTR
    THUMB_FLOAT_LOAD_MULTIPLE,
    THUMB_FLOAT_STORE_MULTIPLE,
    THUMB_VECTOR_LOAD,     // MVE: the load and store pipe
    THUMB_VECTOR_STORE,
    THUMB_VECTOR_INTEGER,  // MVE: the integer pipe
    THUMB_VECTOR_MULTIPLY, // MVE: the pipe of multiplications and floating point
    THUMB_VECTOR_CONTROL,  // MVE: VPST, VPNOT, VCTP
    THUMB_KINDS
} ThumbKind;

// Registers as bits: r0 to r14, and the flags.
enum { THUMB_FLAGS = 1 << 16 };

typedef struct {
    ThumbKind kind;
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
} ThumbInstruction;

// Decodes an instruction.
//
// - first, second: its halfwords; 16-bit instructions have one.
// - is_conditional: whether IT goes before it.
ThumbInstruction thumb_decode(uint16_t first, uint16_t second, bool is_conditional);

// How many instructions IT is for; 0 where this is no IT.
unsigned thumb_conditional_count(uint16_t first);

// Whether a halfword is the first of two.
static inline bool thumb_is_wide(uint16_t first) { return first >= 0xE800; }

// VFP and MVE: the instructions of coprocessors.
ThumbInstruction thumb_decode_coprocessor(uint16_t first, uint16_t second);

#endif
