/// What the shim's files share: handles to tensors, and the place where C++ exceptions stop.
#pragma once

#include "ctorch.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <exception>
#include <utility>

namespace sapool {

/// Keeps the first line of a libtorch message for `ct_last_error`: what follows is a C++ stack.
void remember(const char *message);

inline at::Tensor &unwrap(ct_tensor tensor) { return *reinterpret_cast<at::Tensor *>(tensor); }

inline ct_tensor wrap(at::Tensor tensor) {
    if (!tensor.defined()) return nullptr;
    return reinterpret_cast<ct_tensor>(new at::Tensor(std::move(tensor)));
}

/// Runs `body`; a C++ exception becomes `failure` and a message.
template <typename Result, typename Body>
Result guarded(Result failure, Body &&body) noexcept {
    try {
        return body();
    } catch (const c10::Error &error) {
        remember(error.what_without_backtrace());
    } catch (const std::exception &error) {
        remember(error.what());
    } catch (...) {
        remember("unknown C++ exception");
    }
    return failure;
}

}  // namespace sapool
