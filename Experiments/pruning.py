#!/usr/bin/env python3
"""What pruning to half the arena costs in accuracy: memory-aware beside uniform, at the same peak, for three seeds.

    Experiments/pruning.py RECIPE OUTPUT --epochs 2 --learning-rate 0.03

For each seed, the recipe's network is trained, pruned both ways, and trained on. In the end the whole networks are trained on as
long, too: what more training alone gives. OUTPUT/results.csv has a line for each, scored on the test split after the last epoch
(sapool summarize OUTPUT/results.csv makes a table of it). Goes on where it was interrupted.
"""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys

WAYS = {"memory-aware": [], "uniform": ["--uniform"]}


def sapool(*arguments):
    """Runs a command of sapool's. Returns what it printed as JSON; its progress goes to standard error."""
    result = subprocess.run([os.environ.get("SAPOOL", "sapool"), *map(str, arguments), "--json"], stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(result.returncode)
    return json.loads(result.stdout)


def accuracy(run):
    return sapool("evaluate", run)["accuracy"]


def write(path, rows):
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["cell", "seed", "accuracy", "peak_sram_bytes", "macs", "parameters"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def row(way, seed, costs, run):
    return {
        "cell": way, "seed": seed, "accuracy": accuracy(run), "peak_sram_bytes": costs["arena"], "macs": costs["macs"],
        "parameters": costs["parameters"]}


def prune(folder, way, options):
    """Prunes the whole network one way, unless that is done. Returns what it costs before and after."""
    costs = folder / f"{way}.json"
    if not costs.exists():
        report = sapool(
            "prune", folder / "whole", "--target", options.target, "--importance", options.importance, "--scope", options.scope,
            "--output", folder / way, "--threads", options.threads, *WAYS[way])
        temporary = costs.with_suffix(".half")
        temporary.write_text(json.dumps(report))
        temporary.rename(costs)
    return json.loads(costs.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--target", default="sram=0.5", help="as for sapool prune (sram=0.5)")
    parser.add_argument("--importance", default="magnitude", help="as for sapool prune (magnitude)")
    parser.add_argument("--scope", default="layer", help="as for sapool prune (layer)")
    parser.add_argument("--epochs", type=int, required=True, help="of training on")
    parser.add_argument("--learning-rate", type=float, required=True, help="of training on")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    threads = ["--threads", options.threads]
    further = ["--epochs", options.epochs, "--learning-rate", options.learning_rate, "--resume", *threads]
    rows = []
    for seed in options.seeds:
        folder = options.output / f"seed-{seed}"
        whole = folder / "whole"
        sapool("train", "--recipe", options.recipe, "--seed", seed, "--output", whole, "--resume", *threads)
        reports = {way: prune(folder, way, options) for way in WAYS}
        rows.append(row("whole", seed, reports["memory-aware"]["before"], whole))
        for way, report in reports.items():
            run = folder / f"{way}-trained"
            sapool("train", "--recipe", folder / way / "recipe.yaml", "--output", run, *further)
            rows.append(row(way, seed, report["after"], run))
            write(options.output / "results.csv", rows)
    for seed in options.seeds:
        folder = options.output / f"seed-{seed}"
        run = folder / "whole-trained"
        sapool(
            "train", "--recipe", options.recipe, "--seed", seed, "--weights", folder / "whole/model.safetensors",
            "--output", run, *further)
        rows.append(row("whole, trained on", seed, json.loads((folder / "memory-aware.json").read_text())["before"], run))
        write(options.output / "results.csv", rows)


if __name__ == "__main__":
    main()
