#!/usr/bin/env python3
"""Steps of one network: sapool beside plain PyTorch, interleaved in one run; medians, ratios and peak memory.

    Benchmarks/run training_step.py --network mobilenet_v2-nlp_headfix2-1222121 --batch 8 --rounds 5
    Benchmarks/run training_step.py --mode infer --batch 1

Where the Python has onnxruntime and onnx, inference has ONNX Runtime beside it, from PyTorch's own exporter:

    .deps/venv/bin/pip install onnxruntime onnx
"""

import argparse
import csv
import importlib.util
import os
import statistics
import sys
import tempfile
import warnings

import torch
from pytorch_networks import NETWORKS
from sides import Side, interleaved, sapool, serve, spread


def pytorch_step(name, side, batch, mode, layout):
    """One step of the PyTorch side."""
    torch.manual_seed(1)
    model = NETWORKS[name]()
    images = torch.randn(batch, 3, side, side)
    if layout == "channels-last":
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4, nesterov=False)
    model.train(mode == "train")

    def step():
        if mode == "train":
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
        else:
            with torch.no_grad():
                model(images)

    return step


def has_onnx_runtime():
    return all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))


def onnx_step(name, side, batch, threads):
    """One inference of ONNX Runtime, all optimisations on."""
    import onnxruntime

    images = torch.randn(batch, 3, side, side)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = os.path.join(folder, "network.onnx")
        torch.onnx.export(NETWORKS[name]().eval(), (images,), path, dynamo=False, verbose=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Its threads would go on spinning after a round and take time from the next side's.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: images.numpy()}
    return lambda: session.run(None, feed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="mobilenet_v2-skip-1222121", choices=NETWORKS)
    parser.add_argument("--resolution", type=int, default=128)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--mode", choices=["train", "infer"], default="train")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=2, help="steps of each side in a round")
    parser.add_argument("--csv", help="append the medians to this file")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.serve:
        torch.set_num_threads(a.threads)
        if a.serve == "onnx":
            return serve(onnx_step(a.network, a.resolution, a.batch, a.threads))
        return serve(pytorch_step(a.network, a.resolution, a.batch, a.mode, a.serve))

    common = ["--network", a.network, "--resolution", str(a.resolution), "--batch", str(a.batch), "--mode", a.mode,
              "--threads", str(a.threads)]

    def python(side):
        return Side([sys.executable, __file__, *common, "--serve", side])

    sides = {
        "sapool": Side(sapool(a.network, a.resolution, a.batch, a.mode, a.threads)),
        "PyTorch channels-last": python("channels-last"),
        "PyTorch default": python("default"),
    }
    if a.mode == "infer" and has_onnx_runtime():
        sides["ONNX Runtime"] = python("onnx")
    times = interleaved(sides, a.rounds, a.steps)
    medians = {name: statistics.median(t) for name, t in times.items()}
    memory = {name: side.ask("memory")[0] for name, side in sides.items()}
    for side in sides.values():
        side.close()

    print(f"{a.network}, {a.resolution} px, batch {a.batch}, {a.mode}, {a.threads} threads, "
          f"{a.rounds} rounds of {a.steps} steps, interleaved; PyTorch {torch.__version__}")
    print(f"{'':24}{'median ms':>12}{'spread':>8}{'min ms':>10}{'ratio':>8}{'peak MiB':>10}")
    for name in sides:
        ratio = medians[name] / medians["sapool"]
        print(f"{name:24}{medians[name]:12.1f}{spread(times[name]):8.0%}{min(times[name]):10.1f}{ratio:8.2f}"
              f"{memory[name]:10.0f}", flush=True)
    if a.csv:
        new = not os.path.exists(a.csv)
        with open(a.csv, "a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["network", "resolution", "batch", "mode", "threads", "side", "median_ms", "spread",
                                 "min_ms", "ratio_to_sapool", "peak_mib"])
            for name in sides:
                writer.writerow([a.network, a.resolution, a.batch, a.mode, a.threads, name, round(medians[name], 2),
                                 round(spread(times[name]), 3), round(min(times[name]), 2),
                                 round(medians[name] / medians["sapool"], 3), round(memory[name])])


if __name__ == "__main__":
    main()
