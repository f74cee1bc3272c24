"""Writes glance.json and glance.safetensors for Tests/ExecutionTests: what poolings have to give that glance at the image, or whose
result is attended to.

Usage: python make_glance_golden.py FOLDER      (needs torch and safetensors)

Everything is float64 and plain PyTorch, and shares nothing with the implementation that it checks. The form of the files
is that of make_pooling_golden.py: values of evaluation and of training, and gradients of <output in training, grad_output>.
"""

import json
import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)


def batch_norm(x, d, name, training):
    return F.batch_norm(
        x, d[f"{name}.running_mean"].clone(), d[f"{name}.running_var"].clone(), d[f"{name}.weight"], d[f"{name}.bias"],
        training, 0.1, 1e-5)


def conv(x, d, name, **options):
    return F.conv2d(x, d[f"{name}.weight"], d.get(f"{name}.bias"), **options)


def attention(t, d, name, heads):
    """PyTorch's own, over the positions of a map."""
    tokens = t.flatten(2).permute(2, 0, 1)
    y, _ = F.multi_head_attention_forward(
        tokens, tokens, tokens, t.shape[1], heads, d[f"{name}.in_proj_weight"], d[f"{name}.in_proj_bias"], None, None,
        False, 0.0, d[f"{name}.out_proj.weight"], d[f"{name}.out_proj.bias"], need_weights=False)
    return y.permute(1, 2, 0).reshape(t.shape)


def placed(t, d, name):
    """With learned positions, where there are any."""
    if f"{name}.row_embed.weight" not in d:
        return t
    h, w = t.shape[2:]
    columns, rows = d[f"{name}.col_embed.weight"], d[f"{name}.row_embed.weight"]
    return t + torch.cat([columns[:w].T[:, None, :].expand(-1, h, w), rows[:h].T[:, :, None].expand(-1, h, w)])


def glance(x, d, o, training):
    t = F.relu(batch_norm(conv(x, d, "glance.embed.0", stride=o["patch"]), d, "glance.embed.1", training))
    t = placed(t, d, "glance.pos_embed")
    for layer in range(o["layers"]):
        name = f"glance.layers.{layer}"
        if o["attend"]:
            t = t + attention(t, d, f"{name}.attention", o["heads"])
        y = F.relu(batch_norm(conv(t, d, f"{name}.perceptron.0"), d, f"{name}.perceptron.1", training))
        t = t + batch_norm(conv(y, d, f"{name}.perceptron.3"), d, f"{name}.perceptron.4", training)
    if o["context"] == "mean":
        return t.mean((2, 3), keepdim=True)
    if o["context"] == "query":
        w = torch.exp(4 * torch.sigmoid(batch_norm(conv(t, d, "glance.query.0"), d, "glance.query.1", training)))
        return (t * w).sum((2, 3), keepdim=True) / w.sum((2, 3), keepdim=True)
    return t


def told(context, size, d, name):
    """1×1 on the context, for each pixel: averaged where there are more cells than pixels, interpolated where fewer."""
    grid = context.shape[2:]
    factor = [-(-cells // pixels) for cells, pixels in zip(grid, size)]
    whole = [f * pixels if f > 1 else cells for f, cells, pixels in zip(factor, grid, size)]
    near = F.avg_pool2d(F.interpolate(context, whole, mode="bilinear", align_corners=False), factor)
    return F.interpolate(conv(near, d, name), size, mode="bilinear", align_corners=False)


def blurred_maximum(x, k, s, p):
    m = F.max_pool2d(x, k, 1, p)
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    c = x.shape[1]
    filters = torch.outer(taps, taps).expand(c, 1, 4, 4)
    return F.conv2d(F.pad(m, (1, 2, 1, 2), mode="reflect"), filters, stride=s, groups=c)


def weighted(x, weights, k, s, p):
    """Sums over each window of what lies on the map."""
    total = lambda v: F.avg_pool2d(v, k, s, p) * k * k
    return total(x * weights) / total(weights)


def pool(o):
    def run(x, d, k, s, p, training):
        context = glance(x, d, o, training)
        if o["weights"]:
            z = batch_norm(conv(x, d, "weight.local.0", padding=1, groups=x.shape[1]), d, "weight.local.1", training)
            g = told(context, x.shape[2:], d, "weight.global.0")
            z = z * (1 + g) if o["combine"] == "multiply" else z + g
            w = torch.exp(o["temperature"] * torch.sigmoid(z))
            y = weighted(F.max_pool2d(x, 3, 1, 1) if o["maximum"] else x, w, k, s, p)
        elif o["base"] == "average":
            y = F.avg_pool2d(x, k, s, p)
        else:
            y = blurred_maximum(x, k, s, p)
        if not o["values"]:
            return y
        return y * (1 + told(context, y.shape[2:], d, "value.gain.0")) + told(context, y.shape[2:], d, "value.shift.0")

    return run


def attended(o):
    def run(x, d, k, s, p, training):
        y = F.avg_pool2d(x, k, s, p) if o["base"] == "average" else blurred_maximum(x, k, s, p)
        t = placed(batch_norm(conv(y, d, "embed.0"), d, "embed.1", training), d, "pos_embed")
        return y + conv(attention(t, d, "attention", o["heads"]), d, "restore")

    return run


def norm(name, channels):
    return {f"{name}.{part}": (channels,) for part in ("weight", "bias", "running_mean", "running_var")}


def positions(name, d):
    return {f"{name}.{axis}_embed.weight": (256, d // 2) for axis in ("row", "col")}


def projections(name, d):
    return {
        f"{name}.in_proj_weight": (3 * d, d), f"{name}.in_proj_bias": (3 * d,),
        f"{name}.out_proj.weight": (d, d), f"{name}.out_proj.bias": (d,),
    }


def attended_shapes(o, c):
    d = o["channels"]
    places = positions("pos_embed", d) if o["position"] == "learned" else {}
    return {
        "embed.0.weight": (d, c, 1, 1), **norm("embed.1", d), **places, **projections("attention", d),
        "restore.weight": (c, d, 1, 1), "restore.bias": (c,),
    }


def shapes(o, c):
    d = o["channels"]
    all = {"glance.embed.0.weight": (d, c, o["patch"], o["patch"]), **norm("glance.embed.1", d)}
    if o["position"] == "learned":
        all |= positions("glance.pos_embed", d)
    for layer in range(o["layers"]):
        name = f"glance.layers.{layer}"
        if o["attend"]:
            all |= projections(f"{name}.attention", d)
        all |= {
            f"{name}.perceptron.0.weight": (2 * d, d, 1, 1), **norm(f"{name}.perceptron.1", 2 * d),
            f"{name}.perceptron.3.weight": (d, 2 * d, 1, 1), **norm(f"{name}.perceptron.4", d),
        }
    if o["context"] == "query":
        all |= {"glance.query.0.weight": (d, d, 1, 1), **norm("glance.query.1", d)}
    if o["weights"]:
        all |= {"weight.local.0.weight": (c, 1, 3, 3), **norm("weight.local.1", c)}
    sites = (["weight.global"] if o["weights"] else []) + (["value.gain", "value.shift"] if o["values"] else [])
    for site in sites:
        all |= {f"{site}.0.weight": (c, d, 1, 1), f"{site}.0.bias": (c,)}
    return all


DEFAULTS = dict(
    patch=16, channels=32, heads=2, layers=1, attend=True, position="learned", context="cells", weights=False,
    values=True, combine="multiply", maximum=3, temperature=4, base="blur")

CASES = {
    "values": dict(patch=2, channels=4),
    "values-over-average": dict(patch=2, channels=6, heads=3, layers=2, position="none", base="average"),
    "fine": dict(patch=1, channels=4, position="none"),
    "weights": dict(patch=2, channels=4, weights=True, values=False, position="none"),
    "both": dict(patch=3, channels=4, weights=True, temperature=2.5, maximum=0, position="none"),
    "added": dict(patch=2, channels=4, weights=True, values=False, combine="add", position="none"),
    "unattended": dict(patch=2, channels=4, attend=False, position="none"),
    "patches": dict(patch=2, channels=4, layers=0, weights=True, position="none"),
    "query": dict(patch=2, channels=4, context="query", weights=True, position="none"),
    "mean": dict(patch=2, channels=4, context="mean", layers=0, position="none"),
}

ATTENDED = {
    "blurred": dict(channels=4),
    "average": dict(channels=6, heads=3, position="none", base="average"),
}


def notation(name, options):
    def word(value):
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)

    return f"{name}(" + ", ".join(f"{key}={word(value)}" for key, value in options.items()) + ")"


def draw(name, shape, generator):
    values = torch.rand(shape, generator=generator)
    if name.endswith("running_var"):
        return 0.2 + 0.6 * values
    if name.endswith("weight") and len(shape) == 1:
        return 0.5 + values
    return (values - 0.5) * (2 if len(shape) == 1 else 1)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    generator = torch.Generator().manual_seed(23)
    entries, tensors, c = [], {}, 4
    for k, s, p, h, w in ((2, 2, 0, 6, 7), (3, 2, 1, 7, 6)):
        kinds = [("glance", pool, shapes, CASES), ("attended", attended, attended_shapes, ATTENDED)]
        for kind, oracle, shapes_of, case, options in ((*kind, *case) for *kind, all in kinds for case in all.items()):
            o = DEFAULTS | options
            name = f"{kind}-{case}-k{k}s{s}p{p}"
            x = torch.randn(3, c, h, w, generator=generator).requires_grad_()
            state = {key: draw(key, shape, generator) for key, shape in shapes_of(o, c).items()}
            leaves = {key: t.requires_grad_("running" not in key) for key, t in state.items()}
            tensors[f"{name}/input"] = x
            tensors |= {f"{name}/state.{key}": t for key, t in leaves.items()}
            tensors[f"{name}/output.eval"] = oracle(o)(x, leaves, k, s, p, False)
            output = oracle(o)(x, leaves, k, s, p, True)
            gradient = torch.randn(output.shape, generator=generator)
            tensors |= {f"{name}/output.train": output, f"{name}/grad_output": gradient}
            wanted = {"input": x} | {key: t for key, t in leaves.items() if t.requires_grad}
            grads = torch.autograd.grad(output, list(wanted.values()), gradient)
            tensors |= {f"{name}/grad.{key}": grad for key, grad in zip(wanted, grads)}
            entries.append(dict(name=name, pool=notation(kind, options), kernel=k, stride=s, padding=p))
    json.dump(entries, open(folder / "glance.json", "w"), indent=0)
    save_file({name: t.detach().contiguous() for name, t in tensors.items()}, folder / "glance.safetensors")


if __name__ == "__main__":
    main()
