"""Sides of a comparison: processes that run steps on demand, so that they can take turns and each has its own peak memory."""

import os
import resource
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SAPOOL = os.path.join(HERE, "..", ".build", "release", "sapool")
RESULTS = os.path.join(HERE, "results")


class Side:
    """A process that answers a number with the milliseconds of that many steps, and "memory" with its peak in MiB."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit("a side of the benchmark ended early")
        return [float(x) for x in answer.split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def sapool(network, resolution, batch, mode, threads):
    """The command of sapool's side."""
    if not os.path.exists(SAPOOL):
        sys.exit(f"{SAPOOL} is missing: run `make build` first")
    inference = ["--inference"] if mode == "infer" else []
    return [SAPOOL, "speed", network, "--resolution", str(resolution), "--batch-size", str(batch), "--threads",
            str(threads), "--serve", *inference]


def serve(step):
    """Answers a `Side`: the other end of it, for sides in Python."""
    for line in sys.stdin:
        if line.strip() == "memory":
            print(peak_mebibytes(), flush=True)
            continue
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            step()
            times.append((time.perf_counter() - start) * 1e3)
        print(*("%.3f" % t for t in times), flush=True)


def interleaved(sides, rounds, steps):
    """Milliseconds by side, each taking its turn in every round, after one for warming up."""
    for side in sides.values():
        side.ask(steps)
    times = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            times[name] += side.ask(steps)
    return times


def spread(times):
    """Half the distance between the quartiles, as a share of the median."""
    if len(times) < 4:
        return 0.0
    low, middle, high = statistics.quantiles(times, n=4)
    return (high - low) / 2 / middle


def peak_mebibytes():
    """Peak of resident memory; on Linux not getrusage's, which survives exec and would count the parent."""
    try:
        with open("/proc/self/status") as status:
            return next(float(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
