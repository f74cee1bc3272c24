// VFP and MVE among Thumb-2's coprocessor instructions (Arm DDI 0553). Of MVE's only the pipe matters; registers of vectors are not told apart.
#include "thumb.h"

static uint32_t bit(unsigned number) { return number == 15 ? 0 : 1u << number; }

static Instruction of(InstructionKind kind) { return (Instruction){.kind = kind}; }

// 1110 110 and 1111 110: memory.
static Instruction memory(unsigned first, unsigned second) {
    bool is_load = first & 0x10, updates = first & 0x20, is_vector = (second & 0xE00) == 0xE00;
    // Without an index that goes before, after or along, it moves two registers.
    if (!(first & 0x1A0)) {
        Instruction one = of(KIND_FLOAT_MOVE_PAIR);
        uint32_t pair = bit(second >> 12) | bit(first & 15);
        if (is_vector ? !is_load : is_load) one.writes = pair;
        else one.reads = pair;
        return one;
    }
    Instruction one = of(KIND_VECTOR_STORE);
    // A vector of addresses is no register of the core.
    bool is_scattered_from_vector = is_vector && (first & 0xFF00) == 0xFD00;
    if (!is_scattered_from_vector) {
        one.address = bit(first & 15);
        if (updates) one.updates = bit(first & 15);
    }
    if (is_vector) {
        if (is_load) one.kind = KIND_VECTOR_LOAD;
    } else if ((first & 0x120) == 0x100) {
        one.kind = is_load ? KIND_FLOAT_LOAD : KIND_FLOAT_STORE;
        one.count = second & 0x100 ? 2 : 1;
    } else {
        one.kind = is_load ? KIND_FLOAT_LOAD_MULTIPLE : KIND_FLOAT_STORE_MULTIPLE;
        one.count = second & 0xFF;
    }
    return one;
}

// VFP's computations, and moves of a register; MVE's moves of a lane among them.
static Instruction float_computed(unsigned first, unsigned second) {
    if (second & 0x10) {
        Instruction one = of(KIND_FLOAT_MOVE);
        if (first & 0x10) one.writes = second >> 12 == 15 ? (uint32_t)REGISTER_FLAGS : bit(second >> 12);
        else one.reads = bit(second >> 12);
        return one;
    }
    switch (first >> 4 & 11) {
    case 0: case 1: case 9: case 10: return of(KIND_FLOAT_SUM);
    case 8: return of(KIND_FLOAT_DIVIDE);
    case 11: return of((first & 15) == 1 && (second & 0xC0) == 0xC0 ? KIND_FLOAT_DIVIDE : KIND_FLOAT);
    default: return of(KIND_FLOAT);
    }
}

// MVE, 111x 1111: like Neon's.
static bool vector_multiplies(unsigned first, unsigned second) {
    // Shifts by numbers, immediate values and operations on one vector; conversions go through the other pipe.
    if (first & 0x80) return (first & 0xFFB3) == 0xFFB3;
    return (second >> 8 & 15) >= 9;
}

// MVE, 111x 1110, with vectors and scalars.
static InstructionKind vector_kind(unsigned first, unsigned second) {
    bool is_unsigned = first & 0x1000, is_third = (first & 0xB0) == 0x30, has_scalar = second & 0x40;
    if (!(second & 0x100)) {
        bool is_narrowing = is_third && !has_scalar && (second & 1);
        bool is_shift = (is_third || is_unsigned) && (second & 0x1060) == 0x1060;
        return is_narrowing || is_shift ? KIND_VECTOR_INTEGER : KIND_VECTOR_MULTIPLY;
    }
    if ((first & 0xFFBF) == 0xFE31 && (second & 0xFFF) == 0xF4D) return KIND_VECTOR_CONTROL;
    if ((first & 0xF0) == 0xF0) return KIND_VECTOR_MULTIPLY; // sums over a vector
    if ((first & 0xF0) == 0x80) return second & 0x41 ? KIND_VECTOR_INTEGER : KIND_VECTOR_MULTIPLY;
    if (is_unsigned && !(first & 0x80) && (first & 1)) // comparisons, and VPSEL
        return is_third && (second & 1) ? KIND_VECTOR_INTEGER : KIND_VECTOR_MULTIPLY;
    if (is_third) return second & 0x41 ? KIND_VECTOR_MULTIPLY : KIND_VECTOR_INTEGER;
    return KIND_VECTOR_INTEGER;
}

Instruction thumb_decode_coprocessor(uint16_t first, uint16_t second) {
    if ((first & 0xEE00) == 0xEC00) return memory(first, second);
    if ((first & 0xEF00) == 0xEF00)
        return of(vector_multiplies(first, second) ? KIND_VECTOR_MULTIPLY : KIND_VECTOR_INTEGER);
    if ((second & 0xE00) != 0xE00) return float_computed(first, second);
    Instruction one = of(vector_kind(first, second));
    bool is_sum = (first & 0xF0) == 0xF0 || (first & 0xF0) == 0x80;
    if (is_sum) one.writes = one.late = bit(second >> 12 & 14);
    else if (second & 0x40) one.reads = bit(second & 15);
    return one;
}
