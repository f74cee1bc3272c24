"""PyTorch's side of a comparison: answers a number with the milliseconds of that many steps, "memory" with its peak in MiB.

A step that finds no memory answers "nan"."""

import argparse
import os
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from pytorch_networks import NETWORKS  # noqa: E402
from sides import peak_mebibytes  # noqa: E402


def training_step(options):
    """One step as PyTorch's own recipes do it: automatic mixed precision, channels-last, a fused optimiser."""
    device = torch.device(options.device)
    torch.manual_seed(1)
    torch.backends.cudnn.benchmark = True
    # float32 is float32 on both sides.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    model = NETWORKS[options.network]().to(device, memory_format=torch.channels_last)
    images = torch.randn(options.batch, 3, options.resolution, options.resolution, device=device)
    images = images.contiguous(memory_format=torch.channels_last)
    labels = torch.arange(options.batch, device=device) % 10
    optimizer = torch.optim.SGD(
        model.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4, fused=True if device.type == "cuda" else None)
    forward = torch.compile(model) if options.compile else model
    mixes = options.precision != "float32"

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=mixes):
            loss = torch.nn.functional.cross_entropy(forward(images), labels)
        loss.backward()
        optimizer.step()

    return step


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", choices=NETWORKS, required=True)
    parser.add_argument("--resolution", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], required=True)
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    on_gpu = options.device.startswith("cuda")
    wait = torch.cuda.synchronize if on_gpu else (lambda: None)
    step = None
    for line in sys.stdin:
        if line.strip() == "memory":
            print(torch.cuda.max_memory_allocated() / 2**20 if on_gpu else peak_mebibytes(), flush=True)
            continue
        try:
            step = step or training_step(options)
            count = int(line)
            wait()
            start = time.perf_counter()
            for _ in range(count):
                step()
            wait()
            print(*["%.3f" % ((time.perf_counter() - start) * 1e3 / count)] * count, flush=True)
        except torch.OutOfMemoryError:
            print("nan", flush=True)


main()
