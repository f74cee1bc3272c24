// Decodes Thumb-2 and its coprocessors' instructions.
#ifndef THUMB_H
#define THUMB_H

#include "instruction.h"

// Decodes an instruction.
//
// - first, second: its halfwords; 16-bit instructions have one.
// - is_conditional: whether IT goes before it.
Instruction thumb_decode(uint16_t first, uint16_t second, bool is_conditional);

// How many instructions IT is for; 0 where this is no IT.
unsigned thumb_conditional_count(uint16_t first);

// Whether a halfword is the first of two.
static inline bool thumb_is_wide(uint16_t first) { return first >= 0xE800; }

// VFP and MVE: the instructions of coprocessors.
Instruction thumb_decode_coprocessor(uint16_t first, uint16_t second);

#endif
