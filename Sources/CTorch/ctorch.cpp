#include "ctorch.h"

#include "Support/Bridge.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/autocast_mode.h>
#include <ATen/cpu/Utils.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/version.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace {

thread_local std::string last_error;

}  // namespace

void sapool::remember(const char *message) {
    last_error = message;
    const auto end = last_error.find("\nException raised from");
    if (end != std::string::npos) last_error.resize(end);
    while (!last_error.empty() && last_error.back() == '\n') last_error.pop_back();
}

using sapool::guarded;
using sapool::unwrap;
using sapool::wrap;

namespace {

c10::IValue box(const ct_value &value) {
    switch (value.kind) {
        case CT_NONE: return c10::IValue();
        case CT_TENSOR: return value.tensor ? c10::IValue(unwrap(value.tensor)) : c10::IValue();
        case CT_INT: return value.integer;
        case CT_DOUBLE: return value.real;
        case CT_BOOL: return value.integer != 0;
        case CT_INTS: return std::vector<int64_t>(value.integers, value.integers + value.count);
        case CT_BOOLS: {
            c10::List<bool> list;
            for (size_t i = 0; i < value.count; i++) list.push_back(value.integers[i] != 0);
            return list;
        }
        case CT_TENSORS: {
            c10::List<at::Tensor> list;
            list.reserve(value.count);
            for (size_t i = 0; i < value.count; i++) list.push_back(unwrap(value.tensors[i]));
            return list;
        }
        case CT_STRING: return std::string(value.string);
        case CT_NUMBERS: {
            c10::List<std::optional<at::Scalar>> list;
            for (size_t i = 0; i < value.count; i++) list.push_back(at::Scalar(value.reals[i]));
            return list;
        }
        case CT_DEVICE: return c10::Device(std::string(value.string));
    }
    return c10::IValue();
}

}  // namespace

extern "C" {

const char *ct_last_error(void) { return last_error.c_str(); }

ct_operator ct_find(const char *name, const char *overload) {
    return guarded<ct_operator>(nullptr, [&] {
        auto found = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
        return reinterpret_cast<ct_operator>(new c10::OperatorHandle(found));
    });
}

int ct_call(ct_operator operation, const ct_value *arguments, size_t count, ct_tensor *results, size_t capacity) {
    return guarded(-1, [&] {
        const auto &handle = *reinterpret_cast<c10::OperatorHandle *>(operation);
        const auto &schema = handle.schema();
        const auto &expected = schema.arguments();
        TORCH_CHECK(count <= expected.size(), "takes ", expected.size(), " arguments, given ", count);
        torch::jit::Stack stack;
        stack.reserve(std::max(expected.size(), schema.returns().size()));
        for (size_t i = 0; i < count; i++) stack.push_back(box(arguments[i]));
        for (size_t i = count; i < expected.size(); i++) {
            const auto &fallback = expected[i].default_value();
            TORCH_CHECK(fallback.has_value(), "misses its argument ", expected[i].name());
            stack.push_back(*fallback);
        }
        // Without gradients to record, the dispatcher's way through autograd would be for nothing.
        std::optional<at::AutoDispatchBelowAutograd> below;
        if (!c10::GradMode::is_enabled()) below.emplace();
        handle.callBoxed(stack);
        below.reset();

        size_t written = 0;
        const auto give = [&](const at::Tensor &tensor) {
            if (written < capacity) results[written] = wrap(tensor);
            written++;
        };
        for (const auto &value : stack) {
            if (value.isTensor()) {
                give(value.toTensor());
            } else if (value.isTensorList()) {
                for (const at::Tensor &tensor : value.toTensorVector()) give(tensor);
            }
        }
        return static_cast<int>(std::min(written, capacity));
    });
}

void ct_release(ct_tensor tensor) { delete reinterpret_cast<at::Tensor *>(tensor); }

ct_tensor ct_copy_in(const void *data, size_t bytes, const int64_t *shape, size_t rank, int dtype) {
    return guarded<ct_tensor>(nullptr, [&] {
        auto tensor = at::empty(at::IntArrayRef(shape, rank), static_cast<at::ScalarType>(dtype));
        TORCH_CHECK(tensor.nbytes() == bytes, "given ", bytes, " bytes for ", tensor.nbytes());
        if (bytes > 0) std::memcpy(tensor.mutable_data_ptr(), data, bytes);
        return wrap(tensor);
    });
}

ct_tensor ct_borrow(void *data, const int64_t *shape, size_t rank, int dtype, void (*release)(void *), void *context) {
    bool owned = false;
    auto result = guarded<ct_tensor>(nullptr, [&] {
        auto tensor = at::from_blob(
            data, at::IntArrayRef(shape, rank), [=](void *) { release(context); },
            at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
        owned = true;
        return wrap(tensor);
    });
    if (!owned) release(context);
    return result;
}

int ct_copy_out(ct_tensor tensor, void *data, size_t bytes) {
    return guarded(-1, [&] {
        const auto source = unwrap(tensor).detach().to(at::kCPU).contiguous();
        TORCH_CHECK(source.nbytes() == bytes, "holds ", source.nbytes(), " bytes, asked for ", bytes);
        if (bytes > 0) std::memcpy(data, source.const_data_ptr(), bytes);
        return 0;
    });
}

int ct_item(ct_tensor tensor, double *value) {
    return guarded(-1, [&] {
        *value = unwrap(tensor).item<double>();
        return 0;
    });
}

int64_t ct_rank(ct_tensor tensor) { return unwrap(tensor).dim(); }

void ct_shape(ct_tensor tensor, int64_t *shape) {
    const auto sizes = unwrap(tensor).sizes();
    std::copy(sizes.begin(), sizes.end(), shape);
}

void ct_strides(ct_tensor tensor, int64_t *strides) {
    const auto steps = unwrap(tensor).strides();
    std::copy(steps.begin(), steps.end(), strides);
}

int ct_dtype(ct_tensor tensor) { return static_cast<int>(unwrap(tensor).scalar_type()); }
bool ct_is_cpu(ct_tensor tensor) { return unwrap(tensor).is_cpu(); }

void ct_device(ct_tensor tensor, char *text, size_t capacity) {
    const std::string name = unwrap(tensor).device().str();
    std::strncpy(text, name.c_str(), capacity);
    if (capacity > 0) text[capacity - 1] = 0;
}

int64_t ct_changes(ct_tensor tensor) {
    return guarded<int64_t>(-1, [&] { return static_cast<int64_t>(unwrap(tensor)._version()); });
}

void ct_count_change(ct_tensor tensor) {
    guarded(-1, [&] {
        unwrap(tensor).unsafeGetTensorImpl()->bump_version();
        return 0;
    });
}

bool ct_shares_storage(ct_tensor a, ct_tensor b) { return unwrap(a).is_alias_of(unwrap(b)); }

bool ct_requires_grad(ct_tensor tensor) { return unwrap(tensor).requires_grad(); }

int ct_set_requires_grad(ct_tensor tensor, bool value) {
    return guarded(-1, [&] {
        unwrap(tensor).set_requires_grad(value);
        return 0;
    });
}

ct_tensor ct_grad(ct_tensor tensor) {
    return guarded<ct_tensor>(nullptr, [&] { return wrap(unwrap(tensor).grad()); });
}

void ct_clear_grad(ct_tensor tensor) {
    guarded(-1, [&] {
        unwrap(tensor).mutable_grad().reset();
        return 0;
    });
}

int ct_backward(ct_tensor tensor, ct_tensor gradient) {
    return guarded(-1, [&] {
        unwrap(tensor).backward(gradient ? unwrap(gradient) : at::Tensor());
        return 0;
    });
}

bool ct_grad_mode(void) { return c10::GradMode::is_enabled(); }
void ct_set_grad_mode(bool enabled) { c10::GradMode::set_enabled(enabled); }

void ct_seed(uint64_t seed) {
    guarded(-1, [&] {
        at::manual_seed(seed);
        return 0;
    });
}

int ct_threads(void) { return at::get_num_threads(); }
void ct_set_threads(int count) { at::set_num_threads(count); }

const char *ct_version(void) { return TORCH_VERSION; }

bool ct_has_onednn(void) {
    return guarded(false, [] { return at::globalContext().hasMKLDNN() && at::globalContext().userEnabledMkldnn(); });
}

bool ct_has_bfloat16(void) {
    return guarded(false, [] {
        const auto capabilities = at::cpu::get_cpu_capabilities();
        for (const char *name : {"avx512_bf16", "amx_bf16", "bf16", "arm_bf16"}) {
            const auto found = capabilities.find(name);
            if (found != capabilities.end() && found->second.isBool() && found->second.toBool()) return true;
        }
        return false;
    });
}

}  // extern "C"
