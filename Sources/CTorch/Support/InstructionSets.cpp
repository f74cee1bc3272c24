#include "InstructionSets.h"
#include "ctorch.h"

#include <ATen/Version.h>

#include <atomic>
#include <cstring>
#include <string>
#include <vector>

namespace sapool {
namespace {

/// libtorch's words, as `at::get_cpu_capability` writes them.
const char *nameOf(InstructionSet set) {
    switch (set) {
        case InstructionSet::avx512: return "AVX512";
        case InstructionSet::avx2: return "AVX2";
        case InstructionSet::portable: break;
    }
    return "DEFAULT";
}

/// Those this processor can run, best first. libtorch has asked the processor and `ATEN_CPU_CAPABILITY` already.
std::vector<InstructionSet> usable() {
    using enum InstructionSet;
#ifdef __x86_64__
    const std::string capability = at::get_cpu_capability();
    if (capability == nameOf(avx512)) return {avx512, avx2, portable};
    if (capability == nameOf(avx2)) return {avx2, portable};
#endif
    return {portable};
}

std::atomic<InstructionSet> &current() {
    static std::atomic<InstructionSet> set{usable().front()};
    return set;
}

}  // namespace

InstructionSet instructionSet() { return current().load(); }

}  // namespace sapool

extern "C" {

const char *ct_kernel_instructions(void) { return sapool::nameOf(sapool::instructionSet()); }

bool ct_use_kernel_instructions(const char *name) {
    for (const auto set : sapool::usable()) {
        if (std::strcmp(sapool::nameOf(set), name) != 0) continue;
        sapool::current().store(set);
        return true;
    }
    return false;
}

}  // extern "C"
