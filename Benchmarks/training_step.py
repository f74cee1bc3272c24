#!/usr/bin/env python3
"""Training steps of one network: sapool beside plain PyTorch, interleaved in one run, medians and ratios.

    Benchmarks/run training_step.py                                   the table of the documentation
    Benchmarks/run training_step.py --network mobilenet_v2-nlp_headfix2-1222121 --batch 8 --rounds 5
"""

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import time

import torch
from pytorch_networks import NETWORKS

HERE = os.path.dirname(os.path.abspath(__file__))
STEP = os.path.join(HERE, "..", ".build", "release", "benchmark-step")


class Side:
    """A process that runs steps on demand."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit("a side of the benchmark ended early")
        return [float(x) for x in answer.split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def peak_mebibytes():
    """Peak of resident memory; on Linux not getrusage's, which survives exec and would count the parent."""
    try:
        with open("/proc/self/status") as status:
            return next(float(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def serve(name, side, batch, mode, threads, layout):
    """The PyTorch side, in a process of its own so that its peak memory is its own."""
    torch.set_num_threads(threads)
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

    for line in sys.stdin:
        if line.strip() == "memory":
            print(peak_mebibytes(), flush=True)
            continue
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            step()
            times.append((time.perf_counter() - start) * 1e3)
        print(*("%.3f" % t for t in times), flush=True)


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
        return serve(a.network, a.resolution, a.batch, a.mode, a.threads, a.serve)
    if not os.path.exists(STEP):
        sys.exit(f"{STEP} is missing: run `make build` first")

    common = ["--network", a.network, "--resolution", str(a.resolution), "--batch", str(a.batch), "--mode", a.mode,
              "--threads", str(a.threads)]
    sides = {
        "sapool": Side([STEP, a.network, str(a.resolution), str(a.batch), a.mode, str(a.threads)]),
        "PyTorch channels-last": Side([sys.executable, __file__, *common, "--serve", "channels-last"]),
        "PyTorch default": Side([sys.executable, __file__, *common, "--serve", "default"]),
    }
    for side in sides.values():
        side.ask(2)  # warm-up
    times = {name: [] for name in sides}
    for _ in range(a.rounds):
        for name, side in sides.items():
            times[name] += side.ask(a.steps)
    medians = {name: statistics.median(t) for name, t in times.items()}
    memory = {name: side.ask("memory")[0] for name, side in sides.items()}
    for side in sides.values():
        side.close()

    print(f"{a.network}, {a.resolution} px, batch {a.batch}, {a.mode}, {a.threads} threads, "
          f"{a.rounds} rounds of {a.steps} steps, interleaved; PyTorch {torch.__version__}")
    print(f"{'':24}{'median ms':>12}{'min ms':>12}{'ratio':>8}{'peak MiB':>10}")
    for name in sides:
        ratio = medians[name] / medians["sapool"]
        print(f"{name:24}{medians[name]:12.1f}{min(times[name]):12.1f}{ratio:8.2f}{memory[name]:10.0f}")
    if a.csv:
        new = not os.path.exists(a.csv)
        with open(a.csv, "a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["network", "resolution", "batch", "mode", "threads", "side", "median_ms", "min_ms",
                                 "ratio_to_sapool", "peak_mib"])
            for name in sides:
                writer.writerow([a.network, a.resolution, a.batch, a.mode, a.threads, name, round(medians[name], 1),
                                 round(min(times[name]), 1), round(medians[name] / medians["sapool"], 3),
                                 round(memory[name])])


if __name__ == "__main__":
    main()
