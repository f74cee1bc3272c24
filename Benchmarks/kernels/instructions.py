#!/usr/bin/env python3
"""Instructions that the project's own kernels take, counted by valgrind: the same on a busy machine as on an idle one.

    Benchmarks/run kernels/instructions.py [--csv FILE]

One thread, AVX2 (NEON on Arm): attention of 1024 tokens and 12 channels, pooling (windows of 2×2) and batch normalisation
with ReLU6 of 32 channels, 64×64. Counted are instructions a (query, key) pair and an element of the map.
"""

import argparse
import csv
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = {
    "attention-forward": (1024**2, "pair"), "attention-backward": (1024**2, "pair"),
    "pool-forward": (64 * 64 * 32, "element"), "pool-backward": (64 * 64 * 32, "element"),
    "norm-forward": (64 * 64 * 32, "element"), "norm-backward": (64 * 64 * 32, "element"),
}


def build(compiler):
    sources = [HERE / "instructions.cpp"]
    for folder in ("Attention", "BatchNorm", "WindowPool"):
        sources += [ROOT / "Sources/CTorch" / folder / f"{name}.cpp" for name in ("AVX2", "AVX512", "Portable")]
    program = ROOT / ".build/benchmarks/kernels/instructions"
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([compiler, "-std=c++20", "-O2", "-w", *sources, "-o", program], check=True)
    return program


def count(program, work):
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--callgrind-out-file=/dev/null", "--toggle-collect=measured", program, work],
        capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode or not found:
        sys.exit(f"valgrind could not count {work}:\n{result.stderr}")
    return int(found.group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="clang++", help="a clang, as SwiftPM's (clang++)")
    parser.add_argument("--csv", type=pathlib.Path, help="write the table to this file")
    options = parser.parse_args()
    for tool in (options.compiler, "valgrind"):
        if shutil.which(tool) is None:
            sys.exit(f"There is no '{tool}' here: install it" + (" or name another with --compiler." if tool != "valgrind" else "."))
    program = build(options.compiler)
    rows = [(work, count(program, work), *WORK[work]) for work in WORK]
    for work, instructions, units, unit in rows:
        print(f"{work:20}{instructions:14,} instructions{instructions / units:10.2f} a {unit}")
    if options.csv:
        with options.csv.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["work", "instructions", "units", "unit"])
            writer.writerows(rows)


if __name__ == "__main__":
    main()
