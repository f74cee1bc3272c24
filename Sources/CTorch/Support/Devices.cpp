/// Devices: whether they can be used, what they compute in, and how much memory they take.
#include "ctorch.h"

#include "Bridge.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/empty.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <cstdlib>
#include <string>

using sapool::guarded;

namespace {

using Statistic = c10::CachingAllocator::StatType;

/// The first of a kind where the name gives no number.
c10::Device numbered(const char *name) {
    const c10::Device device{std::string(name)};
    return device.is_cpu() || device.has_index() ? device : c10::Device(device.type(), 0);
}

}  // namespace

extern "C" {

bool ct_device_available(const char *name) {
    return guarded(false, [&] {
        const c10::Device device = numbered(name);
        // Asking libtorch for the number of devices would print a warning where there is none; this says why.
        if (!device.is_cpu()) at::empty({1}, at::TensorOptions().device(device));
        return true;
    });
}

int ct_synchronise(const char *name) {
    return guarded(-1, [&] {
        const c10::Device device = numbered(name);
        if (!device.is_cpu()) at::accelerator::synchronizeDevice(device.index());
        return 0;
    });
}

int64_t ct_peak_memory(const char *name) {
    return guarded<int64_t>(-1, [&]() -> int64_t {
        const c10::Device device = numbered(name);
        if (device.is_cpu()) return -1;
        const auto statistics = at::getDeviceAllocator(device.type())->getDeviceStats(device.index());
        return statistics.allocated_bytes[static_cast<size_t>(Statistic::AGGREGATE)].peak;
    });
}

bool ct_autocast(const char *name) {
    return guarded(false, [&] { return at::autocast::is_autocast_enabled(numbered(name).type()); });
}

void ct_set_autocast(const char *name, bool enabled, int dtype) {
    guarded(-1, [&] {
        const auto kind = numbered(name).type();
        if (enabled) at::autocast::set_autocast_dtype(kind, static_cast<at::ScalarType>(dtype));
        at::autocast::set_autocast_enabled(kind, enabled);
        if (!enabled) at::autocast::clear_cache();
        return 0;
    });
}

void ct_set_tf32(bool allowed) {
    guarded(-1, [&] {
        at::globalContext().setAllowTF32CuDNN(allowed);
        at::globalContext().setAllowTF32CuBLAS(allowed);
        return 0;
    });
}

void ct_set_deterministic(bool deterministic) {
    guarded(-1, [&] {
        auto &context = at::globalContext();
        // cuBLAS reads it when it is first used.
        if (deterministic) setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
        context.setBenchmarkCuDNN(!deterministic);
        context.setDeterministicCuDNN(deterministic);
        context.setDeterministicAlgorithms(deterministic, /*warn_only=*/true);
        // It would fill all new memory first, which nothing here reads before it is written.
        context.setDeterministicFillUninitializedMemory(false);
        return 0;
    });
}

}  // extern "C"
