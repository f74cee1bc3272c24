#!/usr/bin/env python3
"""What pruning to half the arena costs in accuracy: memory-aware beside uniform, at the same peak, for three seeds.

    Experiments/pruning.py RECIPE OUTPUT --epochs 2 --learning-rate 0.03

For each seed, the recipe's network is trained, pruned both ways, and trained on. In the end the whole networks are trained on as
long, too: what more training alone gives. OUTPUT/results.csv has a line for each, scored on the test split after the last epoch.
Goes on where it was interrupted.
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
        writer = csv.DictWriter(file, ["method", "seed", "arena", "macs", "parameters", "accuracy"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


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
        before = accuracy(whole)
        for way, flags in WAYS.items():
            pruned, run = folder / way, folder / f"{way}-trained"
            costs = folder / f"{way}.json"
            if not costs.exists():
                report = sapool(
                    "prune", whole, "--target", options.target, "--importance", options.importance, "--scope", options.scope,
                    "--output", pruned, *threads, *flags)
                temporary = costs.with_suffix(".half")
                temporary.write_text(json.dumps(report))
                temporary.rename(costs)
            report = json.loads(costs.read_text())
            if way == "memory-aware":
                rows.append({"method": "whole", "seed": seed, **report["before"], "accuracy": before})
            sapool("train", "--recipe", pruned / "recipe.yaml", "--output", run, *further)
            rows.append({"method": way, "seed": seed, **report["after"], "accuracy": accuracy(run)})
            write(options.output / "results.csv", rows)
    for row in [row for row in rows if row["method"] == "whole"]:
        folder = options.output / f"seed-{row['seed']}"
        run = folder / "whole-trained"
        sapool(
            "train", "--recipe", options.recipe, "--seed", row["seed"], "--weights", folder / "whole/model.safetensors",
            "--output", run, *further)
        rows.append({**row, "method": "whole, trained on", "accuracy": accuracy(run)})
        write(options.output / "results.csv", rows)
    for way in ["whole", *WAYS, "whole, trained on"]:
        scores = [row["accuracy"] for row in rows if row["method"] == way]
        print(f"{way:18}{sum(scores) / len(scores):.2%} on average of {len(scores)} seeds")


if __name__ == "__main__":
    main()
