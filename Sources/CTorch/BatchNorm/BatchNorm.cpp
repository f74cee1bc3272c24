/// The operator `sapool::batch_norm` and its derivative.
///
///     sapool::batch_norm(Tensor x, Tensor weight, Tensor bias, float epsilon, float lowest, float highest)
///         -> (Tensor output, Tensor mean, Tensor variance)
///
/// Normalises `[B, C, H, W]`, float32, channels-last, on the processor, by the mean and (biased) variance of each channel,
/// and clamps the result: to 0 … ∞ for a ReLU, to 0 … 6 for a ReLU6, to −∞ … ∞ for none. Mean and variance, `[C]`, are
/// returned for running statistics; they are not differentiable.
#include "Kernels.h"
#include "../Support/Floats.h"
#include "../Support/InstructionSets.h"
#include "../Support/Threads.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <tuple>

namespace sapool::normalisation {
namespace {

/// Those of the instruction set in use.
const Kernels &kernels() {
#ifdef __x86_64__
    return chosen(portable, &avx2, &avx512);
#else
    return portable;
#endif
}

/// A channel's scale and shift: y = x·scale + shift.
struct Affine {
    std::vector<float> scale, shift;

    Affine(const float *mean, const float *variance, const float *weight, const float *bias, double epsilon, int64_t count)
        : scale(count), shift(count) {
        for (int64_t c = 0; c < count; c++) {
            const double gain = weight[c] / std::sqrt(variance[c] + epsilon);
            scale[c] = static_cast<float>(gain);
            shift[c] = static_cast<float>(bias[c] - mean[c] * gain);
        }
    }

    Transform clamped(double lowest, double highest) const {
        return {scale.data(), shift.data(), static_cast<float>(lowest), static_cast<float>(highest)};
    }
};

Matrix checked(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias) {
    TORCH_CHECK(x.dim() == 4, "takes a map [batch, channels, rows, columns], given ", x.sizes());
    TORCH_CHECK(
        x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(at::MemoryFormat::ChannelsLast),
        "takes a float32 map in channels-last memory on the CPU");
    for (const auto &tensor : {weight, bias}) {
        TORCH_CHECK(
            tensor.dim() == 1 && tensor.size(0) == x.size(1) && tensor.scalar_type() == at::kFloat && tensor.is_cpu()
                && tensor.is_contiguous(),
            "takes a weight and a bias of ", x.size(1), " numbers, given ", tensor.sizes());
    }
    TORCH_CHECK(x.numel() > x.size(1), "takes more than one value a channel, given ", x.sizes());
    return {x.numel() / x.size(1), x.size(1)};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> batchNorm(
    const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, double epsilon, double lowest, double highest
) {
    const Matrix matrix = checked(x, weight, bias);
    const at::Tensor output = at::empty_like(x);
    const at::Tensor mean = at::empty({matrix.channels}, x.options()), variance = at::empty_like(mean);
    const float *const values = floats(x);
    float *const means = mean.mutable_data_ptr<float>(), *const variances = variance.mutable_data_ptr<float>();
    std::vector<double> sums(matrix.channels), squares(matrix.channels);
    forgetThreads();
    kernels().moments(matrix, values, sums.data(), squares.data());
    for (int64_t c = 0; c < matrix.channels; c++) {
        // Sums are those of the distances to the first row: close to the mean, so that little cancels.
        const double distance = sums[c] / matrix.rows, square = squares[c] / matrix.rows - distance * distance;
        means[c] = static_cast<float>(values[c] + distance);
        variances[c] = static_cast<float>(square < 0 ? 0 : square);
    }
    const Affine affine(
        means, variances, floats(weight), floats(bias), epsilon, matrix.channels);
    kernels().transform(matrix, values, affine.clamped(lowest, highest), output.mutable_data_ptr<float>());
    return {output, mean, variance};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> batchNormBackward(
    const at::Tensor &gradient, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
    const at::Tensor &mean, const at::Tensor &variance, double epsilon, double lowest, double highest
) {
    const Matrix matrix = checked(x, weight, bias);
    TORCH_CHECK(
        gradient.sizes() == x.sizes() && gradient.scalar_type() == at::kFloat && gradient.is_cpu(),
        "takes a gradient of the shape ", x.sizes(), ", given ", gradient.sizes());
    TORCH_CHECK(
        mean.numel() == matrix.channels && variance.numel() == matrix.channels && mean.is_contiguous()
            && variance.is_contiguous(),
        "takes the mean and the variance that the forward pass returned");
    const at::Tensor incoming = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor xGradient = at::empty_like(x);
    const at::Tensor weightGradient = at::empty({matrix.channels}, x.options()), biasGradient = at::empty_like(weightGradient);
    const float *const values = floats(x), *const gradients = floats(incoming);
    const float *const means = floats(mean), *const variances = floats(variance);
    const Affine affine(
        means, variances, floats(weight), floats(bias), epsilon, matrix.channels);
    const Transform transform = affine.clamped(lowest, highest);
    std::vector<double> sums(matrix.channels), products(matrix.channels);
    forgetThreads();
    kernels().gradientSums(matrix, values, gradients, transform, means, sums.data(), products.data());

    // dx = a·(g − Σg/n − (x − μ)/σ²·Σg(x − μ)/n), as g·a + x·factor + offset.
    std::vector<float> factor(matrix.channels), offset(matrix.channels);
    for (int64_t c = 0; c < matrix.channels; c++) {
        const double inverse = 1 / std::sqrt(variances[c] + epsilon);
        const double slope = -affine.scale[c] * inverse * inverse * products[c] / matrix.rows;
        factor[c] = static_cast<float>(slope);
        offset[c] = static_cast<float>(-affine.scale[c] * sums[c] / matrix.rows - slope * means[c]);
        weightGradient.mutable_data_ptr<float>()[c] = static_cast<float>(products[c] * inverse);
        biasGradient.mutable_data_ptr<float>()[c] = static_cast<float>(sums[c]);
    }
    kernels().differentiate(
        matrix, values, gradients, transform, factor.data(), offset.data(), xGradient.mutable_data_ptr<float>());
    return {xGradient, weightGradient, biasGradient};
}

// MARK: Autograd

const auto &forwardOperator() {
    static const auto found =
        c10::Dispatcher::singleton().findSchemaOrThrow("sapool::batch_norm", "").typed<decltype(batchNorm)>();
    return found;
}

const auto &backwardOperator() {
    static const auto found = c10::Dispatcher::singleton()
                                  .findSchemaOrThrow("sapool::batch_norm_backward", "")
                                  .typed<decltype(batchNormBackward)>();
    return found;
}

/// Saves the map and what is of a channel's size.
struct BatchNorm : torch::autograd::Function<BatchNorm> {
    static torch::autograd::variable_list forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias,
        double epsilon, double lowest, double highest
    ) {
        const at::AutoDispatchBelowADInplaceOrView below;
        auto [output, mean, variance] = forwardOperator().call(x, weight, bias, epsilon, lowest, highest);
        context->save_for_backward({x, weight, bias, mean, variance});
        context->saved_data["epsilon"] = epsilon;
        context->saved_data["lowest"] = lowest;
        context->saved_data["highest"] = highest;
        context->mark_non_differentiable({mean, variance});
        return {output, mean, variance};
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients
    ) {
        const auto saved = context->get_saved_variables();
        auto &data = context->saved_data;
        auto [x, weight, bias] = backwardOperator().call(
            gradients[0], saved[0], saved[1], saved[2], saved[3], saved[4], data["epsilon"].toDouble(),
            data["lowest"].toDouble(), data["highest"].toDouble());
        return {x, weight, bias, {}, {}, {}};
    }
};

std::tuple<at::Tensor, at::Tensor, at::Tensor> differentiable(
    const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, double epsilon, double lowest, double highest
) {
    const auto results = BatchNorm::apply(x, weight, bias, epsilon, lowest, highest);
    return {results[0], results[1], results[2]};
}

TORCH_LIBRARY_FRAGMENT(sapool, library) {
    library.def(
        "batch_norm(Tensor x, Tensor weight, Tensor bias, float epsilon, float lowest, float highest) -> (Tensor output, "
        "Tensor mean, Tensor variance)");
    library.def(
        "batch_norm_backward(Tensor gradient, Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor variance, float "
        "epsilon, float lowest, float highest) -> (Tensor x_gradient, Tensor weight_gradient, Tensor bias_gradient)");
}

TORCH_LIBRARY_IMPL(sapool, CPU, library) {
    library.impl("batch_norm", batchNorm);
    library.impl("batch_norm_backward", batchNormBackward);
}

TORCH_LIBRARY_IMPL(sapool, Autograd, library) {
    library.impl("batch_norm", differentiable);
    library.impl("batch_norm_backward", torch::autograd::autogradNotImplementedFallback());
}

}  // namespace
}  // namespace sapool::normalisation
