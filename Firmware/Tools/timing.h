// Cycles that a core is estimated to take for a run of instructions, by a table of its own (timing_m4.h and its neighbours).
//
// This is arithmetic over a table, and no measurement: memory answers without wait states, no cache misses, no interrupt comes, accesses are
// aligned, and instructions that IT skips take as long as those that it does not.
#ifndef TIMING_H
#define TIMING_H

#include "thumb.h"
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

typedef struct {
    // As plug-in's argument core= has it.
    const char *core;
    TimingRow rows[THUMB_KINDS];
    // Words that multiples and pairs move in a cycle.
    unsigned words;
    // Cycles to fill the pipeline after a branch that the core has not foreseen.
    unsigned refill;
    // Whether branches back are foreseen as taken, others with a condition as not taken, and those without as what they are.
    bool predicts;
    // Whether a load or an indexed store directly behind a load takes a cycle less, where its address does not hang on that.
    bool pipelines_loads;
    // Cycles after its start at which an instruction wants the sum that it adds to, or the word that it stores.
    unsigned late;
    TimingPairs pairs;
} Timing;

// What comes on top of a block, by where the core goes behind it.
typedef struct {
    unsigned taken, fell_through;
} TimingExit;

// The table of a core; NULL where there is none of this name.
const Timing *timing_of(const char *core);

// Estimates a block: instructions that run one behind the other, with a branch at most as the last of them.
//
// A block begins with an idle pipeline; one that LE ends is estimated in its second round.
//
// - code: its instructions, `count` of them.
// - cycles: for each of them what it adds to the block's cycles; 0 for one that starts together with its neighbour.
TimingExit timing_block(const Timing *timing, const ThumbInstruction *code, size_t count, unsigned *cycles);

#endif
