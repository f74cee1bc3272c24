#!/usr/bin/env python3
"""Tables of Documentation/Experiments.md from the runs of a comparison.

    Experiments/table.py Experiments/results/cifar-mild.csv --baseline average
    Experiments/table.py Experiments/results/bccd.csv --baseline strided --score map_50

Each score is the mean over the seeds after the last epoch, ± half its 95 % interval (Student's t); differences are paired by seed,
with a * where their interval leaves zero out.
"""
import argparse
import csv
import math
import statistics

# Student's t, two-sided 95 %, for 1 to 30 degrees of freedom.
T95 = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042]


def half_interval(values):
    """Half the 95 % interval of the mean; None of fewer than two values."""
    if len(values) < 2:
        return None
    t = T95[min(len(values) - 1, len(T95)) - 1]
    return t * statistics.stdev(values) / math.sqrt(len(values))


def number(value):
    return f"{int(float(value)):,}".replace(",", " ") if value else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", help="results.csv of sapool compare")
    parser.add_argument("--baseline", help="cell that others are compared with (the first)")
    parser.add_argument("--score", default="accuracy", help="column to average (accuracy)")
    options = parser.parse_args()
    with open(options.results, newline="") as file:
        rows = list(csv.DictReader(file))
    cells = {}
    for row in rows:
        cells.setdefault(row["cell"], []).append(row)
    baseline = options.baseline or next(iter(cells))
    if baseline not in cells:
        parser.error(f"{options.results} has no cell {baseline!r}: it has {', '.join(cells)}")
    if options.score not in rows[0]:
        parser.error(f"{options.results} has no column {options.score!r}: it has {', '.join(rows[0])}")

    def scores(cell):
        return {row["seed"]: 100 * float(row[options.score]) for row in cells[cell]}

    reference = scores(baseline)
    print(f"| | {options.score} | ± | seeds | to baseline | ± | arena, B | MACs | parameters |")
    print("| --- |" + " ---: |" * 8)
    for cell, runs in cells.items():
        own = scores(cell)
        half = half_interval(list(own.values()))
        columns = [cell, f"{statistics.mean(own.values()):.2f}", "" if half is None else f"{half:.2f}", str(len(own))]
        paired = [own[seed] - reference[seed] for seed in own if seed in reference]
        if cell == baseline or not paired:
            columns += ["baseline" if cell == baseline else "", ""]
        else:
            mean, half = statistics.mean(paired), half_interval(paired)
            star = " *" if half is not None and abs(mean) > half else ""
            columns += [f"{mean:+.2f}", "" if half is None else f"{half:.2f}{star}"]
        first = runs[0]
        columns += [number(first[column]) for column in ("peak_sram_bytes", "macs", "parameters")]
        print("| " + " | ".join(columns) + " |")


if __name__ == "__main__":
    main()
