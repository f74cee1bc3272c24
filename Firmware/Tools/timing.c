#include "timing.h"

#include <string.h>

#include "timing_esp32c3.h"
#include "timing_hazard3.h"
#include "timing_m0plus.h"
#include "timing_m3.h"
#include "timing_m33.h"
#include "timing_m4.h"
#include "timing_m55.h"
#include "timing_m7.h"

const Timing *timing_of(const char *core) {
    const Timing *all[] = {&timing_m0plus, &timing_m3,  &timing_m4,       &timing_m7,
                           &timing_m33,    &timing_m55, &timing_esp32c3, &timing_hazard3};
    for (size_t index = 0; index < sizeof all / sizeof all[0]; index++)
        if (!strcmp(all[index]->core, core)) return all[index];
    return NULL;
}

enum { VECTOR_PIPES = 3, BEATS = 2 };

typedef struct {
    // The cycle in which the next instruction can start.
    unsigned next;
    // When registers can be read, and made an address of.
    unsigned ready[REGISTERS], address_ready[REGISTERS];
    // When a pipe of vectors can begin another instruction.
    unsigned pipe_free[VECTOR_PIPES];
    // The instruction before, and whether another can start beside it.
    const Instruction *last;
    bool has_room;
} Pipeline;

// MARK: - Pairs

typedef enum { ALONE, COMPUTES, COMPUTES_PARTS, MULTIPLIES, LOADS, STORES, BRANCHES, FLOATS } Unit;

static Unit unit_of(const Instruction *one) {
    switch (one->kind) {
    case KIND_DATA: return COMPUTES;
    case KIND_PACKED: return COMPUTES_PARTS;
    case KIND_MULTIPLY:
    case KIND_MULTIPLY_SUM:
    case KIND_MULTIPLY_LONG:
    case KIND_MULTIPLY_LONG_SUM: return MULTIPLIES;
    case KIND_LOAD:
    case KIND_LOAD_PART: return LOADS;
    case KIND_STORE:
    case KIND_STORE_INDEXED: return STORES;
    case KIND_BRANCH:
    case KIND_CALL:
    case KIND_BRANCH_IF:
    case KIND_BRANCH_TO: return BRANCHES;
    case KIND_FLOAT:
    case KIND_FLOAT_SUM:
    case KIND_FLOAT_MOVE: return FLOATS;
    default: return ALONE;
    }
}

static bool start_together(TimingPairs pairs, const Instruction *first, const Instruction *second) {
    // Two results in one register, the flags left aside.
    if (first->writes & second->writes & ~(uint32_t)REGISTER_FLAGS) return false;
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

static int pipe_of(InstructionKind kind) {
    switch (kind) {
    case KIND_VECTOR_LOAD:
    case KIND_VECTOR_STORE: return 0;
    case KIND_VECTOR_INTEGER: return 1;
    case KIND_VECTOR_MULTIPLY: return 2;
    default: return -1;
    }
}

static bool is_load(const Instruction *one) { return one->kind == KIND_LOAD || one->kind == KIND_LOAD_PART; }

// Cycles until the next can start, if nothing waits.
static unsigned occupied(const Timing *timing, const Pipeline *pipeline, const Instruction *one) {
    unsigned cycles = timing->rows[one->kind].cycles;
    switch (one->kind) {
    case KIND_LOAD_PAIR:
    case KIND_STORE_PAIR:
    case KIND_LOAD_MULTIPLE:
    case KIND_STORE_MULTIPLE:
    case KIND_FLOAT_LOAD:
    case KIND_FLOAT_STORE:
    case KIND_FLOAT_LOAD_MULTIPLE:
    case KIND_FLOAT_STORE_MULTIPLE: return cycles + (one->count + timing->words - 1) / timing->words;
    case KIND_LOAD:
    case KIND_LOAD_PART:
    case KIND_STORE_INDEXED: {
        bool is_behind_load = pipeline->last && is_load(pipeline->last) && !(pipeline->last->writes & one->address);
        // What loads the program counter blocks.
        return timing->pipelines_loads && is_behind_load && !one->branches ? cycles - 1 : cycles;
    }
    default: return cycles;
    }
}

static unsigned later(unsigned one, unsigned other) { return one > other ? one : other; }

// When everything that it reads is there.
static unsigned operands(const Timing *timing, const Pipeline *pipeline, const Instruction *one) {
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
static unsigned run(const Timing *timing, Pipeline *pipeline, const Instruction *one) {
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

static bool has_condition(const Instruction *one) {
    return one->kind == KIND_BRANCH_IF || ((one->kind == KIND_BRANCH || one->kind == KIND_CALL) && one->reads & REGISTER_FLAGS);
}

static TimingExit leave(const Timing *timing, const Instruction *last) {
    if (!last->branches || last->kind == KIND_LOOP_END) return (TimingExit){0, 0, false};
    const unsigned refill = timing->refill + timing->more_refill[last->kind];
    switch (timing->prediction) {
    case PREDICTS_NOTHING: break;
    case PREDICTS_BACKWARD:
        if (has_condition(last) && last->is_backward) return (TimingExit){0, refill, false};
        if ((last->kind == KIND_BRANCH || last->kind == KIND_CALL) && !has_condition(last)) return (TimingExit){0, 0, false};
        break;
    case PREDICTS_LAST: return (TimingExit){refill, 0, has_condition(last) && last->is_backward};
    }
    return (TimingExit){refill, 0, false};
}

TimingExit timing_block(const Timing *timing, const Instruction *code, size_t count, unsigned *cycles) {
    if (!count) return (TimingExit){0, 0, false};
    Pipeline pipeline = {.next = 1};
    const bool is_loop = code[count - 1].kind == KIND_LOOP_END && timing->rows[KIND_LOOP_END].cycles == 0;
    for (int round = is_loop ? 0 : 1; round < 2; round++)
        for (size_t index = 0; index < count; index++) cycles[index] = run(timing, &pipeline, &code[index]);
    return leave(timing, &code[count - 1]);
}

unsigned timing_leave(TimingExit exit, bool is_taken, uint64_t behind, uint64_t *remembered) {
    const unsigned cycles = is_taken ? exit.taken : exit.fell_through;
    if (!exit.is_remembered) return cycles;
    const bool is_foreseen = *remembered == behind;
    if (is_taken) *remembered = behind;
    else if (is_foreseen) *remembered = 0;
    return is_taken == is_foreseen ? 0 : exit.taken;
}
