#!/usr/bin/env python3
"""The differences by which Documentation/GlanceSearch.md decides, as a table that corrects them together:

    Experiments/glance_pairs.py > pairs.csv
    sapool summarize pairs.csv --baseline nothing --holm

`sapool summarize` compares cells with one baseline. The rule has two, the two forms, and corrects over both. So here a cell
is a difference of two cells by seed, on top of a half, and the baseline is a half for every seed.
"""
import csv
import pathlib
import sys

RESULTS = pathlib.Path(__file__).parent / "results"
FORMS = ("both, temperature 1", "values of the average")
RIVALS = ("average", "BlurPool", "LIP bottleneck")
CONTROLS = ("without attention", "the mean")


def scores(*names):
    """By cell and seed the accuracy of runs that have ended."""
    found = {}
    for name in names:
        with open(RESULTS / name, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["epochs"] == row["epochs_done"]:
                    found.setdefault(row["cell"], {})[int(row["seed"])] = float(row["accuracy"])
    return found


def main():
    found = scores("imagenette.csv", "glance-final.csv")
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["cell", "seed", "accuracy"])
    seeds = sorted(set().union(*(found[form] for form in FORMS)))
    table.writerows(["nothing", seed, 0.5] for seed in seeds)
    for form in FORMS:
        for other in (*RIVALS, *(f"{form}: {control}" for control in CONTROLS)):
            name = f"{form}, to {other.removeprefix(form + ': ')}"
            for seed in sorted(found[form].keys() & found[other].keys()):
                table.writerow([name, seed, 0.5 + found[form][seed] - found[other][seed]])


if __name__ == "__main__":
    main()
