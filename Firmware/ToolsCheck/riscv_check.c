// RISC-V's decoder and tables, on instructions that were assembled by hand, with cycles that were counted by hand.
#include "check.h"
#include "riscv.h"
#include "timing.h"

enum { A0 = 1 << 10, A1 = 1 << 11, A2 = 1 << 12, RA = 1 << 1, SP = 1 << 2, A5 = 1 << 15 };

// MARK: - Kinds and registers

static const struct {
    uint32_t code;
    InstructionKind kind;
    uint32_t address, reads, writes;
    const char *text;
} kinds[] = {
    {0x00C58533, KIND_DATA, 0, A1 | A2, A0, "add a0, a1, a2"},
    {0xFFF58513, KIND_DATA, 0, A1, A0, "addi a0, a1, -1"},
    {0x4035D513, KIND_DATA, 0, A1, A0, "srai a0, a1, 3"},
    {0x06002013, KIND_DATA, 0, 0, 0, "slti x0, x0, 96: the plug-in's mark"},
    {0x00001537, KIND_DATA, 0, 0, A0, "lui a0, 1"},
    {0x00001517, KIND_DATA, 0, 0, A0, "auipc a0, 1"},
    {0x02C58533, KIND_MULTIPLY, 0, A1 | A2, A0, "mul a0, a1, a2"},
    {0x02C5B533, KIND_MULTIPLY_LONG, 0, A1 | A2, A0, "mulhu a0, a1, a2"},
    {0x02C5C533, KIND_DIVIDE, 0, A1 | A2, A0, "div a0, a1, a2"},
    {0x02C5F533, KIND_DIVIDE, 0, A1 | A2, A0, "remu a0, a1, a2"},
    {0x0045A503, KIND_LOAD, A1, 0, A0, "lw a0, 4(a1)"},
    {0x0045C503, KIND_LOAD_PART, A1, 0, A0, "lbu a0, 4(a1)"},
    {0x00459503, KIND_LOAD_PART, A1, 0, A0, "lh a0, 4(a1)"},
    {0x00A5A223, KIND_STORE, A1, A0, 0, "sw a0, 4(a1)"},
    {0x00A58223, KIND_STORE, A1, A0, 0, "sb a0, 4(a1)"},
    {0xFEB50CE3, KIND_BRANCH_IF, 0, A0 | A1, 0, "beq a0, a1, .-8"},
    {0x00B56463, KIND_BRANCH_IF, 0, A0 | A1, 0, "bltu a0, a1, .+8"},
    {0xFF9FF06F, KIND_BRANCH, 0, 0, 0, "j .-8"},
    {0x008000EF, KIND_CALL, 0, 0, RA, "jal .+8"},
    {0x00008067, KIND_BRANCH_TO, 0, RA, 0, "ret"},
    {0x0FF0000F, KIND_HINT, 0, 0, 0, "fence"},
    {0xB0002573, KIND_SYSTEM, 0, 0, A0, "csrr a0, mcycle"},
    {0x30045073, KIND_SYSTEM, 0, 0, 0, "csrwi mstatus, 8"},
    {0x00000073, KIND_SYSTEM, 0, 0, 0, "ecall"},
    {0x00B6252F, KIND_EXCLUSIVE, A2, A1, A0, "amoadd.w a0, a1, (a2)"},
    {0x1006252F, KIND_EXCLUSIVE, A2, 0, A0, "lr.w a0, (a2)"},
    {0x20C5A533, KIND_DATA, 0, A1 | A2, A0, "sh1add a0, a1, a2"},
    {0x40C5F533, KIND_DATA, 0, A1 | A2, A0, "andn a0, a1, a2"},
    {0x28C59533, KIND_DATA, 0, A1 | A2, A0, "bset a0, a1, a2"},
    {0x4835D513, KIND_DATA, 0, A1, A0, "bexti a0, a1, 3"},
    {0x0AC5C533, KIND_PACKED, 0, A1 | A2, A0, "min a0, a1, a2"},
    {0x60459513, KIND_PACKED, 0, A1, A0, "sext.b a0, a1"},
    {0x0805C533, KIND_PACKED, 0, A1, A0, "zext.h a0, a1"},
    {0x6985D513, KIND_PACKED, 0, A1, A0, "rev8 a0, a1"},
    {0x2875D513, KIND_PACKED, 0, A1, A0, "orc.b a0, a1"},
    {0x6035D513, KIND_PACKED, 0, A1, A0, "rori a0, a1, 3"},
    {0x60C5D533, KIND_PACKED, 0, A1 | A2, A0, "ror a0, a1, a2"},
    {0x60059513, KIND_PACKED, 0, A1, A0, "clz a0, a1"},
    {0x0808, KIND_DATA, 0, SP, A0, "c.addi4spn a0, sp, 16"},
    {0x41C8, KIND_LOAD, A1, 0, A0, "c.lw a0, 4(a1)"},
    {0xC1C8, KIND_STORE, A1, A0, 0, "c.sw a0, 4(a1)"},
    {0x0001, KIND_DATA, 0, 0, 0, "c.nop"},
    {0x157D, KIND_DATA, 0, A0, A0, "c.addi a0, -1"},
    {0x3FE5, KIND_CALL, 0, 0, RA, "c.jal .-8"},
    {0x4505, KIND_DATA, 0, 0, A0, "c.li a0, 1"},
    {0x6505, KIND_DATA, 0, 0, A0, "c.lui a0, 1"},
    {0x6121, KIND_DATA, 0, SP, SP, "c.addi16sp sp, 64"},
    {0x8105, KIND_DATA, 0, A0, A0, "c.srli a0, 1"},
    {0x8905, KIND_DATA, 0, A0, A0, "c.andi a0, 1"},
    {0x8D0D, KIND_DATA, 0, A0 | A1, A0, "c.sub a0, a1"},
    {0xBFE5, KIND_BRANCH, 0, 0, 0, "c.j .-8"},
    {0xDD65, KIND_BRANCH_IF, 0, A0, 0, "c.beqz a0, .-8"},
    {0xE501, KIND_BRANCH_IF, 0, A0, 0, "c.bnez a0, .+8"},
    {0x0506, KIND_DATA, 0, A0, A0, "c.slli a0, 1"},
    {0x4512, KIND_LOAD, SP, 0, A0, "c.lwsp a0, 4(sp)"},
    {0xC22A, KIND_STORE, SP, A0, 0, "c.swsp a0, 4(sp)"},
    {0x8082, KIND_BRANCH_TO, 0, RA, 0, "c.jr ra"},
    {0x9782, KIND_BRANCH_TO, 0, A5, RA, "c.jalr a5"},
    {0x852E, KIND_DATA, 0, A1, A0, "c.mv a0, a1"},
    {0x952E, KIND_DATA, 0, A0 | A1, A0, "c.add a0, a1"},
    {0x9002, KIND_SYSTEM, 0, 0, 0, "c.ebreak"},
    {0x0000, KIND_SYSTEM, 0, 0, 0, "c.unimp"},
};

static Instruction decode(uint32_t code) { return riscv_decode((uint16_t)code, (uint16_t)(code >> 16)); }

static void check_kinds(void) {
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
        Instruction one = decode(kinds[index].code);
        expect(one.kind, kinds[index].kind, "kind", kinds[index].text);
        expect(one.address, kinds[index].address, "address", kinds[index].text);
        expect(one.reads, kinds[index].reads, "registers read", kinds[index].text);
        expect(one.writes, kinds[index].writes, "registers written", kinds[index].text);
        const bool is_compressed = kinds[index].text[0] == 'c' && kinds[index].text[1] == '.';
        expect(one.size, is_compressed ? 2 : 4, "bytes", kinds[index].text);
        const bool branches = one.kind >= KIND_BRANCH && one.kind <= KIND_BRANCH_TO;
        expect(one.branches, branches, "whether it branches", kinds[index].text);
        expect(one.late, one.kind == KIND_STORE ? one.reads : 0, "what is wanted late", kinds[index].text);
    }
    const uint32_t backward[] = {0xFEB50CE3, 0xFF9FF06F, 0x3FE5, 0xBFE5, 0xDD65}, forward[] = {0x00B56463, 0x008000EF, 0xE501};
    for (size_t index = 0; index < sizeof backward / sizeof backward[0]; index++)
        expect(decode(backward[index]).is_backward, 1, "direction", "a branch back");
    for (size_t index = 0; index < sizeof forward / sizeof forward[0]; index++)
        expect(decode(forward[index]).is_backward, 0, "direction", "a branch forward");
}

// MARK: - Blocks

enum { MOST = 6 };

// A block's instructions, a 0 behind them; its cycles, and what comes on top where the last branch is taken.
static const struct {
    const char *core, *what;
    uint32_t code[MOST];
    unsigned cycles, taken;
} blocks[] = {
    {"hazard3", "two computations: 1 + 1", {0x952E, 0x852E}, 2, 0},
    {"hazard3", "a load and its use: 1 + 1 + 1", {0x41C8, 0x952E}, 3, 0},
    {"hazard3", "a load and what does not use it: 1 + 1", {0x41C8, 0x85B2}, 2, 0},
    {"hazard3", "a load and the store of it: 1 + 1", {0x41C8, 0xC22A}, 2, 0},
    {"hazard3", "a load and a load at that address: 1 + 1 + 1", {0x418C, 0x41C8}, 3, 0},
    {"hazard3", "a product and its use: 1 + 1", {0x02C58533, 0x952E}, 2, 0},
    {"hazard3", "a division: 18", {0x02C5C533}, 18, 0},
    {"hazard3", "j: 2", {0xBFE5}, 1, 1},
    {"hazard3", "ret: 2", {0x8082}, 1, 1},
    {"hazard3", "a branch: 1, or 2", {0xE501}, 1, 1},
    {"esp32c3", "a load and its use: 1 + 1 + 1", {0x41C8, 0x952E}, 3, 0},
    {"esp32c3", "a load and the store of it: 1 + 1", {0x41C8, 0xC22A}, 2, 0},
    {"esp32c3", "j: 2", {0xBFE5}, 1, 1},
    {"esp32c3", "jal: 2", {0x3FE5}, 1, 1},
    {"esp32c3", "ret: 3", {0x8082}, 1, 2},
    {"esp32c3", "a branch: 1, or 3", {0xDD65}, 1, 2},
    {"esp32c3", "a division: 33", {0x02C5C533}, 33, 0},
};

static unsigned estimate(const Timing *timing, const uint32_t *words, size_t most, TimingExit *exit) {
    Instruction code[MOST];
    unsigned each[MOST], sum = 0;
    size_t count = 0;
    for (; count < most && words[count]; count++) code[count] = decode(words[count]);
    *exit = timing_block(timing, code, count, each);
    for (size_t one = 0; one < count; one++) sum += each[one];
    return sum;
}

static void check_blocks(void) {
    for (size_t index = 0; index < sizeof blocks / sizeof blocks[0]; index++) {
        const Timing *timing = timing_of(blocks[index].core);
        if (!timing) {
            expect(0, 1, blocks[index].core, "has no table");
            continue;
        }
        TimingExit exit;
        expect(estimate(timing, blocks[index].code, MOST, &exit), blocks[index].cycles, blocks[index].core, blocks[index].what);
        expect(exit.taken, blocks[index].taken, blocks[index].core, "on top of it if its branch is taken");
        expect(exit.fell_through, 0, blocks[index].core, "on top of it if its branch is not taken");
    }
}

// The copy of ten bytes of the RP2350 datasheet, section 3.8.7.10, and its 52 cycles.
static void check_prediction(void) {
    const uint32_t loop[] = {0x00054683, 0x00D58023, 0x0505, 0x0585, 0xFEC5EAE3};
    const uint64_t behind = 0x20000010;
    const Timing *timing = timing_of("hazard3");
    if (!timing) return;
    TimingExit exit;
    uint64_t remembered = 0;
    unsigned cycles = 0;
    for (int byte = 0; byte < 10; byte++) {
        cycles += estimate(timing, loop, sizeof loop / sizeof loop[0], &exit);
        cycles += timing_leave(exit, byte < 9, behind, &remembered);
    }
    expect(cycles, 52, "hazard3", "the datasheet's copy of ten bytes");
    expect(remembered, 0, "hazard3", "what it remembers behind the loop");
    expect(timing_leave(exit, false, behind, &remembered), 0, "hazard3", "a branch back that falls through at once");
    expect(timing_leave(exit, true, behind, &remembered), 1, "hazard3", "a branch back that is taken for the first time");
    expect(timing_leave(exit, true, behind + 64, &remembered), 1, "hazard3", "another one behind it");
    expect(timing_leave(exit, true, behind, &remembered), 1, "hazard3", "the first again, which is forgotten");
    expect(timing_leave(exit, true, behind, &remembered), 0, "hazard3", "and again");
}

// Of any code something is made, with registers that there are.
static void check_all(void) {
    const Timing *timing = timing_of("esp32c3");
    for (uint32_t first = 0; timing && first < 0x10000; first++) {
        const uint32_t code = first | (first * 40503u) << 16;
        Instruction one = decode(code);
        unsigned cycles = 0;
        timing_block(timing, &one, 1, &cycles);
        if (one.kind >= KINDS || (one.reads | one.writes | one.address) & 1 || !cycles || cycles > 33)
            expect(first, 0, "riscv", "this is decoded to nonsense");
    }
}

void check_riscv(void) {
    check_kinds();
    check_blocks();
    check_prediction();
    check_all();
}
