#!/usr/bin/env python3
"""Scores every finished run of a comparison on a split, by default the test split, which sapool compare does not look at where there is a
validation split.

    Experiments/test_scores.py runs/bccd Experiments/results/bccd-test.csv
    Experiments/test_scores.py runs/imagenette Experiments/results/imagenette-scores.csv --split validation --shift-consistency 8
    sapool summarize Experiments/results/bccd-test.csv --baseline strided --score map_50

Runs that the file to write has already are not scored again, so that it can be filled by and by, on several machines.
SAPOOL names the binary. Run it where the comparison ran: data in its recipe are found from there.
"""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys

KEPT = ["cell", "network", "seed", "epochs_done", "peak_sram_bytes", "macs", "parameters"]
SCORES = ["accuracy", "map_50", "map", "map_75"]


def folder_of(row, runs):
    """The folder of a run: its network and its seed tell it."""
    for config in runs.glob(f"*/seed-{row['seed']}/config.json"):
        if json.loads(config.read_text())["recipe"]["network"] == row["network"]:
            return config.parent
    sys.exit(f"{runs} has no run of {row['cell']} with seed {row['seed']}")


def scores_of(folder, options):
    command = [os.environ.get("SAPOOL", "sapool"), "evaluate", folder, "--split", options.split, "--json"]
    if options.data:
        command += ["--data", options.data]
    if options.threads:
        command += ["--threads", str(options.threads)]
    if options.shift_consistency:
        command += ["--shift-consistency", str(options.shift_consistency)]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(result.returncode)
    report = json.loads(result.stdout)
    scores = {name: report[name] for name in SCORES if name in report}
    if "shift_consistency" in report:
        scores["shift_consistency"] = report["shift_consistency"]["consistency"]
    for one in report["classes"] if "map_50" in report else []:
        scores[f"ap_50_{one['name']}"] = one["ap_50"]
    return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("comparison", type=pathlib.Path, help="output folder of sapool compare")
    parser.add_argument("csv", type=pathlib.Path, help="file to write")
    parser.add_argument("--split", default="test")
    parser.add_argument("--data", help="the data set's folder, where it is not the one of the runs")
    parser.add_argument("--shift-consistency", type=int, metavar="PIXELS", help="also how often classes stay under moves")
    parser.add_argument("--threads", type=int, help="threads for computing")
    options = parser.parse_args()
    table = {}
    if options.csv.exists():
        with options.csv.open(newline="") as file:
            table = {(row["cell"], row["seed"]): row for row in csv.DictReader(file)}
    with (options.comparison / "results.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["epochs_done"] == row["epochs"]]
    for row in rows:
        key = (row["cell"], row["seed"])
        if key not in table:
            scores = scores_of(folder_of(row, options.comparison / "runs"), options)
            table[key] = {name: row[name] for name in KEPT} | {"split": options.split} | scores
            write(options.csv, list(table.values()))


def write(path, table):
    new = path.with_suffix(".new")
    with new.open("w", newline="") as file:
        writer = csv.DictWriter(file, table[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    new.replace(path)


if __name__ == "__main__":
    main()
