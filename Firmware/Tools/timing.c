#include "timing.h"

#include <string.h>

#include "timing_m33.h"
#include "timing_m4.h"
#include "timing_m55.h"
#include "timing_m7.h"

const Timing *timing_of(const char *core) {
    const Timing *all[] = {&timing_m4, &timing_m7, &timing_m33, &timing_m55};
    for (size_t index = 0; index < sizeof all / sizeof all[0]; index++)
        if (!strcmp(all[index]->core, core)) return all[index];
    return NULL;
}

enum { REGISTERS = 17, VECTOR_PIPES = 3, BEATS = 2 };

typedef struct {
    // The cycle in which the next instruction can start.
    unsigned next;
    // When registers can be read, and made an address of.
    unsigned ready[REGISTERS], address_ready[REGISTERS];
    // When a pipe of vectors can begin another instruction.
    unsigned pipe_free[VECTOR_PIPES];
    // The instruction before, and whether another can start beside it.
    const ThumbInstruction *last;
    bool has_room;
} Pipeline;

// MARK: - Pairs

typedef enum { ALONE, COMPUTES, COMPUTES_PARTS, MULTIPLIES, LOADS, STORES, BRANCHES, FLOATS } Unit;

static Unit unit_of(const ThumbInstruction *one) {
    switch (one->kind) {
    case THUMB_DATA: return COMPUTES;
    case THUMB_PACKED: return COMPUTES_PARTS;
    case THUMB_MULTIPLY: return MULTIPLIES;
    case THUMB_LOAD:
    case THUMB_LOAD_PART: return LOADS;
    case THUMB_STORE:
    case THUMB_STORE_INDEXED: return STORES;
    case THUMB_BRANCH:
    case THUMB_BRANCH_IF:
    case THUMB_BRANCH_TO: return BRANCHES;
    case THUMB_FLOAT:
    case THUMB_FLOAT_SUM:
    case THUMB_FLOAT_MOVE: return FLOATS;
    default: return ALONE;
    }
}

static bool start_together(TimingPairs pairs, const ThumbInstruction *first, const ThumbInstruction *second) {
    // Two results in one register, the flags left aside.
    if (first->writes & second->writes & ~(uint32_t)THUMB_FLAGS) return false;
    switch (pairs) {
    case PAIRS_NEVER: return false;
    case PAIRS_SIMPLE: return first->size == 2 && second->size == 2 && (first->is_simple || second->is_simple);
    case PAIRS_UNITS: {
        Unit one = unit_of(first), other = unit_of(second);
        if (one == ALONE || other == ALONE || other == COMPUTES_PARTS) return false;
        return one != other || one == COMPUTES || one == LOADS;
    }
    }
    return false;
}

// MARK: - One instruction

static int pipe_of(ThumbKind kind) {
    switch (kind) {
    case THUMB_VECTOR_LOAD:
    case THUMB_VECTOR_STORE: return 0;
    case THUMB_VECTOR_INTEGER: return 1;
    case THUMB_VECTOR_MULTIPLY: return 2;
    default: return -1;
    }
}

static bool is_load(const ThumbInstruction *one) { return one->kind == THUMB_LOAD || one->kind == THUMB_LOAD_PART; }

// Cycles until the next can start, if nothing waits.
static unsigned occupied(const Timing *timing, const Pipeline *pipeline, const ThumbInstruction *one) {
    unsigned cycles = timing->rows[one->kind].cycles;
    switch (one->kind) {
    case THUMB_LOAD_PAIR:
    case THUMB_STORE_PAIR:
    case THUMB_LOAD_MULTIPLE:
    case THUMB_STORE_MULTIPLE:
    case THUMB_FLOAT_LOAD:
    case THUMB_FLOAT_STORE:
    case THUMB_FLOAT_LOAD_MULTIPLE:
    case THUMB_FLOAT_STORE_MULTIPLE: return cycles + (one->count + timing->words - 1) / timing->words;
    case THUMB_LOAD:
    case THUMB_LOAD_PART:
    case THUMB_STORE_INDEXED: {
        bool is_behind_load = pipeline->last && is_load(pipeline->last) && !(pipeline->last->writes & one->address);
        // What loads the program counter blocks.
        return timing->pipelines_loads && is_behind_load && !one->branches ? cycles - 1 : cycles;
    }
    default: return cycles;
    }
}

static unsigned later(unsigned one, unsigned other) { return one > other ? one : other; }

// When everything that it reads is there.
static unsigned operands(const Timing *timing, const Pipeline *pipeline, const ThumbInstruction *one) {
    unsigned start = 0;
    for (unsigned index = 0; index < REGISTERS; index++) {
        uint32_t bit = 1u << index;
        if (one->reads & bit) {
            unsigned ready = pipeline->ready[index];
            start = later(start, one->late & bit && ready > timing->late ? ready - timing->late : ready);
        }
        if (one->address & bit) start = later(start, pipeline->address_ready[index]);
    }
    return start;
}

// Runs an instruction; the cycles that it adds.
static unsigned run(const Timing *timing, Pipeline *pipeline, const ThumbInstruction *one) {
    const TimingRow *row = &timing->rows[one->kind];
    const unsigned before = pipeline->next, cycles = occupied(timing, pipeline, one);
    bool can_pair = pipeline->has_room && start_together(timing->pairs, pipeline->last, one);
    unsigned start = later(can_pair ? before - 1 : before, operands(timing, pipeline, one));
    const int pipe = pipe_of(one->kind);
    if (pipe >= 0) {
        start = later(start, pipeline->pipe_free[pipe]);
        pipeline->pipe_free[pipe] = start + BEATS;
    }
    const unsigned end = start + cycles;
    pipeline->next = later(before, end);
    // Simple instructions are simple because what they make is there at once.
    const unsigned wait = one->is_simple ? 0 : row->wait, address_wait = one->is_simple && row->wait ? 0 : row->address_wait;
    for (unsigned index = 0; index < REGISTERS; index++) {
        uint32_t bit = 1u << index;
        if (one->updates & bit) pipeline->ready[index] = pipeline->address_ready[index] = end;
        if (!(one->writes & bit)) continue;
        pipeline->ready[index] = end + wait;
        pipeline->address_ready[index] = end + address_wait;
    }
    pipeline->has_room = start >= before && cycles == 1;
    pipeline->last = one;
    return pipeline->next - before;
}

// MARK: - Blocks

static TimingExit leave(const Timing *timing, const ThumbInstruction *last) {
    if (!last->branches || last->kind == THUMB_LOOP_END) return (TimingExit){0, 0};
    const bool has_condition = last->kind == THUMB_BRANCH_IF || (last->kind == THUMB_BRANCH && last->reads & THUMB_FLAGS);
    if (timing->predicts && has_condition && last->is_backward) return (TimingExit){0, timing->refill};
    if (timing->predicts && last->kind == THUMB_BRANCH && !has_condition) return (TimingExit){0, 0};
    return (TimingExit){timing->refill, 0};
}

TimingExit timing_block(const Timing *timing, const ThumbInstruction *code, size_t count, unsigned *cycles) {
    if (!count) return (TimingExit){0, 0};
    Pipeline pipeline = {.next = 1};
    const bool is_loop = code[count - 1].kind == THUMB_LOOP_END && timing->rows[THUMB_LOOP_END].cycles == 0;
    for (int round = is_loop ? 0 : 1; round < 2; round++)
        for (size_t index = 0; index < count; index++) cycles[index] = run(timing, &pipeline, &code[index]);
    return leave(timing, &code[count - 1]);
}
