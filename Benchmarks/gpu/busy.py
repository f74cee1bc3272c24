"""How busy the GPU is while it is trained from a folder of JPEG files: images a second beside those of steps alone."""

import json
import os
import statistics
import subprocess
import threading
import time

import numpy
from PIL import Image

BLOCK = "busy"
NETWORK = "mobilenet_v2-skip-1222121"


def measure(session):
    sizes = session.sizes
    key = f"{NETWORK} {sizes.busy_side} {sizes.busy_batch}"
    if session.has(BLOCK, key) or session.left() < (15 if session.is_dry else 60):
        return
    folder = os.path.join(session.folder, "jpegs")
    if not os.path.exists(folder):
        photographs(folder, sizes.busy_side, sizes.busy_images)
    precision = "bfloat16" if session.device.startswith("cuda") else "float32"
    common = ["--resolution", sizes.busy_side, "--batch-size", sizes.busy_batch, "--device", session.device, "--precision",
              precision]
    try:
        # Wall time of many epochs less that of few: what starting takes is in both, waiting for files in all of it.
        few, many = (1, 2) if session.is_dry else (2, 12)
        seconds = {}
        for epochs in (few, many):
            output = os.path.join(session.folder, "runs", "busy")
            subprocess.run(["rm", "-rf", output], check=True)
            start = time.monotonic()
            with Utilization(session.device) as utilization:
                session.sapool("train", "--network", NETWORK, "--data", folder, "--epochs", epochs, "--workers",
                               os.cpu_count(), "--output", output, *common)
            seconds[epochs] = time.monotonic() - start
        images = (many - few) * (sizes.busy_images // sizes.busy_batch * sizes.busy_batch)
        trained = images / max(1e-9, seconds[many] - seconds[few])
        alone = trained
        if not session.is_dry:
            alone = json.loads(session.sapool("speed", NETWORK, "--json", *common))["images_per_second"]
        session.record(BLOCK, key, images_per_second=round(trained, 1), share=round(trained / alone, 3),
                       utilization=utilization.median())
    except (RuntimeError, ValueError, KeyError) as error:
        session.record(BLOCK, key, error=str(error))


def photographs(folder, side, count):
    """JPEG files somewhat larger than what is cropped of them, with detail in them as photographs have."""
    generator = numpy.random.default_rng(4)
    size = side * 8 // 7
    rough = generator.integers(0, 256, (8, size // 4 + 1, size // 4 + 1, 3)).astype(numpy.uint8)
    for split, number in (("train", count), ("val", max(4, count // 32))):
        for index in range(number):
            path = os.path.join(folder, split, f"class-{index % 4}")
            os.makedirs(path, exist_ok=True)
            image = Image.fromarray(rough[index % 8]).resize((size + index % 7, size), Image.BILINEAR)
            image.save(os.path.join(path, f"{index}.jpg"), quality=90)


class Utilization:
    """Asks nvidia-smi twice a second, where there is one."""

    def __init__(self, device):
        self.command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-i",
                        device.rpartition(":")[2]]
        self.is_there = device.startswith("cuda")
        self.values, self.over = [], threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while self.is_there and not self.over.wait(0.5):
            try:
                self.values.append(float(subprocess.run(self.command, capture_output=True, text=True, timeout=5).stdout))
            except (OSError, ValueError, subprocess.TimeoutExpired):
                return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def median(self):
        """Over the second half, when all is under way; None where nobody could be asked."""
        half = self.values[len(self.values) // 2:]
        return statistics.median(half) if half else None
