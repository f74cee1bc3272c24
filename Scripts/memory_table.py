#!/usr/bin/env python3
"""Peak memory of backbones, first strides, placements and poolings under fixed rules: the table behind Documentation/Memory.md.

    Scripts/memory_table.py .build/release/sapool > memory-224.csv

Every line is one `sapool plan NETWORK --resolution 224 --json`. The pooling is that of the first stage; all others stride. Ratios are to the same backbone's published strides in strided
convolutions, under the same rule and with the same options.
"""
import csv
import json
import subprocess
import sys

BACKBONES = {
    "mobilenet-v2": ("1222121", ["inside", "before"]),
    "mobilenet-v2(0.35)": ("1222121", ["inside", "before"]),
    "resnet18": ("1222", ["after", "inside"]),
    "resnet50": ("1222", ["after", "inside"]),
}
POOLS = {
    "strided": None,
    "max": "max",
    "lip": "lip",
    "self-attentive, patch 1": "self-attentive",
    "self-attentive, patch 2 subpixel": "self-attentive(patch=2, restoration=subpixel)",
    "self-attentive, patch 4 subpixel": "self-attentive(patch=4, restoration=subpixel)",
}
RULES = {
    "in_out": "simple_peak_bytes",
    "in_out_kept": "retaining_peak_bytes",
    "arena": "arena_bytes_without_stripes",
    "arena_stripes_pushed": "arena_bytes_rows_pushed",
}


def notation(backbone, strides, placement, pool):
    name, options = backbone, []
    if backbone == "mobilenet-v2(0.35)":
        name, options = "mobilenet-v2", ["width=0.35"]
    options.append(f"strides={strides}")
    if placement and placement != BACKBONES[backbone][1][0]:
        options.append(f"placement={placement}")
    if pool:
        options.append(f"pool.1={pool}")
    return f"{name}({', '.join(options)})"


def plan(sapool, network):
    run = subprocess.run([sapool, "plan", network, "--resolution", "224", "--json"], capture_output=True, text=True)
    if run.returncode:
        return run.stderr.strip().splitlines()[0]
    return json.loads(run.stdout)


def main():
    sapool = sys.argv[1] if len(sys.argv) > 1 else ".build/release/sapool"
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["backbone", "first_stride", "placement", "pooling", "network", *RULES, "macs"]
                 + [f"{rule}_ratio" for rule in RULES] + ["refused"])
    for backbone, (published, placements) in BACKBONES.items():
        base = plan(sapool, notation(backbone, published, None, None))
        for first in (1, 2, 4, 8):
            strides = f"{first}{published[1:]}"
            for title, pool in POOLS.items():
                for placement in placements if pool else [None]:
                    network = notation(backbone, strides, placement, pool)
                    got = plan(sapool, network)
                    row = [backbone, first, placement or "", title, network]
                    if isinstance(got, str):
                        out.writerow(row + [""] * (2 * len(RULES) + 1) + [got])
                        continue
                    out.writerow(row + [got[key] for key in RULES.values()] + [got["macs"]]
                                 + [f"{base[key] / got[key]:.2f}" for key in RULES.values()] + [""])


main()
