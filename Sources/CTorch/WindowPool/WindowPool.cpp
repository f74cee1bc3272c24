/// The operator `sapool::window_pool` and its derivative.
///
///     sapool::window_pool(Tensor map, Tensor logits, int[2] kernel, int[2] stride, int[2] padding, bool normalised,
///                         bool sigmoid, float factor, bool exponential) -> (Tensor output, Tensor sums)
///
/// Pools a map `[B, C, H, W]` by weights made from logits `[B, C, h, w]` (h ≤ H, w ≤ W), float32, on the processor, in
/// memory of any layout. `output` is `[B, C, H', W']` in the map's memory format; `sums` are the windows' sums of
/// weights, empty where the pooling is not normalised, and not differentiable.
#include "Kernels.h"
#include "../Support/Floats.h"
#include "../Support/InstructionSets.h"
#include "../Support/Threads.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <tuple>

namespace sapool::pooling {
namespace {

/// Those of the instruction set in use.
const Kernels &kernels() {
#ifdef __x86_64__
    return chosen(portable, &avx2, &avx512);
#else
    return portable;
#endif
}

// MARK: Checks

Problem checked(
    const at::Tensor &map, const at::Tensor &logits, at::IntArrayRef kernel, at::IntArrayRef stride,
    at::IntArrayRef padding, bool normalised, const WeightingOptions &weighting
) {
    for (const auto &tensor : {map, logits}) {
        TORCH_CHECK(tensor.dim() == 4, "takes tensors [batch, channels, rows, columns], given ", tensor.sizes());
        TORCH_CHECK(tensor.is_cpu() && tensor.layout() == at::kStrided, "takes dense tensors on the CPU");
        TORCH_CHECK(tensor.scalar_type() == at::kFloat, "takes float32, given ", tensor.scalar_type());
    }
    TORCH_CHECK(
        map.size(0) == logits.size(0) && map.size(1) == logits.size(1), "the map ", map.sizes(), " and the logits ",
        logits.sizes(), " do not fit together");
    TORCH_CHECK(
        kernel.size() == 2 && stride.size() == 2 && padding.size() == 2,
        "takes a kernel, a stride and a padding of two sides each");
    for (int i = 0; i < 2; i++) {
        const int64_t lines = map.size(2 + i), cells = logits.size(2 + i);
        TORCH_CHECK(
            cells >= 1 && cells <= lines, "the logits ", logits.sizes(), " do not fit the map ", map.sizes());
        TORCH_CHECK(
            kernel[i] >= 1 && stride[i] >= 1 && padding[i] >= 0 && padding[i] <= kernel[i] / 2
                && lines + 2 * padding[i] >= kernel[i],
            "a window of ", kernel, ", stride ", stride, ", padding ", padding, " does not fit the map ", map.sizes());
    }
    const auto axis = [&](int i) {
        return Axis(map.size(2 + i), logits.size(2 + i), kernel[i], stride[i], padding[i]);
    };
    return {.batch = map.size(0), .channels = map.size(1), .rows = axis(0), .columns = axis(1),
            .isNormalised = normalised, .weighting = weighting};
}

Map<const float> reading(const at::Tensor &tensor) {
    if (tensor.numel() == 0) return {};
    return {floats(tensor), tensor.stride(0), tensor.stride(1), tensor.stride(2), tensor.stride(3)};
}

Map<float> writing(const at::Tensor &tensor) {
    if (tensor.numel() == 0) return {};
    return {tensor.mutable_data_ptr<float>(), tensor.stride(0), tensor.stride(1), tensor.stride(2), tensor.stride(3)};
}

// MARK: The operators on the processor

std::tuple<at::Tensor, at::Tensor> windowPool(
    const at::Tensor &map, const at::Tensor &logits, at::IntArrayRef kernel, at::IntArrayRef stride,
    at::IntArrayRef padding, bool normalised, bool sigmoid, double factor, bool exponential
) {
    const Problem problem = checked(
        map, logits, kernel, stride, padding, normalised, {sigmoid, static_cast<float>(factor), exponential});
    const auto options = map.options().memory_format(map.suggest_memory_format());
    const at::Tensor output =
        at::empty({problem.batch, problem.channels, problem.rows.windows, problem.columns.windows}, options);
    const at::Tensor sums = normalised ? at::empty_like(output) : at::empty({0}, map.options());
    forgetThreads();
    if (output.numel() > 0) {
        kernels().forward(
            problem, {.map = reading(map), .logits = reading(logits), .output = writing(output),
                      .sums = normalised ? writing(sums) : Map<float>{}});
    }
    return {output, sums};
}

std::tuple<at::Tensor, at::Tensor> windowPoolBackward(
    const at::Tensor &gradient, const at::Tensor &map, const at::Tensor &logits, const at::Tensor &output,
    const at::Tensor &sums, at::IntArrayRef kernel, at::IntArrayRef stride, at::IntArrayRef padding, bool normalised,
    bool sigmoid, double factor, bool exponential
) {
    const Problem problem = checked(
        map, logits, kernel, stride, padding, normalised, {sigmoid, static_cast<float>(factor), exponential});
    const std::vector<int64_t> shape{
        problem.batch, problem.channels, problem.rows.windows, problem.columns.windows};
    for (const auto &tensor : {gradient, output}) {
        TORCH_CHECK(
            tensor.sizes() == shape && tensor.scalar_type() == at::kFloat && tensor.is_cpu(),
            "takes the output and its gradient in the shape ", shape, ", given ", tensor.sizes());
    }
    TORCH_CHECK(
        !normalised || (sums.sizes() == shape && sums.scalar_type() == at::kFloat && sums.is_cpu()),
        "takes the sums that the forward pass returned, given ", sums.sizes());
    if (gradient.numel() == 0) return {at::zeros_like(map), at::zeros_like(logits)};
    const at::Tensor mapGradient = at::empty_like(map), logitsGradient = at::empty_like(logits);
    forgetThreads();
    kernels().backward(
        problem,
        {.map = reading(map), .logits = reading(logits), .output = reading(output),
         .sums = normalised ? reading(sums) : reading(output), .outputGradient = reading(gradient),
         .mapGradient = writing(mapGradient), .logitsGradient = writing(logitsGradient)});
    return {mapGradient, logitsGradient};
}

// MARK: Autograd

const auto &forwardOperator() {
    static const auto found =
        c10::Dispatcher::singleton().findSchemaOrThrow("sapool::window_pool", "").typed<decltype(windowPool)>();
    return found;
}

const auto &backwardOperator() {
    static const auto found = c10::Dispatcher::singleton()
                                  .findSchemaOrThrow("sapool::window_pool_backward", "")
                                  .typed<decltype(windowPoolBackward)>();
    return found;
}

/// Saves the map, the logits, the output and the sums; the backward pass computes the weights again.
struct WindowPool : torch::autograd::Function<WindowPool> {
    static torch::autograd::variable_list forward(
        torch::autograd::AutogradContext *context, const at::Tensor &map, const at::Tensor &logits,
        at::IntArrayRef kernel, at::IntArrayRef stride, at::IntArrayRef padding, bool normalised, bool sigmoid,
        double factor, bool exponential
    ) {
        const at::AutoDispatchBelowADInplaceOrView below;
        auto [output, sums] = forwardOperator().call(
            map, logits, kernel, stride, padding, normalised, sigmoid, factor, exponential);
        context->save_for_backward({map, logits, output, sums});
        context->saved_data["kernel"] = kernel.vec();
        context->saved_data["stride"] = stride.vec();
        context->saved_data["padding"] = padding.vec();
        context->saved_data["normalised"] = normalised;
        context->saved_data["sigmoid"] = sigmoid;
        context->saved_data["factor"] = factor;
        context->saved_data["exponential"] = exponential;
        context->mark_non_differentiable({sums});
        return {output, sums};
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients
    ) {
        const auto saved = context->get_saved_variables();
        auto &data = context->saved_data;
        auto [map, logits] = backwardOperator().call(
            gradients[0], saved[0], saved[1], saved[2], saved[3], data["kernel"].toIntVector(),
            data["stride"].toIntVector(), data["padding"].toIntVector(), data["normalised"].toBool(),
            data["sigmoid"].toBool(), data["factor"].toDouble(), data["exponential"].toBool());
        return {map, logits, {}, {}, {}, {}, {}, {}, {}};
    }
};

std::tuple<at::Tensor, at::Tensor> differentiable(
    const at::Tensor &map, const at::Tensor &logits, at::IntArrayRef kernel, at::IntArrayRef stride,
    at::IntArrayRef padding, bool normalised, bool sigmoid, double factor, bool exponential
) {
    const auto results =
        WindowPool::apply(map, logits, kernel, stride, padding, normalised, sigmoid, factor, exponential);
    return {results[0], results[1]};
}

TORCH_LIBRARY_FRAGMENT(sapool, library) {
    library.def(
        "window_pool(Tensor map, Tensor logits, int[2] kernel, int[2] stride, int[2] padding, bool normalised, bool "
        "sigmoid, float factor, bool exponential) -> (Tensor output, Tensor sums)");
    library.def(
        "window_pool_backward(Tensor gradient, Tensor map, Tensor logits, Tensor output, Tensor sums, int[2] kernel, "
        "int[2] stride, int[2] padding, bool normalised, bool sigmoid, float factor, bool exponential) -> (Tensor "
        "map_gradient, Tensor logits_gradient)");
}

TORCH_LIBRARY_IMPL(sapool, CPU, library) {
    library.impl("window_pool", windowPool);
    library.impl("window_pool_backward", windowPoolBackward);
}

TORCH_LIBRARY_IMPL(sapool, Autograd, library) {
    library.impl("window_pool", differentiable);
    library.impl("window_pool_backward", torch::autograd::autogradNotImplementedFallback());
}

}  // namespace
}  // namespace sapool::pooling
