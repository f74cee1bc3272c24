"""What the blocks share: the clock, the file of results, and the programs under test."""

import dataclasses
import json
import os
import subprocess
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))


@dataclasses.dataclass
class Sizes:
    """How large everything is."""

    steps: int  # of each short training
    batch: int  # of each short training
    side: int  # of its images, in pixels
    width: float  # of its MobileNetV2
    cases: list  # of throughput: network, pixels, batch, precision, sides
    busy_side: int
    busy_batch: int
    busy_images: int
    rounds: int
    milliseconds: float  # that a round of a side takes
    tokens: int  # of attention alone
    science_side: int
    science_batch: int
    science_seeds: int

    @staticmethod
    def full():
        strided, attentive = "mobilenet_v2-skip-1222121", "mobilenet_v2-nlp_headfix2-1222121"
        return Sizes(
            steps=20, batch=32, side=64, width=0.35,
            # Compiling takes a minute each, so only where a target asks for it.
            cases=[
                (strided, 128, 256, "bfloat16", ("sapool", "eager", "compile")),
                (attentive, 128, 256, "bfloat16", ("sapool", "eager", "compile")),
                ("plain-cnn", 32, 512, "bfloat16", ("sapool", "eager", "compile")),
                (strided, 128, 256, "float32", ("sapool", "eager")),
                (attentive, 128, 256, "float32", ("sapool", "eager")),
                (strided, 224, 256, "bfloat16", ("sapool", "eager")),
                (attentive, 224, 256, "bfloat16", ("sapool", "eager")),
            ], busy_side=224, busy_batch=256, busy_images=2048, rounds=7, milliseconds=700, tokens=4096, science_side=112,
            science_batch=128, science_seeds=8)

    @staticmethod
    def toy():
        return Sizes(
            steps=2, batch=4, side=32, width=0.1,
            cases=[(name, 32, 2, "float32", ("sapool", "eager"))
                   for name in ("mobilenet_v2-skip-1222121", "mobilenet_v2-nlp_headfix2-1222121", "plain-cnn")],
            busy_side=32, busy_batch=4, busy_images=16, rounds=1, milliseconds=1, tokens=64, science_side=32, science_batch=4,
            science_seeds=1)


class Session:
    def __init__(self, options, sizes):
        self.options, self.sizes = options, sizes
        self.start = time.monotonic()
        self.folder = os.path.abspath(options.results)
        os.makedirs(self.folder, exist_ok=True)
        self.path = os.path.join(self.folder, "results.jsonl")
        self.is_dry = options.dry_run
        self.device = options.device
        self.program = [os.path.abspath(options.sapool)]
        # The launcher of Scripts/portable takes PyTorch's folder; a build knows its own.
        if options.torch or os.path.exists(os.path.join(os.path.dirname(self.program[0]), "bin", "sapool-torch")):
            self.program += ["--torch", options.torch or os.path.dirname(torch.__file__)]

    # Time

    def left(self):
        return self.options.seconds - (time.monotonic() - self.start)

    # Results

    def results(self):
        if not os.path.exists(self.path):
            return []
        with open(self.path) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def has(self, block, key):
        """Whether a result is there already. One that failed is tried again by the next call."""
        return any(r["block"] == block and r["key"] == key and "error" not in r for r in self.results())

    def record(self, block, key, **figures):
        with open(self.path, "a") as file:
            file.write(json.dumps({"block": block, "key": key, **figures}) + "\n")
        told = " ".join(f"{name} {value}" for name, value in figures.items())
        self.say(f"{block}/{key}: {told}")

    def has_failures(self):
        """Whether something failed that no later try made good."""
        last = {(r["block"], r["key"]): r for r in self.results()}
        return any("error" in result for result in last.values())

    def say(self, text):
        print(f"[{time.monotonic() - self.start:6.1f} s] {text}", flush=True)

    # Programs

    def sapool(self, *arguments, seconds=None):
        """Runs a verb to its end. Returns what it wrote to standard output.

        Raises RuntimeError with its last lines where it fails or takes longer than there is time."""
        command = self.program + [str(a) for a in arguments]
        limit = max(5, min(seconds or 1e9, self.left()))
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"it was not done after {limit:.0f} s") from None
        if done.returncode != 0:
            raise RuntimeError(" ".join(done.stderr.strip().splitlines()[-2:]) or f"status {done.returncode}")
        return done.stdout

    def describe_machine(self):
        about = {"python": sys.version.split()[0], "torch": torch.__version__, "cores": os.cpu_count()}
        if self.device.startswith("cuda"):
            if not torch.cuda.is_available():
                sys.exit("this PyTorch finds no GPU: use --dry-run to see all blocks go through without one")
            properties = torch.cuda.get_device_properties(self.device)
            about.update(gpu=properties.name, mebibytes=properties.total_memory >> 20, cuda=torch.version.cuda,
                         cudnn=torch.backends.cudnn.version())
        about["sapool"] = self.sapool("--version", seconds=120).strip()
        if not self.has("machine", "machine"):
            self.record("machine", "machine", **about)
