#pragma once

#include "ctorch_distributed.h"

#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>

namespace sapool {

inline c10::intrusive_ptr<c10d::ProcessGroup> &unwrap(ct_group group) {
    return *reinterpret_cast<c10::intrusive_ptr<c10d::ProcessGroup> *>(group);
}

}  // namespace sapool
