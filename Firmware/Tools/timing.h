// Cycles that a core is estimated to take for a run of instructions, by a table of its own (timing_m4.h and its neighbours).
//
// This is arithmetic over a table, and no measurement: memory answers without wait states, no cache misses, no interrupt comes, accesses are
// aligned, and instructions that IT skips take as long as those that it does not.
#ifndef TIMING_H
#define TIMING_H

#include "instruction.h"
#include <stddef.h>

// What an instruction of a kind takes.
typedef struct {
    // Until the next can start; to multiples and pairs come those of their registers.
    unsigned cycles;
    // Further cycles until its result can be used, and until an address can be made of it.
    unsigned wait, address_wait;
    // Where the row comes from. NULL: there is none.
    const char *source;
} TimingRow;

// Which instructions start in one cycle.
typedef enum {
    PAIRS_NEVER,
    PAIRS_SIMPLE, // two of 16 bits, one of which is a simple one
    PAIRS_UNITS,  // two that want different units, or two computations, or two loads
} TimingPairs;

// Which branches the core foresees.
typedef enum {
    PREDICTS_NOTHING,
    PREDICTS_BACKWARD, // those back as taken, others with a condition as not taken, and those without as what they are
    PREDICTS_LAST,     // the one back that was the last to be taken; all others as not taken
} TimingPrediction;

typedef enum { SET_THUMB, SET_RISCV } InstructionSet;

typedef struct {
    // As plug-in's argument core= has it.
    const char *core;
    // Which instructions it has; what of RISC-V's it lacks is decoded all the same.
    InstructionSet set;
    TimingRow rows[KINDS];
    // Words that multiples and pairs move in a cycle.
    unsigned words;
    // Cycles to fill the pipeline after a branch that the core has not foreseen, and those on top of it that a kind of branch takes.
    unsigned refill, more_refill[KINDS];
    TimingPrediction prediction;
    // Further cycles where a branch goes to 32 bits that do not lie on a multiple of four bytes.
    unsigned misaligned_target;
    // Whether a load or an indexed store directly behind a load takes a cycle less, where its address does not hang on that.
    bool pipelines_loads;
    // Cycles after its start at which an instruction wants the sum that it adds to, or the word that it stores.
    unsigned late;
    TimingPairs pairs;
} Timing;

// What comes on top of a block, by where the core goes behind it.
typedef struct {
    unsigned taken, fell_through;
    // Whether the core remembers the branch once it was taken; `taken` is then what it takes to be wrong.
    bool is_remembered;
} TimingExit;

// The table of a core; NULL where there is none of this name.
const Timing *timing_of(const char *core);

// Estimates a block: instructions that run one behind the other, with a branch at most as the last of them.
//
// A block begins with an idle pipeline; one that LE ends is estimated in its second round.
//
// - code: its instructions, `count` of them.
// - cycles: for each of them what it adds to the block's cycles; 0 for one that starts together with its neighbour.
TimingExit timing_block(const Timing *timing, const Instruction *code, size_t count, unsigned *cycles);

// What comes on top of a block that the core has left.
//
// - behind: the address behind the block, by which its branch is known.
// - remembered: the branch that the core remembers (of `PREDICTS_LAST`); 0 where there is none.
unsigned timing_leave(TimingExit exit, bool is_taken, uint64_t behind, uint64_t *remembered);

#endif
