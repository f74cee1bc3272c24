#!/usr/bin/env python3
"""Golden numbers of windows that libtorch's own operations do not have: padded on one side more than on the other, and with gaps.

Each case is one operation as the JSON form of networks writes it, with what PyTorch makes of its input by padding first and by gathering
pixels one by one. Deterministic:

    pip install torch==2.13.0 numpy safetensors
    python3 Tests/Golden/make_window_golden.py Tests/ExecutionTests/Resources
"""

import json
import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
CHANNELS, HEIGHT, WIDTH = 4, 9, 8
# kernel, stride, padding (top, left, bottom, right), dilation
WINDOWS = {
    "same": ((3, 3), (2, 2), (0, 0, 1, 1), (1, 1)),
    "above": ((3, 2), (1, 2), (1, 1, 0, 0), (1, 1)),
    "gaps": ((3, 3), (1, 1), (2, 2, 2, 2), (2, 2)),
    "both": ((2, 3), (2, 1), (0, 2, 1, 1), (3, 2)),
}


def elements(x, window):
    """The pixels of every window `[k, B, C, h, w]`, and 1 where they lie on the map."""
    (kh, kw), (sh, sw), (top, left, bottom, right), (dh, dw) = window
    height = (x.shape[2] + top + bottom - (kh - 1) * dh - 1) // sh + 1
    width = (x.shape[3] + left + right - (kw - 1) * dw - 1) // sw + 1
    values, present = [], []
    for tap in range(kh * kw):
        rows = torch.arange(height) * sh - top + tap // kw * dh
        columns = torch.arange(width) * sw - left + tap % kw * dw
        inside = ((rows >= 0) & (rows < x.shape[2]))[:, None] & ((columns >= 0) & (columns < x.shape[3]))[None]
        pixels = x[:, :, rows.clamp(0, x.shape[2] - 1)][:, :, :, columns.clamp(0, x.shape[3] - 1)]
        values.append(pixels * inside)
        present.append(inside.to(x.dtype).expand_as(pixels))
    return torch.stack(values), torch.stack(present)


def convolution(groups):
    def run(x, d, window):
        kernel, stride, (top, left, bottom, right), dilation = window
        return F.conv2d(F.pad(x, (left, right, top, bottom)), d["weight"], d["bias"], stride, 0, dilation, groups)

    return run


def maximum(x, d, window):
    values, present = elements(x, window)
    return values.masked_fill(present == 0, -torch.inf).amax(0)


def mean(x, window, counts=True):
    values, present = elements(x, window)
    return values.mean(0) if counts else values.sum(0) / present.sum(0)


def deviation(x, d, window):
    return (mean(x * x, window) - mean(x, window) ** 2).clamp(min=1e-6).sqrt()


def power(x, d, window):
    return mean(x.abs().clamp(min=1e-6) ** 3, window, counts=False) ** (1 / 3)


def weighted(normalised):
    def run(x, d, window):
        w = F.interpolate(torch.sigmoid(d["logits"]), x.shape[2:], mode="nearest")
        return mean(x * w, window) / mean(w, window) if normalised else mean(x * w, window)

    return run


def cases():
    """(name, operation's members, shapes of parameters, function, windows)"""
    for groups, outputs in ((1, 6), (2, 6), (4, 4)):
        yield (
            f"convolution-g{groups}", dict(operation="convolution", inputChannels=CHANNELS, outputChannels=outputs, groups=groups, bias=True),
            lambda k: {"weight": (outputs, CHANNELS // groups, *k), "bias": (outputs,)}, convolution(groups), WINDOWS)
    # Poolings take paddings up to half of their window.
    yield "max", dict(operation="maxPool"), None, maximum, WINDOWS
    for counts in (True, False):
        yield (
            f"average-{counts}", dict(operation="averagePool", countsPadding=counts), None,
            lambda x, d, window, counts=counts: mean(x, window, counts), WINDOWS)
    yield "deviation", dict(operation="localDeviation", floor=1e-6), None, deviation, WINDOWS
    yield (
        "power", dict(operation="powerPool", exponent=3.0, isLearned=False, takesAbsolute=True, floor=1e-6), None, power, WINDOWS)
    for normalised in (True, False):
        yield (
            f"weighted-{normalised}", dict(operation="windowPool", isNormalised=normalised), "logits", weighted(normalised), WINDOWS)


def main():
    folder = pathlib.Path(sys.argv[1])
    generator = torch.Generator().manual_seed(7)
    entries, tensors = [], {}
    for name, members, shapes, function, windows in cases():
        for key, window in windows.items():
            kernel, stride, padding, dilation = window
            top, left, bottom, right = padding
            x = torch.randn(1, CHANNELS, HEIGHT, WIDTH, generator=generator).requires_grad_()
            wanted = {"logits": (1, CHANNELS, 5, 4)} if shapes == "logits" else shapes(kernel) if shapes else {}
            state = {part: torch.randn(shape, generator=generator).requires_grad_() for part, shape in wanted.items()}
            y = function(x, state, window)
            gradient = torch.randn(y.shape, generator=generator)
            grads = torch.autograd.grad(y, [x, *state.values()], gradient)
            tag = f"{name}-{key}"
            tensors |= {f"{tag}/input": x, f"{tag}/output": y, f"{tag}/grad_output": gradient}
            for part, value, grad in zip(["input", *state], [x, *state.values()], grads):
                tensors[f"{tag}/grad.{part}"] = grad
                if part != "input":
                    tensors[f"{tag}/state.{part}"] = value
            sides = dict(kernel=kernel, stride=stride, padding=[top, left] if (top, left) == (bottom, right) else padding)
            entries.append({"name": tag, "node": members | sides | ({} if dilation == (1, 1) else {"dilation": dilation})})
    json.dump(entries, open(folder / "windows.json", "w"), indent=0)
    save_file({name: value.detach().contiguous() for name, value in tensors.items()}, folder / "windows.safetensors")


if __name__ == "__main__":
    main()
