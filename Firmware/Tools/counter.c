// A plug-in for QEMU's translator: executed instructions, the cycles that they are estimated to take on a core, and what RAM was used, of each
// region between two marks.
//
// Firmware marks a region with two hints that no core defines (mark_of, and board.h); the n-th region to end is the n-th line of the report:
//
//     REGION INSTRUCTIONS CYCLES LOWEST-STACK-ADDRESS LOWEST-STORE HIGHEST-STORE [ARENA-LOWEST ARENA-HIGHEST ARENA STATE STACK STRAY]
//
// where stores into the stack count for the lowest stack address only. With arena= there follow the lowest and the highest store into it, how many
// bytes of it, of other RAM and of the stack were written at all, and the address of a store elsewhere (0: none). With layers=, whose
// lines `INDEX LOW HIGH` say where functions lie (the second address is behind the last), there follow lines
// `layer REGION INDEX INSTRUCTIONS CYCLES`: of each index's functions and of what they call. The last line, `total INSTRUCTIONS CYCLES`,
// is the whole run. Instructions are counted; cycles are estimated by the core's table (timing.h says with what left out), not measured.
//
// Arguments: out=FILE, core=m4 (m0plus, m3, m7, m33, m55, esp32c3, hazard3), stack=LOW:HIGH, ram=LOW:HIGH, arena=LOW:HIGH (addresses), layers=FILE.
//
// The plug-in interface, version 1 (QEMU 6 to 8), is declared here, because distributions ship the emulator without its header.
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riscv.h"
#include "thumb.h"
#include "timing.h"

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

enum { NO_REGISTERS = 0, STORES_ONLY = 2, ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, void *), void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int, void *);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int, void *, uint64_t);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*)(unsigned, void *), int, void *);
void qemu_plugin_register_vcpu_mem_cb(
    struct qemu_plugin_insn *, void (*)(unsigned, qemu_plugin_meminfo_t, uint64_t, void *), int, int, void *);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t);

EXPORT int qemu_plugin_version = 1;

static FILE *report;
static uint64_t executed;

// Estimated cycles beyond one for each executed instruction. It wraps around where instructions start in pairs; cycles() does not.
static uint64_t beyond;
static const Timing *timing;

static uint64_t cycles(void) { return executed + beyond; }

static uint64_t stack_low, stack_high, ram_low, ram_high, arena_low, arena_high;

// Which bytes of RAM the region has written.
static uint8_t *touched;

// Functions whose instructions are counted, those of what they call included.
enum { MOST_LAYERS = 1024, MOST_FUNCTIONS = 4096 };
static struct {
    uint64_t low, high;
    unsigned index;
} functions[MOST_FUNCTIONS];
static unsigned function_count, layer_count, layer;
static uint64_t layer_since, layer_executed[MOST_LAYERS];
static uint64_t layer_cycles_since, layer_cycles[MOST_LAYERS];

// A translated block: where it lies, what comes on top where a branch goes to it, what where the core goes on behind it, and the layer
// that begins with it.
typedef struct {
    uint64_t low, high;
    unsigned entry;
    TimingExit exit;
    unsigned layer;
    bool begins_layer;
} Block;
static const Block *last_block;
// The branch that the core remembers (timing_leave).
static uint64_t remembered;

static struct {
    bool is_open;
    unsigned number;
    uint64_t start, cycles_start, stack, lowest, highest, arena_lowest, arena_highest, stray;
} region;

static void switch_layer(unsigned to) {
    layer_executed[layer] += executed - layer_since;
    layer_cycles[layer] += cycles() - layer_cycles_since;
    layer_since = executed;
    layer_cycles_since = cycles();
    layer = to;
}

// A block comes behind another: the branch between them, if it was one, has been taken or not.
static void entered(unsigned core, void *data) {
    (void)core;
    const Block *block = data;
    if (last_block) {
        const bool is_taken = block->low != last_block->high;
        beyond += timing_leave(last_block->exit, is_taken, last_block->high, &remembered) + (is_taken ? block->entry : 0);
    }
    last_block = block;
    if (block->begins_layer) switch_layer(block->layer);
}

static void begin(unsigned core, void *unused) {
    (void)core, (void)unused;
    region.is_open = true;
    region.start = executed;
    region.cycles_start = cycles();
    region.stack = stack_high;
    region.lowest = region.arena_lowest = UINT64_MAX;
    region.highest = region.arena_highest = region.stray = 0;
    if (touched) memset(touched, 0, ram_high - ram_low);
    memset(layer_executed, 0, sizeof layer_executed);
    memset(layer_cycles, 0, sizeof layer_cycles);
    layer = 0;
    layer_since = executed;
    layer_cycles_since = cycles();
}

static uint64_t touched_bytes(uint64_t low, uint64_t high) {
    uint64_t count = 0;
    for (uint64_t address = low; address < high; address++) count += touched[address - ram_low];
    return count;
}

static void report_memory(void) {
    uint64_t arena = touched_bytes(arena_low, arena_high), stack = touched_bytes(stack_low, stack_high);
    fprintf(
        report, " 0x%" PRIx64 " 0x%" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " 0x%" PRIx64, arena ? region.arena_lowest : 0,
        region.arena_highest, arena, touched_bytes(ram_low, ram_high) - arena - stack, stack, region.stray);
}

static void end(unsigned core, void *unused) {
    (void)core, (void)unused;
    if (!region.is_open) return;
    region.is_open = false;
    bool stored = region.lowest != UINT64_MAX;
    // The closing mark itself was counted on its way in.
    fprintf(
        report, "%u %" PRIu64 " %" PRIu64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64, region.number, executed - region.start - 1,
        cycles() - region.cycles_start - 1, region.stack, stored ? region.lowest : 0, region.highest);
    if (touched) report_memory();
    fputc('\n', report);
    switch_layer(0);
    for (unsigned index = 0; index < layer_count; index++)
        fprintf(
            report, "layer %u %u %" PRIu64 " %" PRIu64 "\n", region.number, index, layer_executed[index], layer_cycles[index]);
    region.number++;
}

static void stored(unsigned core, qemu_plugin_meminfo_t access, uint64_t address, void *unused) {
    (void)core, (void)unused;
    // The emulator calls for some loads as well.
    if (!region.is_open || !qemu_plugin_mem_is_store(access)) return;
    uint64_t last = address + (1u << qemu_plugin_mem_size_shift(access)) - 1;
    if (touched) {
        if (address < ram_low || last >= ram_high) {
            region.stray = address;
        } else {
            memset(touched + (address - ram_low), 1, last - address + 1);
        }
    }
    if (address >= stack_low && address < stack_high) {
        if (address < region.stack) region.stack = address;
        return;
    }
    if (address < region.lowest) region.lowest = address;
    if (last > region.highest) region.highest = last;
    if (address < arena_low || address >= arena_high) return;
    if (address < region.arena_lowest) region.arena_lowest = address;
    if (last > region.arena_highest) region.arena_highest = last;
}

static void read_halves(const struct qemu_plugin_insn *instruction, uint16_t halves[2]) {
    size_t size = qemu_plugin_insn_size(instruction);
    halves[1] = 0;
    memcpy(halves, qemu_plugin_insn_data(instruction), size < 4 ? size : 4);
}

// - conditional: how many of the next instructions IT is for.
static Instruction decode(const uint16_t halves[2], unsigned *conditional) {
    if (timing->set == SET_RISCV) return riscv_decode(halves[0], halves[1]);
    Instruction one = thumb_decode(halves[0], halves[1], *conditional > 0);
    *conditional = *conditional ? *conditional - 1 : thumb_conditional_count(halves[0]);
    return one;
}

// Estimates a block; returns for each instruction its cycles.
static unsigned *estimate(struct qemu_plugin_tb *tb, size_t count, Block *block) {
    Instruction *code = calloc(count, sizeof *code);
    unsigned *each = calloc(count, sizeof *each);
    if (!code || !each) abort();
    unsigned conditional = 0;
    block->low = block->high = qemu_plugin_tb_vaddr(tb);
    for (size_t index = 0; index < count; index++) {
        uint16_t halves[2];
        read_halves(qemu_plugin_tb_get_insn(tb, index), halves);
        code[index] = decode(halves, &conditional);
        // Not the emulator's size: it has another halfword in it where it looked at what comes behind the page.
        block->high += code[index].size;
    }
    if (count && code[0].size == 4 && block->low % 4) block->entry = timing->misaligned_target;
    block->exit = timing_block(timing, code, count, each);
    free(code);
    return each;
}

// 1 and 2 for the marks of a region's begin and end (board.h), else 0.
static int mark_of(uint32_t code) {
    switch (code) {
    case 0x8060F3AF: return timing->set == SET_THUMB ? 1 : 0; // NOP.W {96}
    case 0x8061F3AF: return timing->set == SET_THUMB ? 2 : 0;
    case 0x06002013: return timing->set == SET_RISCV ? 1 : 0; // SLTI x0, x0, 96
    case 0x06102013: return timing->set == SET_RISCV ? 2 : 0;
    default: return 0;
    }
}

static void mark(struct qemu_plugin_insn *instruction) {
    if (qemu_plugin_insn_size(instruction) != 4) return;
    uint16_t halves[2];
    read_halves(instruction, halves);
    const int which = mark_of(halves[0] | (uint32_t)halves[1] << 16);
    if (which == 1) qemu_plugin_register_vcpu_insn_exec_cb(instruction, begin, NO_REGISTERS, NULL);
    if (which == 2) qemu_plugin_register_vcpu_insn_exec_cb(instruction, end, NO_REGISTERS, NULL);
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    const size_t count = qemu_plugin_tb_n_insns(tb);
    // The emulator may run a block as long as it lives: none is given back.
    Block *block = calloc(1, sizeof *block);
    if (!block) abort();
    unsigned *each = estimate(tb, count, block);
    for (unsigned index = 0; index < function_count; index++) {
        if (block->low < functions[index].low || block->low >= functions[index].high) continue;
        block->begins_layer = true;
        block->layer = functions[index].index;
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, entered, NO_REGISTERS, block);
    for (size_t index = 0; index < count; index++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, index);
        qemu_plugin_register_vcpu_insn_exec_inline(instruction, ADD_U64, &executed, 1);
        if (each[index] != 1)
            qemu_plugin_register_vcpu_insn_exec_inline(instruction, ADD_U64, &beyond, (uint64_t)each[index] - 1);
        qemu_plugin_register_vcpu_mem_cb(instruction, stored, NO_REGISTERS, STORES_ONLY, NULL);
        mark(instruction);
    }
    free(each);
}

static void finish(qemu_plugin_id_t id, void *unused) {
    (void)id, (void)unused;
    fprintf(report, "total %" PRIu64 " %" PRIu64 "\n", executed, cycles());
    fclose(report);
}

static void read_range(const char *text, uint64_t *low, uint64_t *high) {
    char *rest = NULL;
    *low = strtoull(text, &rest, 0);
    if (*rest == ':') *high = strtoull(rest + 1, NULL, 0);
}

static bool read_layers(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return false;
    unsigned index;
    uint64_t low, high;
    while (function_count < MOST_FUNCTIONS && fscanf(file, "%u 0x%" SCNx64 " 0x%" SCNx64, &index, &low, &high) == 3) {
        if (index >= MOST_LAYERS) continue;
        functions[function_count].low = low, functions[function_count].high = high;
        functions[function_count++].index = index;
        if (index >= layer_count) layer_count = index + 1;
    }
    fclose(file);
    return true;
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int count, char **arguments) {
    (void)info;
    for (int index = 0; index < count; index++) {
        const char *argument = arguments[index], *value = strchr(argument, '=');
        if (!value++) continue;
        if (!strncmp(argument, "out=", 4)) report = fopen(value, "w");
        if (!strncmp(argument, "core=", 5)) timing = timing_of(value);
        if (!strncmp(argument, "stack=", 6)) read_range(value, &stack_low, &stack_high);
        if (!strncmp(argument, "ram=", 4)) read_range(value, &ram_low, &ram_high);
        if (!strncmp(argument, "arena=", 6)) read_range(value, &arena_low, &arena_high);
        if (!strncmp(argument, "layers=", 7) && !read_layers(value)) {
            fprintf(stderr, "counter: cannot read %s\n", value);
            return 1;
        }
    }
    if (!timing) {
        fprintf(stderr, "counter: name the core whose cycles are estimated: core=m0plus, m3, m4, m7, m33, m55, esp32c3 or hazard3\n");
        return 1;
    }
    if (!report) {
        fprintf(stderr, "counter: cannot write the report; name a writable file with out=FILE\n");
        return 1;
    }
    if (ram_high > ram_low && ram_high - ram_low <= 64 << 20 && arena_low >= ram_low && arena_high <= ram_high &&
        stack_low >= ram_low && stack_high <= ram_high)
        touched = calloc(ram_high - ram_low, 1);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
