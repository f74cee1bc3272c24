#!/usr/bin/env python3
"""What the last run of the benchmarks measured, beside what the project set out to reach.

    Benchmarks/run targets.py

Reads the tables in Benchmarks/results/ and writes targets.csv there.
"""

import csv
import os

from sides import RESULTS

POOLED, STRIDED = "mobilenet_v2-nlp_headfix2-1222121", "mobilenet_v2-skip-1222121"


def read(name):
    path = os.path.join(RESULTS, name)
    if not os.path.exists(path):
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def steps(network, mode, threads=None):
    """Rows of one comparison by side."""
    rows = [row for row in read("network_steps.csv") if row["network"] == network and row["mode"] == mode]
    threads = threads or max((row["threads"] for row in rows), default="")
    return {row["side"]: row for row in rows if row["threads"] == threads}


def network_targets():
    train, infer = steps(POOLED, "train"), steps(POOLED, "infer")
    skip, skip_infer = steps(STRIDED, "train"), steps(STRIDED, "infer")
    default, last = "PyTorch default", "PyTorch channels-last"

    def ratio(rows, side, column="ratio_to_sapool"):
        return float(rows[side][column]) if side in rows else None

    def memory(rows):
        return float(rows[default]["peak_mib"]) / float(rows["sapool"]["peak_mib"]) if default in rows else None

    yield "self-attentive MobileNetV2, training, batch 8: times plain PyTorch's speed", 7, ratio(train, default)
    yield "the same: plain PyTorch's peak memory over ours", 6, memory(train)
    yield "the same, inference, batch 1: times plain PyTorch's speed", 5, ratio(infer, default)
    yield "strided MobileNetV2, training, batch 32: times PyTorch's default", 2, ratio(skip, default)
    yield "the same: times PyTorch channels-last", 1.05, ratio(skip, last)
    yield "strided MobileNetV2, inference, batch 1: times PyTorch eager", 1.5, ratio(skip_infer, default)


def attention_targets():
    for row in read("attention.csv"):
        threads, channels = row["threads"], int(row["head channels"])
        what = f"attention, 4096 tokens, {2 * channels} channels, 2 heads, {threads} thread{'s' if threads != '1' else ''}"
        yield f"{what}: times libtorch's SDPA, forward + backward", 3 if channels == 12 else 9, float(row["both ratio"])
        if channels == 12:
            yield f"{what}: share of the FMA peak, forward", 0.85, float(row["forward peak"])


def resolution_targets():
    rows = {row["resolution"]: row for row in read("resolution.csv")}
    if {"64", "256"} <= rows.keys():
        growth = float(rows["256"]["memory_mib"]) / float(rows["64"]["memory_mib"])
        yield "64 to 256 pixels, 16 times the tokens: 16 over the growth of memory", 1, 16 / growth


def loader_targets():
    """From loader.csv, whose rows are sides: "sapool" and two ways to write "PyTorch", the faster of which counts."""
    pace = {row["side"]: float(row["median_images_per_s"]) for row in read("loader.csv")}
    theirs = max((value for side, value in pace.items() if side.startswith("PyTorch")), default=None)
    if theirs and "sapool" in pace:
        yield "loader, 160 px JPEGs, 2 threads: times PyTorch's DataLoader", 2, pace["sapool"] / theirs


def main():
    rows = []
    for targets in (network_targets, attention_targets, resolution_targets, loader_targets):
        for what, target, measured in targets():
            if measured is not None:
                rows.append((what, target, round(measured, 2), "yes" if measured >= target else "no"))
    width = max((len(row[0]) for row in rows), default=0)
    print(f"{'':{width}}  target  measured  reached")
    for what, target, measured, reached in rows:
        print(f"{what:{width}}{target:8g}{measured:10.2f}  {reached}")
    with open(os.path.join(RESULTS, "targets.csv"), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["what", "target", "measured", "reached"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
