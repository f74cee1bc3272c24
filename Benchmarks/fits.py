#!/usr/bin/env python3
"""What `sapool fit` reaches in a given time, and what `sapool search` takes: a line of Benchmarks/results/fits.csv each.

    Benchmarks/fits.py --clothes photos/clothing-small-160 --cells photos/bccd --rows clothes-64k fashion-32k search
    Benchmarks/fits.py --table          # what the lines say, in Markdown

Rows whose data are not given are passed over. One fit runs at a time, on all cores, and counts what the clock says: run nothing beside
it. Lines that are there are not measured again; a fit that was stopped goes on with the same command, and its minutes are left
empty. SAPOOL names the binary (.build/release/sapool).
"""

import argparse
import collections
import csv
import datetime
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Scripts"))
from machine import machine  # noqa: E402

Row = collections.namedtuple("Row", "data options hours seeds goal score")
ROWS = {
    "clothes-64k": Row("clothes", ["--sram", "64K", "--flash", "512K"], 2, 3, 0.80, "accuracy"),
    "clothes-256k": Row("clothes", ["--sram", "256K", "--flash", "2M"], 2, 1, 0.86, "accuracy"),
    "cells-256k": Row(
        "cells", ["--task", "detection", "--sram", "256K", "--flash", "1M"], 1, 1, 0.86, "mAP@0.50"),
    "fashion-32k": Row("fashion", ["--sram", "32K", "--flash", "128K"], 1, 1, 0.92, "accuracy"),
}
SEARCH = ["search", "--sram", "64K", "--flash", "512K"]
SEARCH_GOAL, SEARCHES = 5.0, 5
COLUMNS = [
    "row", "seed", "hours", "minutes", "network", "pixels", "teacher", "float", "int8", "int8_low", "int8_high", "device", "sram", "flash",
    "instructions", "equal_answers", "emulated", "seconds", "processor_seconds", "sapool", "machine", "day"]


def read(path):
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def append(path, line):
    """Writes the file anew with one line more, all at once."""
    lines = read(path) + [line]
    new = path.with_name(path.name + ".new")
    path.parent.mkdir(parents=True, exist_ok=True)
    with new.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    new.replace(path)


def call(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"fits: this ended with {done.returncode}: {program} {' '.join(map(str, arguments))}")
    return done.stdout


def share(interval, key="share"):
    return "" if interval is None else round(interval[key], 4)


def fit(program, name, seed, data, options):
    row = ROWS[name]
    folder = options.output / f"{name}-seed-{seed}"
    more = ["--weights", options.weights] if options.weights and row.score == "accuracy" else []
    is_new, start = not folder.exists(), time.monotonic()
    summary = json.loads(call(
        program, "fit", data, *row.options, "--hours", options.hours or row.hours, "--seed", seed, *more, *options.more,
        "--output", folder, "--json"))
    minutes = (time.monotonic() - start) / 60
    quantized, device = summary["quantized"], summary["device"]
    interval = quantized.get("int8_interval")
    winner = summary["winner"]
    title = next(one["title"] for one in summary["rows"] if one["name"] == winner["name"])
    return {
        "row": name, "seed": seed, "hours": summary["hours"], "minutes": round(minutes, 1) if is_new else "",
        "network": title, "pixels": winner["resolution"],
        "teacher": share(summary.get("teacher_figures")), "float": round(quantized["float"], 4),
        "int8": round(quantized["int8"], 4), "int8_low": share(interval, "low"), "int8_high": share(interval, "high"),
        "device": share(device.get("host_accuracy")), "sram": device["sram_bytes"], "flash": device["flash_bytes"],
        "instructions": device.get("instructions", ""), "equal_answers": device["equal_answers"],
        "emulated": device["emulated_images"]}


def search(program):
    """The medians of several searches."""
    walls, processors = [], []
    for _ in range(SEARCHES):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        call(program, *SEARCH)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.monotonic() - start)
        processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {
        "row": "search", "seconds": round(statistics.median(walls), 2),
        "processor_seconds": round(statistics.median(processors), 2)}


def percent(value):
    return f"{100 * float(value):.1f}" if value else "–"


def table(lines):
    """The table of Documentation/Fit.md."""
    print("| row | goal | seed | teacher | float | int8, 95 % interval | device's kernels | SRAM | flash | minutes | network |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for line in lines:
        if line["row"] not in ROWS:
            continue
        row = ROWS[line["row"]]
        int8 = percent(line["int8"])
        if line["int8_low"]:
            int8 += f" ({percent(line['int8_low'])} to {percent(line['int8_high'])})"
        print(
            f"| {line['row']}, {row.score} % | {percent(row.goal)} | {line['seed']} | {percent(line['teacher'])} "
            f"| {percent(line['float'])} | {int8} | {percent(line['device'])} | {line['sram']} | {line['flash']} | {line['minutes'] or '–'} "
            f"| `{line['network']}`, {line['pixels']} px |")
    for line in lines:
        if line["row"] == "search":
            print(
                f"\n`sapool {' '.join(SEARCH)}`: {line['seconds']} s, {line['processor_seconds']} s of processor time (goal: "
                f"{SEARCH_GOAL:g} s), {line['machine']}, {line['day']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=[*ROWS, "search"], default=[*ROWS, "search"])
    parser.add_argument("--seeds", type=int, nargs="+", help="in place of the rows' own")
    parser.add_argument("--clothes", type=pathlib.Path, help="a folder of photographs with train, validation and test")
    parser.add_argument("--cells", type=pathlib.Path, help="a folder of images with boxes")
    parser.add_argument("--fashion", default="fashion-mnist", help="Fashion-MNIST: its name, or a folder")
    parser.add_argument("--weights", type=pathlib.Path, help="what a teacher starts from (default: what Scripts/weights has set up)")
    parser.add_argument("--hours", type=float, help="in place of the rows' own, to try this out")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("runs/fits"), help="where the fits go")
    parser.add_argument("--csv", type=pathlib.Path, default=ROOT / "Benchmarks/results/fits.csv")
    parser.add_argument("--table", action="store_true", help="only print what the lines say")
    parser.add_argument("--more", nargs=argparse.REMAINDER, default=[], help="the rest goes to every fit")
    options = parser.parse_args()
    if options.table:
        table(read(options.csv))
        return
    program = str(pathlib.Path(os.environ.get("SAPOOL", ROOT / ".build/release/sapool")).absolute())
    if not os.access(program, os.X_OK):
        sys.exit(f"fits: {program} is missing: make build, or name one in SAPOOL")
    about = {
        "sapool": call(program, "--version").strip(), "machine": machine(), "day": datetime.date.today().isoformat()}
    for name in options.rows:
        data = None if name == "search" else getattr(options, ROWS[name].data)
        if name != "search" and data is None:
            print(f"fits: {name} is passed over: no --{ROWS[name].data}")
            continue
        for seed in [""] if name == "search" else options.seeds or range(1, ROWS[name].seeds + 1):
            if any(line["row"] == name and line["seed"] == str(seed) for line in read(options.csv)):
                continue
            print(f"fits: {name} {seed}".strip(), flush=True)
            append(options.csv, (search(program) if name == "search" else fit(program, name, seed, data, options)) | about)
    table(read(options.csv))


if __name__ == "__main__":
    main()
