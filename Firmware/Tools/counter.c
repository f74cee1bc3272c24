// A plug-in for QEMU's translator: executed instructions, and what RAM was used, of each region between two marks.
//
// Firmware marks a region with two hints that no core defines (see board.h); the n-th region to end is the n-th line of the report:
//
//     REGION-NUMBER INSTRUCTIONS LOWEST-STACK-ADDRESS LOWEST-STORE HIGHEST-STORE
//
// where stores into the stack count for the third number only, and the last line, `total INSTRUCTIONS`, is the whole run. These
// are instructions, not cycles. Arguments: out=FILE, stack=LOW:HIGH (addresses of the stack).
//
// The plug-in interface, version 1 (QEMU 6 to 8), is declared here, because distributions ship the emulator without its header.
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *, int, void *, uint64_t);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*)(unsigned, void *), int, void *);
void qemu_plugin_register_vcpu_mem_cb(
    struct qemu_plugin_insn *, void (*)(unsigned, qemu_plugin_meminfo_t, uint64_t, void *), int, int, void *);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t);

EXPORT int qemu_plugin_version = 1;

// The marks as the two halfwords of a 32-bit instruction.
static const uint16_t mark_prefix = 0xF3AF, mark_begin = 0x8060, mark_end = 0x8061;

static FILE *report;
static uint64_t executed;
static uint64_t stack_low, stack_high;

static struct {
    bool is_open;
    unsigned number;
    uint64_t start, stack, lowest, highest;
} region;

static void begin(unsigned core, void *unused) {
    (void)core, (void)unused;
    region.is_open = true;
    region.start = executed;
    region.stack = stack_high;
    region.lowest = UINT64_MAX;
    region.highest = 0;
}

static void end(unsigned core, void *unused) {
    (void)core, (void)unused;
    if (!region.is_open) return;
    region.is_open = false;
    bool stored = region.lowest != UINT64_MAX;
    // The closing mark itself was counted on its way in.
    fprintf(
        report, "%u %" PRIu64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 "\n", region.number++, executed - region.start - 1,
        region.stack, stored ? region.lowest : 0, region.highest);
}

static void stored(unsigned core, qemu_plugin_meminfo_t access, uint64_t address, void *unused) {
    (void)core, (void)unused;
    if (!region.is_open) return;
    if (address >= stack_low && address < stack_high) {
        if (address < region.stack) region.stack = address;
        return;
    }
    uint64_t last = address + (1u << qemu_plugin_mem_size_shift(access)) - 1;
    if (address < region.lowest) region.lowest = address;
    if (last > region.highest) region.highest = last;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block) {
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t index = 0; index < count; index++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, index);
        qemu_plugin_register_vcpu_insn_exec_inline(instruction, ADD_U64, &executed, 1);
        qemu_plugin_register_vcpu_mem_cb(instruction, stored, NO_REGISTERS, STORES_ONLY, NULL);
        if (qemu_plugin_insn_size(instruction) != 4) continue;
        uint16_t halves[2];
        memcpy(halves, qemu_plugin_insn_data(instruction), sizeof halves);
        if (halves[0] != mark_prefix) continue;
        if (halves[1] == mark_begin) qemu_plugin_register_vcpu_insn_exec_cb(instruction, begin, NO_REGISTERS, NULL);
        if (halves[1] == mark_end) qemu_plugin_register_vcpu_insn_exec_cb(instruction, end, NO_REGISTERS, NULL);
    }
}

static void finish(qemu_plugin_id_t id, void *unused) {
    (void)id, (void)unused;
    fprintf(report, "total %" PRIu64 "\n", executed);
    fclose(report);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int count, char **arguments) {
    (void)info;
    for (int index = 0; index < count; index++) {
        if (!strncmp(arguments[index], "out=", 4)) report = fopen(arguments[index] + 4, "w");
        if (!strncmp(arguments[index], "stack=", 6)) {
            char *rest = NULL;
            stack_low = strtoull(arguments[index] + 6, &rest, 0);
            if (*rest == ':') stack_high = strtoull(rest + 1, NULL, 0);
        }
    }
    if (!report) {
        fprintf(stderr, "counter: cannot write the report; name a writable file with out=FILE\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
