// Thumb-2 of Armv7E-M, and of Armv8.1-M what compilers write (Arm DDI 0403 and DDI 0553, chapters of the instructions' encodings).
#include "thumb.h"

static uint32_t bit(unsigned number) { return number == 15 ? 0 : 1u << number; }
static unsigned ones(unsigned bits) { return (unsigned)__builtin_popcount(bits); }

static Instruction of(InstructionKind kind, uint32_t reads, uint32_t writes) {
    return (Instruction){.kind = kind, .reads = reads, .writes = writes};
}

static Instruction simple(Instruction one) {
    one.is_simple = true;
    return one;
}

static Instruction branch(InstructionKind kind, uint32_t reads, bool is_backward) {
    return (Instruction){.kind = kind, .reads = reads, .branches = true, .is_backward = is_backward};
}

// A computation whose result goes to a register; to the program counter it is a branch.
static Instruction computed(uint32_t reads, unsigned result) {
    return result == 15 ? branch(KIND_BRANCH_TO, reads, false) : of(KIND_DATA, reads, bit(result));
}

static Instruction load(InstructionKind kind, unsigned result, uint32_t address) {
    Instruction one = {.kind = kind, .address = address, .writes = bit(result), .count = 1};
    one.branches = result == 15;
    return one;
}

static Instruction store(InstructionKind kind, unsigned value, uint32_t address) {
    return (Instruction){.kind = kind, .address = address, .late = bit(value), .count = 1};
}

static Instruction multiple(bool is_load, unsigned base, unsigned list, bool updates) {
    Instruction one = {.address = bit(base), .count = ones(list), .updates = updates ? bit(base) : 0};
    one.kind = is_load ? KIND_LOAD_MULTIPLE : KIND_STORE_MULTIPLE;
    one.branches = is_load && list >> 15;
    if (is_load) one.writes = list & 0x7FFF;
    else one.late = list & 0x7FFF;
    return one;
}

// MARK: - 16 bits

// Shifts, sums and moves of low registers: 00xx.
static Instruction narrow_basic(unsigned code) {
    unsigned low = code & 7, next = code >> 3 & 7, third = code >> 6 & 7, high = code >> 8 & 7;
    switch (code >> 11) {
    case 0: case 1: case 2: return of(KIND_DATA, bit(next), bit(low) | REGISTER_FLAGS);
    case 3: {
        bool is_number = code & 0x400;
        Instruction one = of(KIND_DATA, bit(next) | (is_number ? 0 : bit(third)), bit(low) | REGISTER_FLAGS);
        return is_number ? simple(one) : one;
    }
    case 4: return simple(of(KIND_DATA, 0, bit(high) | REGISTER_FLAGS));
    case 5: return of(KIND_DATA, bit(high), REGISTER_FLAGS);
    default: return simple(of(KIND_DATA, bit(high), bit(high) | REGISTER_FLAGS));
    }
}

// Two low registers: 0100 00.
static Instruction narrow_registers(unsigned code) {
    unsigned low = code & 7, next = code >> 3 & 7, operation = code >> 6 & 15;
    uint32_t both = bit(low) | bit(next), result = bit(low) | REGISTER_FLAGS;
    switch (operation) {
    case 5: case 6: return of(KIND_DATA, both | REGISTER_FLAGS, result); // ADC, SBC
    case 8: case 10: case 11: return of(KIND_DATA, both, REGISTER_FLAGS); // TST, CMP, CMN
    case 9: case 15: return of(KIND_DATA, bit(next), result); // RSB, MVN
    case 13: return of(KIND_MULTIPLY, both, result);
    default: return of(KIND_DATA, both, result);
    }
}

// High registers and branches to them: 0100 01.
static Instruction narrow_high(unsigned code) {
    unsigned result = (code & 7) | (code >> 4 & 8), source = code >> 3 & 15;
    switch (code >> 8 & 3) {
    case 0: return computed(bit(result) | bit(source), result);
    case 1: return of(KIND_DATA, bit(result) | bit(source), REGISTER_FLAGS);
    case 2: {
        Instruction one = computed(bit(source), result);
        return one.branches ? one : simple(one);
    }
    default: {
        Instruction one = branch(KIND_BRANCH_TO, bit(source), false);
        if (code & 0x80) one.writes = bit(14);
        return one;
    }
    }
}

// One register from or to memory: 0100 1 to 1001.
static Instruction narrow_memory(unsigned code) {
    unsigned low = code & 7, base = code >> 3 & 7, high = code >> 8 & 7;
    bool is_load = code & 0x800;
    switch (code >> 12) {
    case 4: return load(KIND_LOAD, high, 0);
    case 5: {
        unsigned operation = code >> 9 & 7;
        uint32_t address = bit(base) | bit(code >> 6 & 7);
        if (operation < 3) return store(KIND_STORE_INDEXED, low, address);
        return load(operation == 4 ? KIND_LOAD : KIND_LOAD_PART, low, address);
    }
    case 6: return is_load ? load(KIND_LOAD, low, bit(base)) : store(KIND_STORE, low, bit(base));
    case 7: case 8: return is_load ? load(KIND_LOAD_PART, low, bit(base)) : store(KIND_STORE, low, bit(base));
    default: return is_load ? load(KIND_LOAD, high, bit(13)) : store(KIND_STORE, high, bit(13));
    }
}

// 1011.
static Instruction narrow_other(unsigned code) {
    unsigned low = code & 7, next = code >> 3 & 7;
    switch (code >> 8 & 15) {
    case 0: return of(KIND_DATA, bit(13), bit(13));
    case 1: case 3: case 9: case 11: return branch(KIND_BRANCH_IF, bit(low), false);
    case 2: return simple(of(KIND_PACKED, bit(next), bit(low)));
    case 10: return of(KIND_PACKED, bit(next), bit(low));
    case 4: case 5: return multiple(false, 13, (code & 0xFF) | (code & 0x100) << 6, true);
    case 12: case 13: return multiple(true, 13, (code & 0xFF) | (code & 0x100) << 7, true);
    case 15: return simple(of(code & 15 ? KIND_IF_THEN : KIND_HINT, 0, 0));
    default: return of(KIND_SYSTEM, 0, 0);
    }
}

static Instruction narrow(unsigned code) {
    switch (code >> 12) {
    case 0: case 1: case 2: case 3: return narrow_basic(code);
    case 4:
        if (code & 0x800) return narrow_memory(code);
        return code & 0x400 ? narrow_high(code) : narrow_registers(code);
    case 5: case 6: case 7: case 8: case 9: return narrow_memory(code);
    case 10: return of(KIND_DATA, code & 0x800 ? bit(13) : 0, bit(code >> 8 & 7));
    case 11: return narrow_other(code);
    case 12: return multiple(code & 0x800, code >> 8 & 7, code & 0xFF, !(code & 0x800) || !(code >> (code >> 8 & 7) & 1));
    case 13:
        if ((code >> 8 & 15) >= 14) return of(KIND_SYSTEM, 0, 0);
        return simple(branch(KIND_BRANCH_IF, REGISTER_FLAGS, code & 0x80));
    default: return simple(branch(KIND_BRANCH, 0, code & 0x400));
    }
}

// MARK: - 32 bits

// 1110 100: multiples, pairs, exclusive accesses, jumps by table.
static Instruction wide_several(unsigned first, unsigned second) {
    unsigned base = first & 15;
    bool is_load = first & 0x10, updates = first & 0x20;
    if (!(first & 0x40)) return multiple(is_load, base, second, updates);
    bool is_pair = (first & 0x100) || updates;
    if (is_pair) {
        Instruction one = {.address = bit(base), .count = 2, .updates = updates ? bit(base) : 0};
        uint32_t pair = bit(second >> 12) | bit(second >> 8 & 15);
        one.kind = is_load ? KIND_LOAD_PAIR : KIND_STORE_PAIR;
        if (is_load) one.writes = pair;
        else one.late = pair;
        return one;
    }
    if ((first & 0x80) && is_load && (second & 0xE0) == 0) {
        Instruction one = branch(KIND_TABLE_BRANCH, 0, false);
        one.address = bit(base) | bit(second & 15);
        return one;
    }
    Instruction one = of(KIND_EXCLUSIVE, bit(base), bit(is_load ? second >> 12 : second >> 8 & 15));
    one.address = bit(base);
    return one;
}

// Where one of sixteen computations puts its result: nowhere, where it only sets flags.
static Instruction wide_computed(unsigned first, unsigned second, uint32_t reads) {
    unsigned operation = first >> 5 & 15, base = first & 15, result = second >> 8 & 15;
    bool sets_flags = first & 0x10, is_move = (operation == 2 || operation == 3) && base == 15;
    if (!is_move) reads |= bit(base);
    if (operation == 10 || operation == 11) reads |= REGISTER_FLAGS; // ADC, SBC
    Instruction one = of(KIND_DATA, reads, bit(result));
    if (sets_flags) one.writes |= REGISTER_FLAGS;
    return one;
}

// 1111 00 with a number.
static Instruction wide_number(unsigned first, unsigned second) {
    if (!(first & 0x200)) return wide_computed(first, second, 0);
    unsigned base = first & 15, result = second >> 8 & 15, operation = first >> 4 & 31;
    switch (operation) {
    case 4: return of(KIND_DATA, 0, bit(result)); // MOVW
    case 12: return of(KIND_DATA, bit(result), bit(result)); // MOVT
    case 22: return of(KIND_PACKED, bit(result) | bit(base), bit(result)); // BFI
    case 0: case 10: return of(KIND_DATA, bit(base), bit(result));
    default: return of(KIND_PACKED, bit(base), bit(result)); // saturation, SBFX, UBFX
    }
}

// The loops of Armv8.1-M lie among the branches: DLS, WLS, LE, and VCTP.
static Instruction wide_loop(unsigned first, unsigned second) {
    unsigned source = first & 15;
    if ((second & 0xF800) == 0xE800) return of(KIND_VECTOR_CONTROL, bit(source), 0);
    if ((second & 0xF000) == 0xE000) {
        Instruction one = of(KIND_LOOP_START, bit(source), bit(14));
        return one;
    }
    if (source == 15) return branch(KIND_LOOP_END, 0, true);
    Instruction one = branch(KIND_LOOP_START, bit(source), false);
    one.writes = bit(14);
    return one;
}

// 1111 0 with a one on top of the second half: branches and what rules the core.
static Instruction wide_branch(unsigned first, unsigned second) {
    bool is_backward = first & 0x400;
    switch (second & 0xD000) {
    case 0x8000:
        if ((first >> 6 & 15) < 14) return branch(KIND_BRANCH_IF, REGISTER_FLAGS, is_backward);
        if ((first & 0xFFF0) == 0xF3A0 && (second & 0xF700) == 0x8000) return of(KIND_HINT, 0, 0);
        return of(KIND_SYSTEM, 0, (first & 0xFFE0) == 0xF3E0 ? bit(second >> 8 & 15) : 0);
    case 0x9000: return branch(KIND_BRANCH, 0, is_backward);
    case 0xC000: return wide_loop(first, second);
    default: {
        Instruction one = branch(KIND_CALL, 0, is_backward);
        one.writes = bit(14);
        return one;
    }
    }
}

// 1111 100: one register from or to memory.
static Instruction wide_memory(unsigned first, unsigned second) {
    unsigned base = first & 15, value = second >> 12;
    bool is_load = first & 0x10, is_word = (first & 0x60) == 0x40;
    bool is_indexed = base != 15 && !(first & 0x80) && !(second & 0xFC0);
    bool updates = base != 15 && !(first & 0x80) && (second & 0x900) == 0x900;
    uint32_t address = bit(base) | (is_indexed ? bit(second & 15) : 0);
    Instruction one;
    if (!is_load) one = store(is_indexed ? KIND_STORE_INDEXED : KIND_STORE, value, address);
    else if (value == 15 && !is_word) one = of(KIND_HINT, 0, 0); // PLD
    else one = load(is_word ? KIND_LOAD : KIND_LOAD_PART, value, address);
    if (updates) one.updates = bit(base);
    return one;
}

// 1111 1010: shifts by registers, and sums of parts of words.
static Instruction wide_registers(unsigned first, unsigned second) {
    uint32_t reads = bit(first & 15) | bit(second & 15), result = bit(second >> 8 & 15);
    bool is_shift = !(first & 0x80) && !(second & 0xF0);
    Instruction one = of(is_shift ? KIND_DATA : KIND_PACKED, reads, result);
    if (is_shift && (first & 0x10)) one.writes |= REGISTER_FLAGS;
    return one;
}

// 1111 1011.
static Instruction wide_multiply(unsigned first, unsigned second) {
    uint32_t reads = bit(first & 15) | bit(second & 15), high = bit(second >> 8 & 15), low = bit(second >> 12);
    if (!(first & 0x80)) {
        Instruction one = of(low ? KIND_MULTIPLY_SUM : KIND_MULTIPLY, reads, high);
        one.late = low;
        return one;
    }
    unsigned operation = first >> 4 & 7;
    if (operation == 1 || operation == 3) return of(KIND_DIVIDE, reads, high);
    Instruction one = of(operation >= 4 ? KIND_MULTIPLY_LONG_SUM : KIND_MULTIPLY_LONG, reads, high | low);
    if (operation >= 4) one.late = high | low;
    return one;
}

static Instruction wide(unsigned first, unsigned second) {
    switch (first >> 9 & 15) {
    case 4: return wide_several(first, second); // E8, E9
    case 5: return wide_computed(first, second, bit(second & 15)); // EA, EB
    case 6: case 7: case 14: case 15: return thumb_decode_coprocessor((uint16_t)first, (uint16_t)second);
    case 8: case 9: case 10: case 11: // F0 to F7
        return second & 0x8000 ? wide_branch(first, second) : wide_number(first, second);
    case 12: return wide_memory(first, second); // F8, F9
    case 13: return first & 0x100 ? wide_multiply(first, second) : wide_registers(first, second);
    default: return of(KIND_SYSTEM, 0, 0);
    }
}

unsigned thumb_conditional_count(uint16_t first) {
    if ((first & 0xFF00) != 0xBF00 || !(first & 15)) return 0;
    return 4 - (unsigned)__builtin_ctz(first & 15);
}

Instruction thumb_decode(uint16_t first, uint16_t second, bool is_conditional) {
    bool is_wide = thumb_is_wide(first);
    Instruction one = is_wide ? wide(first, second) : narrow(first);
    one.size = is_wide ? 4 : 2;
    one.reads |= one.late;
    if (is_conditional) {
        // Short forms leave the flags alone there, but for comparisons, and keep the result where they are skipped.
        if (!is_wide && (one.writes & ~(uint32_t)REGISTER_FLAGS)) one.writes &= ~(uint32_t)REGISTER_FLAGS;
        one.reads |= REGISTER_FLAGS;
    }
    return one;
}
