/// The operator `sapool::streaming_attention` and its derivative.
///
///     sapool::streaming_attention(Tensor query, Tensor key, Tensor value) -> (Tensor output, Tensor logsumexp)
///
/// softmax(Q Kᵀ / √d) V for `[batch, heads, tokens, d]` of any strides, float32, on the processor, d from 1 to 64.
/// `output` is `[batch, heads, tokens, d]` over memory that is `[batch, tokens, heads, d]`, so joining the heads again
/// is a view; so are the gradients. `logsumexp` is `[batch, heads, tokens]`, in natural logarithms, and not
/// differentiable.
#include "Kernels.h"
#include "../Support/Floats.h"
#include "../Support/InstructionSets.h"
#include "../Support/Threads.h"

#include <ATen/ops/empty.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <tuple>

namespace sapool::attention {
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

Problem checked(const at::Tensor &query, const at::Tensor &key, const at::Tensor &value) {
    for (const auto &tensor : {query, key, value}) {
        TORCH_CHECK(tensor.dim() == 4, "takes tensors [batch, heads, tokens, channels], given ", tensor.sizes());
        TORCH_CHECK(tensor.is_cpu() && tensor.layout() == at::kStrided, "takes dense tensors on the CPU");
        TORCH_CHECK(tensor.scalar_type() == at::kFloat, "takes float32, given ", tensor.scalar_type());
    }
    const int64_t channels = query.size(3);
    TORCH_CHECK(
        channels >= 1 && channels <= maximumChannels, "takes 1 to ", maximumChannels, " channels a head, given ",
        channels);
    TORCH_CHECK(
        key.sizes() == value.sizes() && key.size(0) == query.size(0) && key.size(1) == query.size(1)
            && key.size(3) == channels,
        "queries ", query.sizes(), ", keys ", key.sizes(), " and values ", value.sizes(), " do not fit together");
    TORCH_CHECK(key.size(2) >= 1, "takes at least one key");
    return {
        .batch = query.size(0), .heads = query.size(1), .queries = query.size(2), .keys = key.size(2),
        .channels = channels, .scale = 1 / std::sqrt(static_cast<double>(channels))};
}

Tokens<const float> reading(const at::Tensor &tensor) {
    return {floats(tensor), tensor.stride(0), tensor.stride(1), tensor.stride(2), tensor.stride(3)};
}

Tokens<float> writing(const at::Tensor &tensor) {
    return {tensor.mutable_data_ptr<float>(), tensor.stride(0), tensor.stride(1), tensor.stride(2), tensor.stride(3)};
}

/// Uninitialised, of the shape of `like`, with the heads of a token side by side in memory.
at::Tensor emptyHeads(const at::Tensor &like) {
    return at::empty({like.size(0), like.size(2), like.size(1), like.size(3)}, like.options()).transpose(1, 2);
}

// MARK: The operators on the processor

std::tuple<at::Tensor, at::Tensor> streamingAttention(
    const at::Tensor &query, const at::Tensor &key, const at::Tensor &value
) {
    const Problem problem = checked(query, key, value);
    const at::Tensor output = emptyHeads(query);
    const at::Tensor logsumexp = at::empty({problem.batch, problem.heads, problem.queries}, query.options());
    forgetThreads();
    if (output.numel() > 0) {
        kernels().forward(
            problem, {.queries = reading(query), .keys = reading(key), .values = reading(value),
                      .output = writing(output), .logsumexp = logsumexp.mutable_data_ptr<float>()});
    }
    return {output, logsumexp};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> streamingAttentionBackward(
    const at::Tensor &gradient, const at::Tensor &query, const at::Tensor &key, const at::Tensor &value,
    const at::Tensor &output, const at::Tensor &logsumexp
) {
    const Problem problem = checked(query, key, value);
    for (const auto &tensor : {gradient, output}) {
        TORCH_CHECK(
            tensor.sizes() == query.sizes() && tensor.scalar_type() == at::kFloat && tensor.is_cpu(),
            "takes the output and its gradient in the shape of the queries, ", query.sizes(), ", given ",
            tensor.sizes());
    }
    TORCH_CHECK(
        logsumexp.sizes() == query.sizes().slice(0, 3) && logsumexp.is_contiguous() && logsumexp.is_cpu()
            && logsumexp.scalar_type() == at::kFloat,
        "takes the logsumexp that the forward pass returned, given ", logsumexp.sizes());
    const at::Tensor dQuery = emptyHeads(query), dKey = emptyHeads(key), dValue = emptyHeads(value);
    forgetThreads();
    if (query.numel() > 0) {
        kernels().backward(
            problem,
            {.queries = reading(query), .keys = reading(key), .values = reading(value), .output = reading(output),
             .outputGradient = reading(gradient), .logsumexp = floats(logsumexp),
             .queriesGradient = writing(dQuery), .keysGradient = writing(dKey), .valuesGradient = writing(dValue)});
    } else {
        dKey.zero_();
        dValue.zero_();
    }
    return {dQuery, dKey, dValue};
}

// MARK: Autograd

/// The operators as the dispatcher has them, so that profilers see them.
const auto &forwardOperator() {
    static const auto found = c10::Dispatcher::singleton()
                                  .findSchemaOrThrow("sapool::streaming_attention", "")
                                  .typed<decltype(streamingAttention)>();
    return found;
}

const auto &backwardOperator() {
    static const auto found = c10::Dispatcher::singleton()
                                  .findSchemaOrThrow("sapool::streaming_attention_backward", "")
                                  .typed<decltype(streamingAttentionBackward)>();
    return found;
}

/// Saves Q, K, V, O and logsumexp: O(N·d). The backward pass computes the scores again.
struct StreamingAttention : torch::autograd::Function<StreamingAttention> {
    static torch::autograd::variable_list forward(
        torch::autograd::AutogradContext *context, const at::Tensor &query, const at::Tensor &key,
        const at::Tensor &value
    ) {
        const at::AutoDispatchBelowADInplaceOrView below;
        auto [output, logsumexp] = forwardOperator().call(query, key, value);
        context->save_for_backward({query, key, value, output, logsumexp});
        context->mark_non_differentiable({logsumexp});
        return {output, logsumexp};
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients
    ) {
        const auto saved = context->get_saved_variables();
        auto [query, key, value] =
            backwardOperator().call(gradients[0], saved[0], saved[1], saved[2], saved[3], saved[4]);
        return {query, key, value};
    }
};

std::tuple<at::Tensor, at::Tensor> differentiable(
    const at::Tensor &query, const at::Tensor &key, const at::Tensor &value
) {
    const auto results = StreamingAttention::apply(query, key, value);
    return {results[0], results[1]};
}

TORCH_LIBRARY(sapool, library) {
    library.def("streaming_attention(Tensor query, Tensor key, Tensor value) -> (Tensor output, Tensor logsumexp)");
    library.def(
        "streaming_attention_backward(Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, "
        "Tensor logsumexp) -> (Tensor query_gradient, Tensor key_gradient, Tensor value_gradient)");
}

TORCH_LIBRARY_IMPL(sapool, CPU, library) {
    library.impl("streaming_attention", streamingAttention);
    library.impl("streaming_attention_backward", streamingAttentionBackward);
}

TORCH_LIBRARY_IMPL(sapool, Autograd, library) {
    library.impl("streaming_attention", differentiable);
    // The gradient has no gradient: who asks for one is told so.
    library.impl("streaming_attention_backward", torch::autograd::autogradNotImplementedFallback());
}

}  // namespace
}  // namespace sapool::attention
