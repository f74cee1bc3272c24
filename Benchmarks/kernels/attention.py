#!/usr/bin/env python3
"""Streaming attention (Sources/CTorch/Attention) beside libtorch's scaled dot product attention.

    Benchmarks/run kernels/attention.py
    Benchmarks/run kernels/attention.py --threads 1 --rounds 15 --shape 8,2,4096,12 --instructions AVX2

Every round runs each candidate once, one after the other, so that a busy machine slows all of them; medians are given,
in milliseconds of wall-clock time, and ratios of medians. "peak" is the share of the fused multiply-adds that the
machine reaches with nothing else to do, measured in the same rounds on one thread times the number of threads: 2d + 2 count for
each query and key forward, 5d + 3 backward, exponentials included. --csv writes the table to a file.
"""
import argparse
import csv
import ctypes
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as functional

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "Sources" / "CTorch" / "Attention"
SUPPORT = SOURCES.parent / "Support"
SHAPES = [(8, 2, 4096, 12), (8, 2, 4096, 4), (1, 2, 4096, 12), (4, 4, 1024, 16), (8, 2, 4096, 32)]
WIDTHS = {"AVX512": 16, "AVX2": 8, "DEFAULT": 4}


def build(compiler):
    """The kernel's sources as a library, compiled as SwiftPM compiles them: -O2 and no flag for the processor."""
    folder = ROOT / ".build" / "benchmarks" / "kernels"
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "attention.so"
    sources = sorted(SOURCES.glob("*.cpp")) + sorted(SUPPORT.glob("*.cpp")) + [pathlib.Path(__file__).with_name("peak.cpp")]
    inputs = sources + sorted(SOURCES.glob("*.h")) + sorted(SUPPORT.glob("*.h")) + [SOURCES.parent / "include" / "ctorch.h"]
    if library.exists() and library.stat().st_mtime > max(path.stat().st_mtime for path in inputs):
        return library
    torch_root = pathlib.Path(torch.__file__).parent
    include = torch_root / "include"
    command = [compiler, "-std=c++20", "-O2", "-fPIC", "-shared", "-w", f"-I{SOURCES.parent / 'include'}"]
    command += ["-isystem", include, "-isystem", include / "torch" / "csrc" / "api" / "include"]
    command += [*sources, f"-L{torch_root / 'lib'}", "-ltorch", "-ltorch_cpu", "-lc10", "-o", library]
    subprocess.run(command, check=True)
    return library


def measure(kernel, shape, rounds):
    """Medians by name, in milliseconds, and the time of a fused multiply-add in nanoseconds."""
    streaming = torch.ops.sapool.streaming_attention
    library, width = kernel
    query, key, value, gradient = (torch.randn(shape) for _ in range(4))
    leaves = [x.clone().requires_grad_() for x in (query, key, value)]
    times, peaks = {}, []

    def timed(name, body):
        start = time.perf_counter()
        result = body()
        times.setdefault(name, []).append((time.perf_counter() - start) * 1e3)
        return result

    def sdpa(q, k, v):
        return functional.scaled_dot_product_attention(q, k, v)

    for _ in range(rounds):
        for name, attention in (("libtorch", sdpa), ("sapool", lambda q, k, v: streaming(q, k, v)[0])):
            with torch.no_grad():
                timed(name + " forward", lambda: attention(query, key, value))
            output = attention(*leaves)
            timed(name + " backward", lambda: torch.autograd.grad(output, leaves, gradient))
        peaks.append(library.fused_multiply_add_time(width))
    return {name: statistics.median(values) for name, values in times.items()}, statistics.median(peaks)


def row(kernel, name, threads, shape, rounds):
    torch.set_num_threads(threads)
    medians, peak = measure(kernel, shape, rounds)
    batch, heads, tokens, channels = shape
    vectors = batch * heads * tokens * tokens / 16 * peak * 1e-6 / threads
    ours, theirs = ([medians[f"{who} {way}"] for way in ("forward", "backward")] for who in ("sapool", "libtorch"))
    return {
        "instructions": name, "threads": threads, "batch": batch, "heads": heads, "tokens": tokens,
        "head channels": channels,
        "libtorch forward ms": f"{theirs[0]:.2f}", "libtorch backward ms": f"{theirs[1]:.2f}",
        "sapool forward ms": f"{ours[0]:.2f}", "sapool backward ms": f"{ours[1]:.2f}",
        "forward ratio": f"{theirs[0] / ours[0]:.2f}", "both ratio": f"{sum(theirs) / sum(ours):.2f}",
        "forward peak": f"{vectors * (2 * channels + 2) / ours[0]:.3f}",
        "backward peak": f"{vectors * (5 * channels + 3) / ours[1]:.3f}",
    }


def numbers(text):
    return tuple(int(part) for part in text.split(","))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=numbers, default=(1, 2), help="thread counts (1,2)")
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each candidate (9)")
    parser.add_argument("--shape", type=numbers, action="append", help="batch,heads,tokens,channels of a head")
    parser.add_argument("--instructions", choices=WIDTHS, help="the kernel's instruction set, libtorch keeping its own")
    parser.add_argument("--compiler", default="clang++", help="a clang, as SwiftPM's (clang++)")
    parser.add_argument("--csv", type=pathlib.Path, help="write the table here")
    options = parser.parse_args()
    if shutil.which(options.compiler) is None:
        sys.exit(f"There is no compiler '{options.compiler}': name the Swift toolchain's clang++ with --compiler.")

    path = build(options.compiler)
    torch.ops.load_library(str(path))
    library = ctypes.CDLL(str(path))
    library.fused_multiply_add_time.restype = ctypes.c_double
    library.ct_kernel_instructions.restype = ctypes.c_char_p
    library.ct_use_kernel_instructions.restype = ctypes.c_bool
    if options.instructions and not library.ct_use_kernel_instructions(options.instructions.encode()):
        sys.exit(f"This processor has no {options.instructions}.")
    name = library.ct_kernel_instructions().decode()

    torch.manual_seed(0)
    rows = []
    for threads in options.threads:
        for shape in options.shape or SHAPES:
            rows.append(row((library, WIDTHS[name]), name, threads, shape, options.rounds))
            if len(rows) == 1:
                print("  ".join(rows[0]))
            print("  ".join(str(cell).rjust(len(title)) for title, cell in rows[-1].items()), flush=True)
    if options.csv:
        with options.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
