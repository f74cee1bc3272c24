/// Which vector instructions the project's own kernels use.
///
/// A kernel is compiled once an instruction set, each time in a source file of its own; at run time one is chosen for
/// all kernels.
#pragma once

namespace sapool {

enum class InstructionSet {
    /// The baseline of the target: SSE2 on x86-64, NEON on Arm.
    portable,
    avx2,
    avx512,
};

/// The one in use: the best that this processor and `ATEN_CPU_CAPABILITY` allow, unless another was chosen.
InstructionSet instructionSet();

/// What an instruction set has to offer, by the one in use.
template <typename Kernels>
const Kernels &chosen(const Kernels &portable, const Kernels *avx2, const Kernels *avx512) {
    switch (instructionSet()) {
        case InstructionSet::avx512: return avx512 ? *avx512 : portable;
        case InstructionSet::avx2: return avx2 ? *avx2 : portable;
        case InstructionSet::portable: break;
    }
    return portable;
}

}  // namespace sapool
