#!/usr/bin/env python3
"""Takes a device that speaks MLPerf Tiny's serial protocol through the benchmark's accuracy and performance modes.

    Benchmarks/mlperf/device/runner.py accuracy --elf device.elf --dataset ic01 --samples 200
    Benchmarks/mlperf/device/runner.py performance --elf device.elf --dataset ic01
    Benchmarks/mlperf/device/runner.py accuracy --serial /dev/ttyACM0 --dataset ic01

--elf starts QEMU's board mps2-an386, --connect and --serial take a device that is there (set a serial port's speed by stty before). A data
set is a folder in the benchmark's form: y_labels.csv with lines FILE,CLASSES,CLASS, and the files, whose bytes are the input
(eembc/energyrunner, datasets/README.md; dataset.py makes one of a folder of images).

In the emulator an instruction takes 8 ns whatever it does: what the device calls microseconds is instructions, 125 of them each, and no
time. Needs nothing but Python, and QEMU for --elf.
"""

import argparse
import csv
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

# -icount shift=3: an instruction takes 2³ ns.
SHIFT = 3
INSTRUCTIONS_OF_MICROSECOND = 1000 >> SHIFT
EMULATOR = ["qemu-system-arm", "-M", "mps2-an386", "-nodefaults", "-nic", "none", "-display", "none", "-monitor", "none", "-serial", "stdio",
            "-no-reboot", "-icount", f"shift={SHIFT},align=off,sleep=off", "-kernel"]
# A command has at most 80 characters.
BYTES_OF_COMMAND = 31
LONGEST_LINE = 1 << 16


def fail(message):
    sys.exit(f"runner: {message}")


class Device:
    """The other end: commands go out, lines come back up to m-ready."""

    def __init__(self, given):
        self.process, self.rest = None, b""
        try:
            if given.elf:
                if not given.elf.is_file():
                    fail(f"{given.elf} is no file: make it with the Makefile beside this program.")
                self.process = subprocess.Popen([*EMULATOR, str(given.elf)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                stderr=subprocess.DEVNULL, bufsize=0)
                self.read = lambda: os.read(self.process.stdout.fileno(), 4096)
                self.write = self.process.stdin.write
            elif given.connect:
                host, _, port = given.connect.rpartition(":")
                connection = socket.create_connection((host or "localhost", int(port)))
                self.read, self.write = lambda: connection.recv(4096), connection.sendall
            else:
                port = open(given.serial, "r+b", buffering=0)
                self.read, self.write = lambda: port.read(4096), port.write
        except FileNotFoundError as error:
            fail(f"{error.filename} is missing" + (": on Debian, apt-get install qemu-system-arm." if given.elf else "."))
        except (OSError, ValueError) as error:
            fail(f"there is no device at {given.connect or given.serial} ({error}).")

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def lines(self):
        """The lines of an answer, without the last, m-ready."""
        found = []
        while True:
            line, mark, rest = self.rest.partition(b"\n")
            if not mark:
                more = self.read()
                if not more:
                    fail("the device is gone" + (f" after “{found[-1]}”" if found else "") + ".")
                if len(self.rest) > LONGEST_LINE:
                    fail("the device sends a line without an end: is this the right port?")
                self.rest += more
                continue
            self.rest = rest
            text = line.decode("ascii", "replace").strip("\r\0 ")
            if text == "m-ready":
                return found
            found.append(text)

    def ask(self, command):
        self.write(f"{command}%".encode())
        lines = self.lines()
        for line in lines:
            if line.startswith("e-"):
                fail(f"the device answers “{command[:40]}” by {line}")
        return lines

    def load(self, content):
        self.ask(f"db load {len(content)}")
        # All of an image at once: the device takes a character when it has time, and each answer is waited for in turn.
        parts = [content[start:start + BYTES_OF_COMMAND] for start in range(0, len(content), BYTES_OF_COMMAND)]
        lines = [line for part in parts for line in self.ask(f"db {part.hex()}")]
        if "m-load-done" not in lines:
            fail(f"the device has not taken {len(content)} bytes.")

    def infer(self, times, warmups):
        """The shares of the classes, and the microseconds between the two timestamps."""
        lines = self.ask(f"infer {times} {warmups}")
        laps = [int(found[1]) for line in lines if (found := re.fullmatch(r"m-lap-us-([0-9]+)", line))]
        results = [found[1] for line in lines if (found := re.fullmatch(r"m-results-\[([^]]+)\]", line))]
        if len(laps) != 2 or len(results) != 1:
            fail(f"the device's answer to infer is not understood: {lines}")
        return [float(one) for one in results[0].split(",") if one.strip()], (laps[1] - laps[0]) % (1 << 32)


def dataset(folder, most):
    """Names, contents and classes."""
    table = folder / "y_labels.csv"
    try:
        with open(table, newline="") as file:
            rows = [row for row in csv.reader(file) if row]
        found = [(row[0].strip(), int(row[2])) for row in rows[:most]]
        return [(name, (folder / name).read_bytes(), label) for name, label in found]
    except (OSError, ValueError, IndexError) as error:
        fail(f"{table} is no list of FILE,CLASSES,CLASS with these files beside it ({error}).")


def accuracy(device, samples, given):
    right, answers = 0, []
    started = time.monotonic()
    for index, (name, content, label) in enumerate(samples):
        device.load(content)
        results, _ = device.infer(1, 0)
        if not 0 <= label < len(results):
            fail(f"{name} is of class {label}, and the device has {len(results)}.")
        answer = max(range(len(results)), key=lambda one: results[one])
        right += answer == label
        answers.append({"file": name, "class": label, "answer": answer, "results": results})
        if sys.stderr.isatty():
            print(f"\r{index + 1} of {len(samples)}, {right} right, {time.monotonic() - started:.0f} s", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if given.answers:
        given.answers.write_text("".join(json.dumps(one) + "\n" for one in answers))
    return {"mode": "accuracy", "samples": len(samples), "right": right, "top1": right / len(samples)}


def performance(device, samples, given):
    rates, iterations = [], given.iterations
    for _, content, _ in samples[:5]:
        device.load(content)
        results, microseconds = device.infer(iterations, given.warmups)
        if not microseconds:
            fail("the device's clock stands still.")
        rates.append(iterations * 1e6 / microseconds)
    median = statistics.median(rates)
    report = {"mode": "performance", "inputs": len(rates), "iterations": iterations, "warmups": given.warmups,
              "inferences_a_second": rates, "median": median}
    if given.elf:
        report["instructions_an_inference"] = round(INSTRUCTIONS_OF_MICROSECOND * 1e6 / median)
    return report


def text(report):
    if report["mode"] == "accuracy":
        return f"top-1 {100 * report['top1']:.2f} %: {report['right']} of {report['samples']} right"
    said = f"median of {report['inputs']} inputs, {report['iterations']} iterations each: {report['median']:.3f} inferences a second"
    instructions = report.get("instructions_an_inference")
    return said + (f" of the emulator, which takes 8 ns an instruction: {instructions:,} instructions an inference" if instructions else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["accuracy", "performance"])
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--elf", type=Path, metavar="FILE", help="a program for QEMU's mps2-an386")
    where.add_argument("--connect", metavar="HOST:PORT", help="a device behind a socket")
    where.add_argument("--serial", metavar="PORT", help="a device on a serial port")
    parser.add_argument("--dataset", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--samples", type=int, metavar="N", help="no more than the first N (default: all; performance takes five)")
    parser.add_argument("--iterations", type=int, default=10, metavar="N", help="of performance, for each input (default: %(default)s)")
    parser.add_argument("--warmups", type=int, default=1, metavar="N", help="before them (default: %(default)s)")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="write a line of JSON for each sample of accuracy")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args()
    if given.iterations < 1 or given.warmups < 0 or (given.samples is not None and given.samples < 1):
        parser.error("--iterations and --samples are 1 or more, --warmups 0 or more")
    samples = dataset(given.dataset, given.samples)
    if not samples:
        fail(f"{given.dataset}/y_labels.csv names no sample.")
    device = Device(given)
    try:
        if given.elf:
            device.lines()
        profile = device.ask("name") + device.ask("profile")
        if not any(line.startswith("m-name-dut-") for line in profile):
            fail(f"this is no device of MLPerf Tiny: it answers {profile}")
        report = (accuracy if given.mode == "accuracy" else performance)(device, samples, given)
    finally:
        device.end()
    report["profile"] = profile
    print(json.dumps(report) if given.json else text(report))


if __name__ == "__main__":
    main()
