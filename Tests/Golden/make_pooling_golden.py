"""Writes pooling.json, pooling.safetensors and efficientnet-lite0.json for Tests/ExecutionTests: what pooling methods have to give.

Usage: python make_pooling_golden.py FOLDER      (needs torch and safetensors; antialiased-cnns, kornia, PyWavelets and geffnet, which
import without torchvision, are oracles for BlurPool, for the Haar wavelet and for EfficientNet-Lite0)

Everything is float64 and plain PyTorch, after the papers' formulas, and shares nothing with the implementation that it checks: windows are
unfolded here, one function a method. Values are those of evaluation and of training, and gradients those of
<output in training, grad_output>.
"""

import json
import math
import pathlib
import sys

import antialiased_cnns
import geffnet
import kornia
import pywt
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)


def windows(x, k, s, p, fill=0.0):
    """[B, C, k*k, h, w]: the elements of every window."""
    x = F.pad(x, (p, p, p, p), value=fill)
    h, w = (x.shape[2] - k) // s + 1, (x.shape[3] - k) // s + 1
    return F.unfold(x, k, stride=s).reshape(x.shape[0], x.shape[1], k * k, h, w)


def inside(x, k, s, p):
    return windows(torch.ones_like(x), k, s, p)


def weighted(x, weights, k, s, p):
    """Mean of each window by weights of the map; what lies outside does not count."""
    w = windows(weights, k, s, p) * inside(x, k, s, p)
    return (windows(x, k, s, p) * w).sum(2) / w.sum(2)


def mean(x, k, s, p):
    m = inside(x, k, s, p)
    return (windows(x, k, s, p) * m).sum(2) / m.sum(2)


def maximum(x, k, s, p):
    return windows(x, k, s, p, -math.inf).amax(2)


def batch_norm(x, d, name, training):
    return F.batch_norm(
        x, d[f"{name}.running_mean"].clone(), d[f"{name}.running_var"].clone(), d[f"{name}.weight"], d[f"{name}.bias"],
        training, 0.1, 1e-5)


def instance_norm(x, d, name):
    average = x.mean((2, 3), keepdim=True)
    variance = ((x - average) ** 2).mean((2, 3), keepdim=True)
    shape = (1, -1, 1, 1)
    return (x - average) / torch.sqrt(variance + 1e-5) * d[f"{name}.weight"].view(shape) + d[f"{name}.bias"].view(shape)


# One function a method: (x, parameters, kernel, stride, padding, training) -> output


def soft(x, d, k, s, p, training):
    w = windows(x, k, s, p, -math.inf)
    return (torch.softmax(w, 2) * windows(x, k, s, p)).sum(2)


def lip_projection(x, d, k, s, p, training):
    logits = instance_norm(F.conv2d(x, d["logit.conv.weight"], padding=1), d, "logit.bn")
    return weighted(x, torch.exp(12 * torch.sigmoid(logits)), k, s, p)


def lip_bottleneck(x, d, k, s, p, training):
    y = F.relu(instance_norm(F.conv2d(x, d["logit.conv1.weight"]), d, "logit.bn1"))
    y = F.relu(instance_norm(F.conv2d(y, d["logit.conv2.weight"], padding=1), d, "logit.bn2"))
    logits = instance_norm(F.conv2d(y, d["logit.conv.weight"]), d, "logit.bn")
    return weighted(x, torch.exp(12 * torch.sigmoid(logits)), k, s, p)


def ada(x, d, k, s, p, training):
    w, m = windows(x, k, s, p), inside(x, k, s, p)
    average = mean(x, k, s, p).unsqueeze(2)
    dice = torch.exp(2 * w * average / (w * w + average * average + 1e-8)) * m
    similar = (dice * w).sum(2) / dice.sum(2)
    beta = d["beta.factor"].clamp(0, 1)
    return beta * similar + (1 - beta) * soft(x, d, k, s, p, training)


def blur_max(taps):
    def run(x, d, k, s, p, training):
        blur = antialiased_cnns.BlurPool(x.shape[1], filt_size=taps, stride=s).double()
        return blur(maximum(x, k, 1, p))

    return run


def blur_conv(taps):
    def run(x, d, k, s, p, training):
        y = F.relu(batch_norm(F.conv2d(x, d["0.weight"], padding=p), d, "1", training))
        return antialiased_cnns.BlurPool(x.shape[1], filt_size=taps, stride=s).double()(y)

    return run


def power(absolute, exponent):
    def run(x, d, k, s, p, training):
        q = d["p"] if "p" in d else torch.tensor([float(exponent)])
        return mean((x.abs() if absolute else x).clamp(min=1e-6) ** q, k, s, p) ** (1 / q)

    return run


def gaussian(x, d, k, s, p, training):
    """Without noise, as all forms are in evaluation. The authors' windows count zeros of the padding."""
    w = windows(x, k, s, p)
    average = w.mean(2)
    deviation = torch.sqrt(((w - average.unsqueeze(2)) ** 2).mean(2).clamp(min=1e-6))
    hidden = F.conv2d(x.mean((2, 3), keepdim=True), d["ToHidden.1.weight"], d["ToHidden.1.bias"])
    hidden = F.relu(batch_norm(hidden, d, "ToHidden.2", training))
    skew = batch_norm(F.conv2d(hidden, d["ToMean.0.weight"], d["ToMean.0.bias"]), d, "ToMean.1", training)
    return average + F.softplus(skew) * deviation


def mixed(x, d, k, s, p, training):
    a = d["mix.factor"]
    return a * maximum(x, k, s, p) + (1 - a) * mean(x, k, s, p)


def mask(x, weight, k, s, p):
    """A filter over each window of each channel: weight [C, 1, k, k]."""
    return (windows(x, k, s, p) * weight.reshape(1, x.shape[1], k * k, 1, 1)).sum(2)


def gated(x, d, k, s, p, training):
    a = torch.sigmoid(mask(x, d["gate.weight"], k, s, p))
    return a * maximum(x, k, s, p) + (1 - a) * mean(x, k, s, p)


def tree(x, d, k, s, p, training, prefix=""):
    if f"{prefix}leaf.weight" in d:
        return mask(x, d[f"{prefix}leaf.weight"], k, s, p)
    a = torch.sigmoid(mask(x, d[f"{prefix}gate.weight"], k, s, p))
    left = tree(x, d, k, s, p, training, f"{prefix}left.")
    right = tree(x, d, k, s, p, training, f"{prefix}right.")
    return a * left + (1 - a) * right


def stochastic(x, d, k, s, p, training):
    a = F.relu(windows(x, k, s, p))
    return (a * a).sum(2) / a.sum(2).clamp(min=1e-30)


def s3(x, d, k, s, p, training):
    maxima = maximum(x, k, 1, p)
    h, w = -(-maxima.shape[2] // s), -(-maxima.shape[3] // s)
    rows = [[maxima[:, :, i * s : i * s + s, j * s : j * s + s].mean((2, 3)) for j in range(w)] for i in range(h)]
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def dpp(above, full):
    def run(x, d, k, s, p, training):
        w, m = windows(x, k, s, p), inside(x, k, s, p)
        if full:
            filtered = F.conv2d(x, d["blur.weight"], d["blur.bias"], s, p + 1, groups=x.shape[1])
            centre = filtered[:, :, : w.shape[3], : w.shape[4]].unsqueeze(2)
        else:
            centre = mean(x, k, s, p).unsqueeze(2)
        difference = w - centre
        if above:
            difference = F.relu(difference)
        squares = difference**2 + 1e-3
        average = (squares * m).sum(2, keepdim=True) / m.sum(2, keepdim=True)
        shape = (1, -1, 1, 1, 1)
        exponent = torch.exp(d["lambda"]).view(shape) / 2
        weights = (torch.exp(d["alpha"]).view(shape) + (squares / average) ** exponent) * m
        return (weights * w).sum(2) / weights.sum(2)

    return run


def haar(x):
    """The four bands of one level, [B, C, 4, h, w], in the order low, down, across, both."""
    low, (down, across, both) = pywt.dwt2(x.detach().numpy(), "haar")
    return [torch.from_numpy(band) for band in (low, down, across, both)]


def haar_window(x, k, s, p):
    """Likewise for any even window, by sums over its halves."""
    half = k // 2
    w = windows(x, k, s, p).unflatten(2, (k, k))
    top, bottom = w[:, :, :half], w[:, :, half:]
    (a, b), (c, e) = [(part[:, :, :, :half].sum((2, 3)), part[:, :, :, half:].sum((2, 3))) for part in (top, bottom)]
    return torch.stack([a + b + c + e, a + b - c - e, a - b + c - e, a - b - c + e], 2) / k


def wavelet_low(x, d, k, s, p, training):
    return windows(x, k, s, p).sum(2) / k


def wavelet_all(x, d, k, s, p, training):
    bands = haar_window(x, k, s, p).flatten(1, 2)
    return F.relu(batch_norm(F.conv2d(bands, d["0.weight"]), d, "1", training))


def grnn(inputs, d, name):
    """The last state of a FastGRNN cell over a list of [N, inputs]."""
    h = torch.zeros(inputs[0].shape[0], d[f"{name}.U"].shape[0])
    for x in inputs:
        pre = x @ d[f"{name}.W"] + h @ d[f"{name}.U"]
        z = torch.sigmoid(pre + d[f"{name}.bias_gate"])
        c = torch.tanh(pre + d[f"{name}.bias_update"])
        h = z * h + (torch.sigmoid(d[f"{name}.zeta"]) * (1 - z) + torch.sigmoid(d[f"{name}.nu"])) * c
    return h


def rnn(x, d, k, s, p, training):
    batch, channels = x.shape[:2]
    w = windows(x, k, s, p)
    h, width = w.shape[3], w.shape[4]
    w = w.permute(0, 3, 4, 1, 2).reshape(-1, channels, k, k)  # one window a row
    rows = [grnn([w[:, :, y, i] for i in range(k)], d, "cell_rnn") for y in range(k)]
    columns = [grnn([w[:, :, i, c] for i in range(k)], d, "cell_rnn") for c in range(k)]
    states = [grnn(lines, d, "cell_bidirrnn") for lines in (rows, rows[::-1], columns, columns[::-1])]
    y = torch.cat(states, 1).reshape(batch, h, width, -1).permute(0, 3, 1, 2)
    if "projection.weight" in d:
        y = F.conv2d(y, d["projection.weight"], d["projection.bias"])
    return y


def self_attentive(patches=(1,), heads=2, restoration="nearest", instance=False, local=0, share=None):
    def normalise(x, d, name, training):
        return instance_norm(x, d, name) if instance else batch_norm(x, d, name, training)

    def branch(x, d, prefix, patch, training):
        e = F.conv2d(x, d[f"{prefix}downsample.0.weight"], d[f"{prefix}downsample.0.bias"], patch)
        e = F.relu(normalise(e, d, f"{prefix}downsample.1", training))
        batch, width, h, w = e.shape
        if f"{prefix}pos_embed.row_embed.weight" in d:
            rows, columns = d[f"{prefix}pos_embed.row_embed.weight"], d[f"{prefix}pos_embed.col_embed.weight"]
            e = e + torch.cat([columns[:w].T[:, None, :].expand(-1, h, w), rows[:h].T[:, :, None].expand(-1, h, w)])
        tokens = e.flatten(2).transpose(1, 2)
        name = f"{prefix}multihead_attn."
        q, key, value = F.linear(tokens, d[name + "in_proj_weight"], d[name + "in_proj_bias"]).chunk(3, -1)
        split = lambda t: t.unflatten(-1, (heads, -1)).transpose(1, 2)
        scores = split(q) @ split(key).transpose(-1, -2) / math.sqrt(width // heads)
        joined = (scores.softmax(-1) @ split(value)).transpose(1, 2).flatten(2)
        a = F.linear(joined, d[name + "out_proj.weight"], d[name + "out_proj.bias"])
        a = a.transpose(1, 2).reshape(batch, width, h, w)
        z = F.conv2d(a, d[f"{prefix}restore.0.weight"], d[f"{prefix}restore.0.bias"])
        if restoration == "subpixel":
            z = F.pixel_shuffle(z, patch)
            z = F.pad(z, (0, x.shape[3] - z.shape[3], 0, x.shape[2] - z.shape[2]), mode="replicate")
        z = normalise(z, d, f"{prefix}restore.1", training)
        if restoration == "bilinear":
            z = F.interpolate(z, x.shape[2:], mode="bilinear", align_corners=False)
        return z

    def run(x, d, k, s, p, training):
        prefix = "logit.pool_weight."
        z = branch(x, d, prefix, patches[0], training)
        for patch in patches[1:]:
            z = z + branch(x, d, f"{prefix}scale{patch}.", patch, training)
        if local:
            term = F.conv2d(
                x, d[f"{prefix}local.0.weight"], d[f"{prefix}local.0.bias"], padding=local // 2, groups=x.shape[1])
            z = z + normalise(term, d, f"{prefix}local.1", training)
        y = weighted(x, torch.exp(torch.sigmoid(z)), k, s, p)
        if share is None:
            return y
        g = d["share.factor"] if "share.factor" in d else share
        return (1 - g) * mean(x, k, s, p) + g * y

    return run


# Parameters, by state-dict name: shape, or "bn"/"in" with a number of channels.


def norm(name, channels, kind="bn"):
    shapes = {f"{name}.weight": (channels,), f"{name}.bias": (channels,)}
    if kind == "bn":
        shapes |= {f"{name}.running_mean": (channels,), f"{name}.running_var": (channels,)}
    return shapes


def attention_shapes(c, prefix, patch, cells, kind="bn", positions=False):
    tables = {f"{prefix}pos_embed.{axis}_embed.weight": (256, c // 2) for axis in ("row", "col")} if positions else {}
    return tables | {
        f"{prefix}downsample.0.weight": (c, c, patch, patch), f"{prefix}downsample.0.bias": (c,),
        **norm(f"{prefix}downsample.1", c, kind),
        f"{prefix}multihead_attn.in_proj_weight": (3 * c, c), f"{prefix}multihead_attn.in_proj_bias": (3 * c,),
        f"{prefix}multihead_attn.out_proj.weight": (c, c), f"{prefix}multihead_attn.out_proj.bias": (c,),
        f"{prefix}restore.0.weight": (c * cells, c, 1, 1), f"{prefix}restore.0.bias": (c * cells,),
        **norm(f"{prefix}restore.1", c, kind),
    }


def rnn_shapes(c, lines, states):
    shapes = {}
    for name, inputs, size in (("cell_rnn", c, lines), ("cell_bidirrnn", lines, states)):
        shapes |= {
            f"{name}.W": (inputs, size), f"{name}.U": (size, size), f"{name}.bias_gate": (1, size),
            f"{name}.bias_update": (1, size), f"{name}.zeta": (1, 1), f"{name}.nu": (1, 1),
        }
    return shapes


def cases():
    """(name, notation, oracle, shapes of parameters, channels, height, width, kernel, stride, padding)"""
    c = 4
    weight = "logit.pool_weight."
    # Kernel = stride, kernel over stride, and padding, on odd maps.
    for k, s, p, h, w in ((2, 2, 0, 5, 7), (3, 2, 1, 7, 5)):
        oh, ow = (h + 2 * p - k) // s + 1, (w + 2 * p - k) // s + 1
        tag = f"k{k}s{s}p{p}"

        def case(name, notation, oracle, shapes=None):
            return (f"{name}-{tag}", notation, oracle, shapes or {}, c, h, w, k, s, p)

        yield case("soft", "soft", soft)
        gates = {"ToHidden.1.weight": (c // 2, c, 1, 1), "ToHidden.1.bias": (c // 2,), **norm("ToHidden.2", c // 2)}
        for name in ("ToMean", "ToSigma"):
            gates |= {f"{name}.0.weight": (c, c // 2, 1, 1), f"{name}.0.bias": (c,), **norm(f"{name}.1", c)}
        for noise in ("none", "cn", "hwcn"):
            yield case(f"gaussian-{noise}", f"gaussian(noise={noise})", gaussian, gates)
        yield case(
            "lip-projection", "lip(logits=projection)", lip_projection,
            {"logit.conv.weight": (c, c, 3, 3), **norm("logit.bn", c, "in")})
        yield case(
            "lip-bottleneck", "lip(logits=bottleneck, width=3)", lip_bottleneck,
            {"logit.conv1.weight": (3, c, 1, 1), **norm("logit.bn1", 3, "in"), "logit.conv2.weight": (3, 3, 3, 3),
             **norm("logit.bn2", 3, "in"), "logit.conv.weight": (c, 3, 1, 1), **norm("logit.bn", c, "in")})
        yield case("ada", "ada", ada, {"beta.factor": (1, oh, ow)})
        for taps in range(1, 8):
            yield case(f"blur-max{taps}", f"blur(filter={taps})", blur_max(taps))
        yield case(
            "blur-conv3", "blur(form=conv, filter=3)", blur_conv(3), {"0.weight": (c, c, k, k), **norm("1", c)})
        yield case("lp", "lp(p=2)", power(True, 2))
        yield case("lp-learned", "lp(p=3, learned=yes)", power(True, 3), {"p": (1,)})
        yield case("gem", "gem", power(False, 3), {"p": (1,)})
        yield case("mixed", "mixed", mixed, {"mix.factor": (1,)})
        yield case("mixed-channel", "mixed(share=channel)", mixed, {"mix.factor": (c, 1, 1)})
        yield case("gated", "gated", gated, {"gate.weight": (c, 1, k, k)})
        yield case(
            "tree", "tree", tree, {f"{part}.weight": (c, 1, k, k) for part in ("gate", "left.leaf", "right.leaf")})
        yield case(
            "tree3", "tree(levels=3)", tree,
            {f"{part}.weight": (c, 1, k, k) for part in (
                "gate", "left.gate", "right.gate", "left.left.leaf", "left.right.leaf", "right.left.leaf", "right.right.leaf")})
        yield case("stochastic", "stochastic", stochastic)
        yield case("s3", "s3", s3)
        scales = {"alpha": (c,), "lambda": (c,)}
        blur = {"blur.weight": (c, 1, k + 1, k + 1), "blur.bias": (c,)}
        yield case("dpp-lite", "dpp", dpp(False, False), scales)
        yield case("dpp-lite-above", "dpp(details=asymmetric)", dpp(True, False), scales)
        yield case("dpp-full", "dpp(form=full)", dpp(False, True), scales | blur)
        yield case("dpp-full-above", "dpp(form=full, details=asymmetric)", dpp(True, True), scales | blur)
        yield case("wavelet", "wavelet", wavelet_low)
        if k % 2 == 0:
            yield case(
                "wavelet-all", "wavelet(bands=all)", wavelet_all, {"0.weight": (c, 4 * c, 1, 1), **norm("1", c)})
        yield case("rnn", "rnn", rnn, rnn_shapes(c, 1, 1))
        yield case(
            "rnn-projected", "rnn(line-states=3, window-states=2)", rnn,
            {**rnn_shapes(c, 3, 2), "projection.weight": (c, 8, 1, 1), "projection.bias": (c,)})
        yield case(
            "attentive-instance", "self-attentive(norm=instance)", self_attentive(instance=True),
            attention_shapes(c, weight, 1, 1, "in", positions=True))
        yield case(
            "attentive-scales", "self-attentive(patch=1-2, restoration=bilinear, position=none)",
            self_attentive((1, 2), restoration="bilinear"),
            attention_shapes(c, weight, 1, 1) | attention_shapes(c, weight + "scale2.", 2, 1))
        yield case(
            "attentive-local", "self-attentive(patch=2, restoration=subpixel, local=3, zero-logits=yes, position=none)",
            self_attentive((2,), restoration="subpixel", local=3),
            attention_shapes(c, weight, 2, 4)
            | {f"{weight}local.0.weight": (c, 1, 3, 3), f"{weight}local.0.bias": (c,), **norm(f"{weight}local.1", c)})
        yield case(
            "attentive-share", "self-attentive(attention-share=learned(start=0.5), position=none)", self_attentive(share=0.5),
            attention_shapes(c, weight, 1, 1) | {"share.factor": (1,)})
        yield case(
            "attentive-fixed-share", "self-attentive(attention-share=0.25, position=none)", self_attentive(share=0.25),
            attention_shapes(c, weight, 1, 1))


def draw(name, shape, generator):
    last = name.split(".")[-1]
    values = torch.rand(shape, generator=generator)
    if name == "p":
        return 2 + values
    if last in ("running_var", "factor"):
        return 0.2 + 0.6 * values
    if last in ("zeta", "nu"):
        return 4 * values - 2
    if last == "weight" and len(shape) == 1:
        return 0.5 + values
    if last.startswith(("row_", "col_")) or "_embed" in name:
        return values
    return (values - 0.5) * (2 if len(shape) == 1 else 1)


def clip_head(x, d, heads):
    """CLIP's AttentionPool2d with PyTorch's own multi-head attention."""
    b, c, h, w = x.shape
    t = x.flatten(2).permute(2, 0, 1)
    t = torch.cat([t.mean(0, keepdim=True), t]) + d["positional_embedding"][:, None]
    y, _ = F.multi_head_attention_forward(
        t[:1], t, t, c, heads, None, torch.cat([d["q_proj.bias"], d["k_proj.bias"], d["v_proj.bias"]]), None, None, False, 0.0,
        d["c_proj.weight"], d["c_proj.bias"], use_separate_proj_weight=True, q_proj_weight=d["q_proj.weight"],
        k_proj_weight=d["k_proj.weight"], v_proj_weight=d["v_proj.weight"], need_weights=False)
    return y[0]


def check_against_packages():
    """The oracles themselves, where a package has the method too."""
    x = torch.randn(2, 3, 8, 6)
    for ours, band in zip(haar_window(x, 2, 2, 0).unbind(2), haar(x)):
        assert torch.allclose(ours, band), "Haar wavelet"
    # kornia pads with zeros: only the inner part is the same.
    reference, ours = kornia.filters.MaxBlurPool2D(3, 2, max_pool_size=2)(x), blur_max(3)(x, {}, 2, 2, 0, False)
    assert torch.allclose(reference[:, :, 1:3, 1:2], ours[:, :, 1:3, 1:2]), "max-blur pooling"


def efficientnet(folder):
    """Names, shapes and counts of geffnet's EfficientNet-Lite0, and its output for weights that a formula gives."""
    model = geffnet.efficientnet_lite0(pretrained=False, num_classes=1000).eval()
    macs = [0]

    def count(module, inputs, output):
        if isinstance(module, torch.nn.Conv2d):
            macs[0] += output[0].numel() * module.weight[0].numel()
        elif isinstance(module, torch.nn.Linear):
            macs[0] += module.weight.numel()

    for module in model.modules():
        module.register_forward_hook(count)
    with torch.no_grad():
        for number, (name, tensor) in enumerate(model.state_dict().items()):
            if name.endswith("num_batches_tracked"):
                continue
            wave = torch.sin(torch.arange(tensor.numel(), dtype=torch.float64) * 0.7 + number).view(tensor.shape)
            if tensor.dim() > 1:
                wave *= math.sqrt(2 / tensor[0].numel())
            elif name.endswith("running_var") or name.endswith("weight"):
                wave = 1 + wave / 4
            else:
                wave /= 4
            tensor.copy_(wave)
        image = torch.cos(torch.arange(3 * 32 * 32) * 0.3).view(1, 3, 32, 32)
        logits = model(image)[0, :10].tolist()
        macs[0] = 0
        model(torch.zeros(1, 3, 224, 224))
    json.dump(
        {
            "parameters": sum(p.numel() for p in model.parameters()), "multiplyAccumulates": macs[0],
            "state": {name: list(t.shape) for name, t in model.state_dict().items()}, "logits": logits,
        },
        open(folder / "efficientnet-lite0.json", "w"), indent=0)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    check_against_packages()
    generator = torch.Generator().manual_seed(11)
    entries, tensors = [], {}

    def record(name, x, state, run, **entry):
        leaves = {key: value.requires_grad_(not key.split(".")[-1].startswith("running")) for key, value in state.items()}
        x.requires_grad_()
        tensors[f"{name}/input"] = x
        for key, value in leaves.items():
            tensors[f"{name}/state.{key}"] = value
        tensors[f"{name}/output.eval"] = run(x, leaves, False)
        output = run(x, leaves, True)
        gradient = torch.randn(output.shape, generator=generator)
        tensors[f"{name}/output.train"] = output
        tensors[f"{name}/grad_output"] = gradient
        wanted = {"input": x, **{key: value for key, value in leaves.items() if value.requires_grad}}
        grads = torch.autograd.grad(output, list(wanted.values()), gradient, allow_unused=True)
        for key, grad in zip(wanted, grads):
            tensors[f"{name}/grad.{key}"] = torch.zeros_like(wanted[key]) if grad is None else grad
        entries.append({"name": name, **entry})

    for name, notation, oracle, shapes, c, h, w, k, s, p in cases():
        x = torch.randn(2, c, h, w, generator=generator)
        state = {key: draw(key, shape, generator) for key, shape in shapes.items()}
        record(
            name, x, state, lambda x, d, training: oracle(x, d, k, s, p, training), pool=notation, kernel=k, stride=s,
            padding=p, isRandom=name.startswith(("stochastic", "s3", "gaussian-cn", "gaussian-hwcn")))

    c, h, w, heads = 6, 3, 4, 2
    shapes = {"positional_embedding": (h * w + 1, c)}
    for projection in "qkvc":
        shapes |= {f"{projection}_proj.weight": (c, c), f"{projection}_proj.bias": (c,)}
    state = {key: draw(key, shape, generator) for key, shape in shapes.items()}
    record(
        "head", torch.randn(2, c, h, w, generator=generator), state, lambda x, d, training: clip_head(x, d, heads),
        head=heads)

    json.dump(entries, open(folder / "pooling.json", "w"), indent=0)
    save_file({name: t.detach().contiguous() for name, t in tensors.items()}, folder / "pooling.safetensors")
    efficientnet(folder)


if __name__ == "__main__":
    main()
