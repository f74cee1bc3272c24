#include "Group.h"

#include "../Support/Bridge.h"
#include "Listening.h"

// The wheel's c10d has Gloo everywhere, and NCCL in builds for CUDA, which alone hold the first of these headers.
#define USE_C10D_GLOO
#if __has_include(<c10/cuda/impl/cuda_cmake_macros.h>) && __has_include(<nccl.h>) && __has_include(<cuda_runtime_api.h>)
#define USE_C10D_NCCL
#endif

#include <c10/util/Logging.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <cstdlib>
#include <sstream>
#include <string>

namespace {

using sapool::guarded;
using sapool::unwrap;
using sapool::wrap;
using Gloo = c10d::ProcessGroupGloo;

/// The network interfaces to use: those of GLOO_SOCKET_IFNAME, as with PyTorch; else the one of `address`; else the one that this
/// machine's name belongs to.
std::vector<std::shared_ptr<gloo::transport::Device>> devices(const char *address) {
    if (const char *names = std::getenv("GLOO_SOCKET_IFNAME"); names && *names) {
        std::vector<std::shared_ptr<gloo::transport::Device>> list;
        std::istringstream stream(names);
        for (std::string name; std::getline(stream, name, ',');) list.push_back(Gloo::createDeviceForInterface(name));
        return list;
    }
    return {address ? Gloo::createDeviceForHostname(address) : Gloo::createDefaultDevice()};
}

/// c10d writes what it also throws to standard error, stacks and all. What it throws is enough, unless TORCH_CPP_LOG_LEVEL asks for more.
void quietenLog() {
    setenv("TORCH_CPP_LOG_LEVEL", "FATAL", /*overwrite=*/0);
    c10::initLogging();
}

c10::intrusive_ptr<c10d::Store> meetingPoint(const ct_group_options &options, std::chrono::milliseconds timeout) {
    c10d::TCPStoreOptions settings;
    settings.port = static_cast<uint16_t>(options.port);
    settings.isServer = options.hosts_store;
    // Joining the group waits for the ranks itself; the store need not count them.
    settings.waitWorkers = false;
    settings.timeout = timeout;
    if (options.hosts_store) {
        // Left to itself the store listens on every interface. An address for the others means that all ranks are on this machine.
        const int socket = sapool::boundSocket(options.host, settings.port, options.address != nullptr);
        if (socket >= 0) settings.masterListenFd = socket;
    }
    auto store = c10::make_intrusive<c10d::TCPStore>(options.host, settings);
    auto prefixed = c10::make_intrusive<c10d::PrefixStore>(options.prefix, std::move(store));
    prefixed->setTimeout(timeout);
    return prefixed;
}

void addCUDA(
    c10d::ProcessGroup &group, const c10::intrusive_ptr<c10d::Store> &store, const ct_group_options &options,
    std::chrono::milliseconds timeout) {
#ifdef USE_C10D_NCCL
    auto settings = c10d::ProcessGroupNCCL::Options::create();
    settings->timeout = timeout;
    auto backend = c10::make_intrusive<c10d::ProcessGroupNCCL>(
        c10::make_intrusive<c10d::PrefixStore>("cuda/", store), options.rank, options.size, settings);
    group.setBackend(c10::DeviceType::CUDA, c10d::ProcessGroup::BackendType::NCCL, {backend});
#else
    TORCH_CHECK(false, "this build has no NCCL, which joins CUDA devices");
#endif
}

/// y = Σ over ranks of x; each rank's x then gets the sum of all ranks' gradients of y.
struct SumOverRanks : torch::autograd::Function<SumOverRanks> {
    static at::Tensor sum(const at::Tensor &x, const c10::intrusive_ptr<c10d::ProcessGroup> &group) {
        std::vector<at::Tensor> tensors{x.detach().clone(at::MemoryFormat::Contiguous)};
        group->allreduce(tensors)->wait();
        return tensors[0];
    }

    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const c10::intrusive_ptr<c10d::ProcessGroup> &group) {
        context->saved_data["group"] = group;
        return sum(x, group);
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        return {sum(gradients[0], context->saved_data["group"].toCustomClass<c10d::ProcessGroup>()), at::Tensor()};
    }
};

}  // namespace

extern "C" {

ct_group ct_group_join(const ct_group_options *options) {
    return guarded<ct_group>(nullptr, [&] {
        quietenLog();
        const auto timeout = std::chrono::milliseconds(static_cast<int64_t>(options->timeout * 1000));
        const auto store = meetingPoint(*options, timeout);
        auto settings = Gloo::Options::create(timeout);
        settings->devices = devices(options->address);
        auto backend = c10::make_intrusive<Gloo>(
            c10::make_intrusive<c10d::PrefixStore>("cpu/", store), options->rank, options->size, settings);
        auto group = c10::make_intrusive<c10d::ProcessGroup>(store, options->rank, options->size);
        group->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
        group->setBackend(c10::DeviceType::CPU, c10d::ProcessGroup::BackendType::GLOO, {backend});
        if (options->uses_cuda) addCUDA(*group, store, *options, timeout);
        return reinterpret_cast<ct_group>(new c10::intrusive_ptr<c10d::ProcessGroup>(std::move(group)));
    });
}

void ct_group_leave(ct_group group) {
    guarded(-1, [&] {
        delete &unwrap(group);
        return 0;
    });
}

int ct_group_sum(ct_group group, ct_tensor tensor) {
    return guarded(-1, [&] {
        std::vector<at::Tensor> tensors{unwrap(tensor).detach()};
        unwrap(group)->allreduce(tensors)->wait();
        return 0;
    });
}

int ct_group_broadcast(ct_group group, ct_tensor tensor, int root) {
    return guarded(-1, [&] {
        std::vector<at::Tensor> tensors{unwrap(tensor).detach()};
        c10d::BroadcastOptions options;
        options.rootRank = root;
        unwrap(group)->broadcast(tensors, options)->wait();
        return 0;
    });
}

ct_tensor ct_group_summed(ct_group group, ct_tensor tensor) {
    return guarded<ct_tensor>(nullptr, [&] { return wrap(SumOverRanks::apply(unwrap(tensor), unwrap(group))); });
}

}  // extern "C"
