#pragma once

#include <ATen/core/Tensor.h>

namespace sapool {

/// The numbers of a float32 tensor, for reading.
///
/// Not `const_data_ptr<float>()`: libtorch is built by GCC, and for that template of PyTorch 2.11 clang asks for a symbol
/// by another name.
inline const float *floats(const at::Tensor &tensor) {
    TORCH_CHECK(tensor.scalar_type() == at::kFloat, "takes float32, given ", tensor.scalar_type());
    return static_cast<const float *>(tensor.const_data_ptr());
}

}  // namespace sapool
