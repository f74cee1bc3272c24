// Checks the plug-in's decoder and its tables on instructions that were assembled by hand, with cycles that were counted by hand.
//
//     clang -I../Tools cycles_check.c riscv_check.c ../Tools/thumb*.c ../Tools/riscv*.c ../Tools/timing.c && ./a.out
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "thumb.h"
#include "timing.h"

static unsigned failures;

void expect(unsigned long is, unsigned long should, const char *core, const char *what) {
    if (is == should) return;
    printf("%s: %s: %lu and not %lu\n", core, what, is, should);
    failures++;
}

// MARK: - Kinds

static const struct {
    uint16_t first, second;
    InstructionKind kind;
    unsigned count;
    const char *text;
} kinds[] = {
    {0x1840, 0, KIND_DATA, 0, "adds r0, r0, r1"},
    {0x4348, 0, KIND_MULTIPLY, 0, "muls r0, r1, r0"},
    {0x4770, 0, KIND_BRANCH_TO, 0, "bx lr"},
    {0x4680, 0, KIND_DATA, 0, "mov r8, r0"},
    {0x4687, 0, KIND_BRANCH_TO, 0, "mov pc, r0"},
    {0x4801, 0, KIND_LOAD, 1, "ldr r0, [pc, #4]"},
    {0x5642, 0, KIND_LOAD_PART, 1, "ldrsb r2, [r0, r1]"},
    {0x5442, 0, KIND_STORE_INDEXED, 1, "strb r2, [r0, r1]"},
    {0x6001, 0, KIND_STORE, 1, "str r1, [r0]"},
    {0x7801, 0, KIND_LOAD_PART, 1, "ldrb r1, [r0]"},
    {0x9801, 0, KIND_LOAD, 1, "ldr r0, [sp, #4]"},
    {0xB510, 0, KIND_STORE_MULTIPLE, 2, "push {r4, lr}"},
    {0xBDF0, 0, KIND_LOAD_MULTIPLE, 5, "pop {r4-r7, pc}"},
    {0xC80E, 0, KIND_LOAD_MULTIPLE, 3, "ldm r0!, {r1-r3}"},
    {0xB108, 0, KIND_BRANCH_IF, 0, "cbz r0, .+6"},
    {0xB2C0, 0, KIND_PACKED, 0, "uxtb r0, r0"},
    {0xBF00, 0, KIND_HINT, 0, "nop"},
    {0xBF08, 0, KIND_IF_THEN, 0, "it eq"},
    {0xD1FD, 0, KIND_BRANCH_IF, 0, "bne .-2"},
    {0xE7FD, 0, KIND_BRANCH, 0, "b .-2"},
    {0xE8BD, 0x8FF0, KIND_LOAD_MULTIPLE, 9, "pop.w {r4-r11, pc}"},
    {0xE9D0, 0x1200, KIND_LOAD_PAIR, 2, "ldrd r1, r2, [r0]"},
    {0xE8E0, 0x1202, KIND_STORE_PAIR, 2, "strd r1, r2, [r0], #8"},
    {0xE8D0, 0xF001, KIND_TABLE_BRANCH, 0, "tbb [r0, r1]"},
    {0xE850, 0x1F00, KIND_EXCLUSIVE, 0, "ldrex r1, [r0]"},
    {0xEB00, 0x0041, KIND_DATA, 0, "add.w r0, r0, r1, lsl #1"},
    {0xF240, 0x1001, KIND_DATA, 0, "movw r0, #257"},
    {0xF3C0, 0x0007, KIND_PACKED, 0, "ubfx r0, r0, #0, #8"},
    {0xF000, 0xF800, KIND_CALL, 0, "bl .+4"},
    {0xF47F, 0xAFFE, KIND_BRANCH_IF, 0, "bne.w ."},
    {0xF3AF, 0x8060, KIND_HINT, 0, "the plug-in's mark"},
    {0xF3BF, 0x8F4F, KIND_SYSTEM, 0, "dsb sy"},
    {0xF850, 0x1B04, KIND_LOAD, 1, "ldr r1, [r0], #4"},
    {0xF810, 0x1021, KIND_LOAD_PART, 1, "ldrb.w r1, [r0, r1, lsl #2]"},
    {0xF840, 0x1022, KIND_STORE_INDEXED, 1, "str.w r1, [r0, r2, lsl #2]"},
    {0xF890, 0xF000, KIND_HINT, 0, "pld [r0]"},
    {0xFA0F, 0xF080, KIND_PACKED, 0, "sxth.w r0, r0"},
    {0xFA00, 0xF001, KIND_DATA, 0, "lsl.w r0, r0, r1"},
    {0xFB21, 0x0002, KIND_MULTIPLY_SUM, 0, "smlad r0, r1, r2, r0"},
    {0xFB00, 0xF001, KIND_MULTIPLY, 0, "mul r0, r0, r1"},
    {0xFB80, 0x0102, KIND_MULTIPLY_LONG, 0, "smull r0, r1, r0, r2"},
    {0xFBC2, 0x0103, KIND_MULTIPLY_LONG_SUM, 0, "smlal r0, r1, r2, r3"},
    {0xFB91, 0xF0F2, KIND_DIVIDE, 0, "sdiv r0, r1, r2"},
    {0xED2D, 0x8B10, KIND_FLOAT_STORE_MULTIPLE, 16, "vpush {d8-d15}"},
    {0xED90, 0x0B00, KIND_FLOAT_LOAD, 2, "vldr d0, [r0]"},
    {0xEE30, 0x0A81, KIND_FLOAT, 0, "vadd.f32 s0, s1, s2"},
    {0xEEA0, 0x0A81, KIND_FLOAT_SUM, 0, "vfma.f32 s0, s1, s2"},
    {0xEEB1, 0x0AE0, KIND_FLOAT_DIVIDE, 0, "vsqrt.f32 s0, s1"},
    {0xEE00, 0x1A10, KIND_FLOAT_MOVE, 0, "vmov s0, r1"},
    {0xEC42, 0x1B10, KIND_FLOAT_MOVE_PAIR, 0, "vmov d0, r1, r2"},
    {0xF040, 0xE001, KIND_LOOP_START, 0, "dls lr, r0"},
    {0xF040, 0xC021, KIND_LOOP_START, 0, "wls lr, r0, .+64"},
    {0xF00F, 0xC021, KIND_LOOP_END, 0, "le lr, .-64"},
    {0xF01F, 0xC021, KIND_LOOP_END, 0, "letp lr, .-64"},
    {0xF000, 0xE801, KIND_VECTOR_CONTROL, 0, "vctp.8 r0"},
    {0xFE71, 0x0F4D, KIND_VECTOR_CONTROL, 0, "vpst"},
    {0xECB0, 0x1E10, KIND_VECTOR_LOAD, 0, "vldrb.u8 q0, [r0], #16"},
    {0xFC90, 0x2F44, KIND_VECTOR_LOAD, 0, "vldrw.u32 q1, [r0, q2]"},
    {0xED81, 0x0F00, KIND_VECTOR_STORE, 0, "vstrb.32 q0, [r1]"},
    {0xEF22, 0x0844, KIND_VECTOR_INTEGER, 0, "vadd.i32 q0, q1, q2"},
    {0xEF22, 0x0954, KIND_VECTOR_MULTIPLY, 0, "vmul.i32 q0, q1, q2"},
    {0xEF22, 0x0B44, KIND_VECTOR_MULTIPLY, 0, "vqdmulh.s32 q0, q1, q2"},
    {0xEEF2, 0x0E24, KIND_VECTOR_MULTIPLY, 0, "vmladava.s16 r0, q1, q2"},
    {0xEE23, 0x0F42, KIND_VECTOR_INTEGER, 0, "vadd.i32 q0, q1, r2"},
    {0xFE35, 0x0E83, KIND_VECTOR_INTEGER, 0, "vmovnb.i32 q0, q1"},
    {0xEEA8, 0x0F42, KIND_VECTOR_INTEGER, 0, "vmovlb.s8 q0, q1"},
    {0xFE03, 0x1E62, KIND_VECTOR_INTEGER, 0, "vbrsr.8 q0, q1, r2"},
    {0xEE23, 0x1E62, KIND_VECTOR_MULTIPLY, 0, "vmul.i32 q0, q1, r2"},
    {0xFE21, 0x1F03, KIND_VECTOR_MULTIPLY, 0, "vcmp.s32 gt, q0, q1"},
    {0xFFBB, 0x0642, KIND_VECTOR_MULTIPLY, 0, "vcvt.f32.s32 q0, q1"},
};

static void check_kinds(void) {
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
        Instruction one = thumb_decode(kinds[index].first, kinds[index].second, false);
        expect(one.kind, kinds[index].kind, "kind", kinds[index].text);
        if (kinds[index].count) expect(one.count, kinds[index].count, "registers", kinds[index].text);
        expect(one.size, kinds[index].first >= 0xE800 ? 4 : 2, "bytes", kinds[index].text);
    }
}

static void check_registers(void) {
    Instruction one = thumb_decode(0xF850, 0x1B04, false); // ldr r1, [r0], #4
    expect(one.address, 1, "registers", "the address of ldr r1, [r0], #4");
    expect(one.writes, 2, "registers", "what ldr r1, [r0], #4 loads");
    expect(one.updates, 1, "registers", "what ldr r1, [r0], #4 counts on");
    one = thumb_decode(0x1840, 0, false); // adds r0, r0, r1
    expect(one.reads, 3, "registers", "what adds r0, r0, r1 reads");
    expect(one.writes, 1 | REGISTER_FLAGS, "registers", "what adds r0, r0, r1 writes");
    one = thumb_decode(0x1840, 0, true); // add r0, r0, r1 behind IT
    expect(one.writes, 1, "registers", "what addeq r0, r0, r1 writes");
    one = thumb_decode(0xFBC2, 0x0103, false); // smlal r0, r1, r2, r3
    expect(one.late, 3, "registers", "to what smlal r0, r1, r2, r3 adds");
    expect(thumb_conditional_count(0xBF08), 1, "IT", "it eq");
    expect(thumb_conditional_count(0xBF06), 3, "IT", "itte eq");
    expect(thumb_conditional_count(0xBF01), 4, "IT", "itttt eq");
    expect(thumb_conditional_count(0xBF00), 0, "IT", "nop");
}

// MARK: - Blocks

enum { MOST = 8 };

// Halfwords of a block, a 0 behind them; its cycles, and what comes on top where the last branch is taken, and where it is not.
static const struct {
    const char *core, *what;
    uint16_t code[MOST];
    unsigned cycles, taken, fell_through;
} blocks[] = {
    {"m4", "two computations: 1 + 1", {0x1840, 0x1889}, 2, 0, 0},
    {"m4", "a load: 2", {0x6801}, 2, 0, 0},
    {"m4", "a load behind a load: 2 + 1", {0x6801, 0x6842}, 3, 0, 0},
    {"m4", "a load at an address that was loaded: 2 + 2", {0x6801, 0x680A}, 4, 0, 0},
    {"m4", "three loads, the last at an address that was loaded: 2 + 1 + 2", {0x6801, 0x6842, 0x6811}, 5, 0, 0},
    {"m4", "a load by a base that was counted on: 2 + 1", {0xF850, 0x1B04, 0xF850, 0x2B04}, 3, 0, 0},
    {"m4", "a load at a computed address: 1 + 1 + 2", {0x1840, 0x6801}, 4, 0, 0},
    {"m4", "a store at a number: 1", {0x6001}, 1, 0, 0},
    {"m4", "a store of what was computed: 1 + 1", {0x1849, 0x6001}, 2, 0, 0},
    {"m4", "an indexed store: 2", {0x5442}, 2, 0, 0},
    {"m4", "an indexed store behind a load: 2 + 1", {0x6804, 0x5442}, 3, 0, 0},
    {"m4", "a load behind a store: 1 + 2", {0x6001, 0x6802}, 3, 0, 0},
    {"m4", "ldm of three: 1 + 3", {0xC80E}, 4, 0, 0},
    {"m4", "push of two: 1 + 2", {0xB510}, 3, 0, 0},
    {"m4", "pop of five with pc: 1 + 5 + P", {0xBDF0}, 6, 2, 0},
    {"m4", "ldrd: 1 + 2", {0xE9D0, 0x1200}, 3, 0, 0},
    {"m4", "strd: 1 + 2", {0xE8E0, 0x1202}, 3, 0, 0},
    {"m4", "smlad, smlal: 1 + 1", {0xFB21, 0x0002, 0xFBC2, 0x0103}, 2, 0, 0},
    {"m4", "a division: 7", {0xFB91, 0xF0F2}, 7, 0, 0},
    {"m4", "a branch with a condition: 1, or 1 + P", {0xD1FD}, 1, 2, 0},
    {"m4", "b: 1 + P", {0xE7FD}, 1, 2, 0},
    {"m4", "bl: 1 + P", {0xF000, 0xF800}, 1, 2, 0},
    {"m4", "bx lr: 1 + P", {0x4770}, 1, 2, 0},
    {"m4", "tbb: 3 + P", {0xE8D0, 0xF001}, 3, 2, 0},
    {"m4", "it eq, moveq: 1 + 1", {0xBF08, 0x4608}, 2, 0, 0},
    {"m4", "vldr of a double: 1 + 2", {0xED90, 0x0B00}, 3, 0, 0},
    {"m4", "vfma: 3", {0xEEA0, 0x0A81}, 3, 0, 0},
    {"m3", "mul: 1", {0xFB00, 0xF001}, 1, 0, 0},
    {"m3", "mla: 2", {0xFB00, 0x3001}, 2, 0, 0},
    {"m3", "smull: 4", {0xFB80, 0x0102}, 4, 0, 0},
    {"m3", "smlal: 6", {0xFBC2, 0x0103}, 6, 0, 0},
    {"m3", "a load behind a load: 2 + 1", {0x6801, 0x6842}, 3, 0, 0},
    {"m3", "tbb: 3 + P", {0xE8D0, 0xF001}, 3, 2, 0},
    {"m0plus", "two computations: 1 + 1", {0x1840, 0x1889}, 2, 0, 0},
    {"m0plus", "a load behind a load: 2 + 2", {0x6801, 0x6842}, 4, 0, 0},
    {"m0plus", "a load at a computed address: 1 + 2", {0x1840, 0x6801}, 3, 0, 0},
    {"m0plus", "a store: 2", {0x6001}, 2, 0, 0},
    {"m0plus", "muls: 1", {0x4348}, 1, 0, 0},
    {"m0plus", "push of two: 1 + 2", {0xB510}, 3, 0, 0},
    {"m0plus", "pop of four: 1 + 4", {0xBCF0}, 5, 0, 0},
    {"m0plus", "pop of five with pc: 3 + 5", {0xBDF0}, 6, 2, 0},
    {"m0plus", "a branch with a condition: 1, or 2", {0xD1FD}, 1, 1, 0},
    {"m0plus", "b: 2", {0xE7FD}, 1, 1, 0},
    {"m0plus", "bl: 3", {0xF000, 0xF800}, 1, 2, 0},
    {"m0plus", "bx lr: 2", {0x4770}, 1, 1, 0},
    {"m0plus", "dsb: 3", {0xF3BF, 0x8F4F}, 3, 0, 0},
    {"m33", "as M4: a load behind a load", {0x6801, 0x6842}, 3, 0, 0},
    {"m7", "two independent computations: together", {0x1840, 0x1AD2}, 1, 0, 0},
    {"m7", "two dependent computations: 1 + 1", {0x1840, 0x1809}, 2, 0, 0},
    {"m7", "three independent computations: two and one", {0x1840, 0x1AD2, 0x1924}, 2, 0, 0},
    {"m7", "two loads: together", {0x6801, 0x6842}, 1, 0, 0},
    {"m7", "two stores: 1 + 1", {0x6001, 0x6042}, 2, 0, 0},
    {"m7", "two products: 1 + 1", {0xFB21, 0x0002, 0xFB25, 0x4406}, 2, 0, 0},
    {"m7", "two products in one sum: 1 + 1", {0xFB21, 0x0002, 0xFB25, 0x0006}, 2, 0, 0},
    {"m7", "a product and its use: 1 + 1 + 1", {0xFB21, 0x0002, 0x1841}, 3, 0, 0},
    {"m7", "a load and the next computation: 1 + 1", {0x6801, 0x1849}, 2, 0, 0},
    {"m7", "a load of a byte and the next computation: 1 + 1 + 1", {0x7801, 0x1849}, 3, 0, 0},
    {"m7", "a load at a computed address: 1 + 1 + 1", {0x1840, 0x6801}, 3, 0, 0},
    {"m7", "ldm of three: 1 + 2", {0xC80E}, 3, 0, 0},
    {"m7", "a branch back: foreseen as taken", {0xD1FD}, 1, 0, 6},
    {"m7", "a branch forward: foreseen as not taken", {0xD100}, 1, 6, 0},
    {"m7", "b: foreseen", {0xE7FD}, 1, 0, 0},
    {"m7", "bx lr: not foreseen", {0x4770}, 1, 6, 0},
    {"m55", "two sums of registers: 1 + 1", {0x1840, 0x1889}, 2, 0, 0},
    {"m55", "a sum of registers and one with a number: together", {0x1840, 0x3201}, 1, 0, 0},
    {"m55", "a load and its use: 1 + 1 + 1", {0x6801, 0x1849}, 3, 0, 0},
    {"m55", "two loads of vectors: the second waits for a beat", {0xED90, 0x1E80, 0xED92, 0x3E80}, 3, 0, 0},
    {"m55", "a load of a vector and a product of vectors: they overlap", {0xED90, 0x1E80, 0xEF22, 0x0954}, 2, 0, 0},
    {"m55", "a loop of a load and a product: two cycles a round", {0xED90, 0x1E80, 0xEF22, 0x0954, 0xF00F, 0xC021}, 2, 0, 0},
    {"m55", "a loop of two loads: four cycles a round", {0xED90, 0x1E80, 0xED92, 0x3E80, 0xF00F, 0xC021}, 4, 0, 0},
    {"m55", "a branch that is taken: 1 + 3", {0xD1FD}, 1, 3, 0},
};

static void check_blocks(void) {
    for (size_t index = 0; index < sizeof blocks / sizeof blocks[0]; index++) {
        const Timing *timing = timing_of(blocks[index].core);
        if (!timing) {
            expect(0, 1, blocks[index].core, "has no table");
            continue;
        }
        Instruction code[MOST];
        unsigned each[MOST], sum = 0, conditional = 0;
        size_t count = 0;
        for (size_t half = 0; half < MOST && blocks[index].code[half]; count++) {
            uint16_t first = blocks[index].code[half];
            code[count] = thumb_decode(first, half + 1 < MOST ? blocks[index].code[half + 1] : 0, conditional > 0);
            conditional = conditional ? conditional - 1 : thumb_conditional_count(first);
            half += code[count].size / 2;
        }
        TimingExit exit = timing_block(timing, code, count, each);
        for (size_t one = 0; one < count; one++) sum += each[one];
        expect(sum, blocks[index].cycles, blocks[index].core, blocks[index].what);
        expect(exit.taken, blocks[index].taken, blocks[index].core, "on top of it if its branch is taken");
        expect(exit.fell_through, blocks[index].fell_through, blocks[index].core, "on top of it if its branch is not taken");
    }
}

// MARK: - Tables

static void check_tables(void) {
    const char *cores[] = {"m0plus", "m3", "m4", "m7", "m33", "m55", "esp32c3", "hazard3"};
    for (size_t index = 0; index < sizeof cores / sizeof cores[0]; index++) {
        const Timing *timing = timing_of(cores[index]);
        if (!timing) {
            expect(0, 1, cores[index], "has no table");
            continue;
        }
        for (int kind = 0; kind < KINDS; kind++)
            if (!timing->rows[kind].source) expect((unsigned long)kind, KINDS, cores[index], "a row has no source");
        if (timing->set != SET_THUMB) continue;
        // Of any two halfwords something is made, with registers that there are.
        unsigned long sum = 0;
        for (unsigned first = 0; first < 0x10000; first++) {
            Instruction one = thumb_decode((uint16_t)first, (uint16_t)(first * 40503u), first & 1);
            unsigned cycles = 0;
            timing_block(timing, &one, 1, &cycles);
            sum += cycles;
            if (one.kind >= KINDS || (one.reads | one.writes | one.address | one.updates) >> 17 || cycles > 300)
                expect(first, 0, cores[index], "this is decoded to nonsense");
        }
        expect(sum > 0x10000, 1, cores[index], "all halfwords together");
    }
    // Cortex-M33 is modelled as Cortex-M4.
    const Timing *m4 = timing_of("m4"), *m33 = timing_of("m33");
    for (int kind = 0; m4 && m33 && kind < KINDS; kind++) {
        expect(m33->rows[kind].cycles, m4->rows[kind].cycles, "m33", "cycles of a kind are those of m4");
        expect(m33->rows[kind].address_wait, m4->rows[kind].address_wait, "m33", "addresses wait as on m4");
    }
    expect(timing_of("m5") == NULL, 1, "m5", "has no table");
}

int main(void) {
    check_kinds();
    check_registers();
    check_blocks();
    check_tables();
    check_riscv();
    if (failures) printf("%u of the checks on estimated cycles failed\n", failures);
    return failures ? 1 : 0;
}
