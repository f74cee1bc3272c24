#include "Group.h"

#include "../Support/Bridge.h"

#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <algorithm>
#include <memory>

namespace {

using sapool::guarded;
using sapool::unwrap;

c10d::Reducer &unwrap(ct_reducer reducer) { return *reinterpret_cast<c10d::Reducer *>(reducer); }

}  // namespace

extern "C" {

ct_reducer ct_reducer_create(
    ct_group group, const ct_tensor *parameters, size_t count, size_t first_bytes, size_t bucket_bytes) {
    return guarded<ct_reducer>(nullptr, [&] {
        std::vector<at::Tensor> tensors;
        tensors.reserve(count);
        for (size_t i = 0; i < count; i++) tensors.push_back(sapool::unwrap(parameters[i]));
        const std::vector<bool> sparse(count, false);
        auto buckets = std::get<0>(c10d::compute_bucket_assignment_by_size(tensors, {first_bytes, bucket_bytes}, sparse));
        // The backward pass begins with the last parameters. After the first pass the reducer orders buckets by what it has seen.
        std::reverse(buckets.begin(), buckets.end());
        return reinterpret_cast<ct_reducer>(new c10d::Reducer(
            std::move(tensors), std::move(buckets), sapool::unwrap(group), sparse, static_cast<int64_t>(bucket_bytes),
            /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/true, /*param_names=*/{},
            static_cast<int64_t>(first_bytes), /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false,
            /*bucket_bytes_cap_list=*/{}));
    });
}

void ct_reducer_release(ct_reducer reducer) {
    guarded(-1, [&] {
        delete &unwrap(reducer);
        return 0;
    });
}

int ct_reducer_prepare(ct_reducer reducer) {
    return guarded(-1, [&] {
        unwrap(reducer).rebuild_buckets();
        unwrap(reducer).prepare_for_backward({});
        return 0;
    });
}

}  // extern "C"
