#!/usr/bin/env python3
"""Memory and time of self-attentive pooling against the number of tokens: one network at 64, 128 and 256 pixels.

    Benchmarks/run resolution.py [--csv FILE]

From 64 to 256 pixels every map, and with it the number N of tokens, grows 16 times. Memory that grows by no more is linear in N; the
attention's time grows with N². Memory is the peak of a process that trains, less what it had before its first step.
"""

import argparse
import csv
import os
import statistics

from sides import Side, sapool

NETWORK = "mobilenet_v2-nlp_headfix2-1222121"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--csv", help="write the table to this file")
    a = parser.parse_args()
    rows = []
    for resolution in (64, 128, 256):
        side = Side(sapool(NETWORK, resolution, a.batch, "train", a.threads))
        before = side.ask("memory")[0]
        times = side.ask(3)
        tokens = (resolution // 2) ** 2
        rows.append((resolution, tokens, round(statistics.median(times), 1), round(side.ask("memory")[0] - before, 1)))
        side.close()
    print(f"{NETWORK}, batch {a.batch}, train, {a.threads} threads")
    print(f"{'pixels':>8}{'tokens of the largest layer':>30}{'median ms':>12}{'MiB':>8}{'MiB ratio':>11}")
    for row in rows:
        print("%8d%30d%12.1f%8.0f%11.2f" % (*row, row[3] / rows[0][3]))
    if a.csv:
        with open(a.csv, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["resolution", "largest_layer_tokens", "median_ms", "memory_mib"])
            writer.writerows(rows)


if __name__ == "__main__":
    main()
