#!/usr/bin/env python3
"""Images a second from JPEG files to augmented batches: sapool's loader beside PyTorch's DataLoader with Pillow.

    Benchmarks/run loader.py --data photos      a folder with train/CLASS/*.jpg

Both draw a random part of 8 to 100 % of the image, resize it (antialiased bilinear) and flip it half of the time, with as many workers. PyTorch is
measured as people write it (float tensors, normalised, in the workers), and handing out bytes as sapool does.
"""

import argparse
import csv
import glob
import math
import os
import random
import statistics
import subprocess
import sys
import time

import numpy
import torch

try:
    from PIL import Image
except ImportError:
    sys.exit("Pillow is missing: .deps/venv/bin/python -m pip install pillow")

HERE = os.path.dirname(os.path.abspath(__file__))
LOADER = os.path.join(HERE, "..", ".build", "release", "benchmark-loader")
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


class Photos(torch.utils.data.Dataset):
    """An image folder with torchvision's RandomResizedCrop and RandomHorizontalFlip, written out."""

    def __init__(self, folder, side, floats):
        classes = sorted(glob.glob(os.path.join(folder, "train", "*")))
        self.files = [(path, label) for label, name in enumerate(classes) for path in sorted(glob.glob(os.path.join(name, "*")))]
        self.side, self.floats = side, floats

    def __len__(self):
        return len(self.files)

    @staticmethod
    def part(width, height):
        for _ in range(10):
            area = width * height * random.uniform(0.08, 1)
            ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
            w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < w <= width and 0 < h <= height:
                x, y = random.randint(0, width - w), random.randint(0, height - h)
                return x, y, x + w, y + h
        side = min(width, height)
        return (width - side) // 2, (height - side) // 2, (width + side) // 2, (height + side) // 2

    def __getitem__(self, index):
        path, label = self.files[index]
        with Image.open(path) as image:
            image = image.convert("RGB")
        image = image.resize((self.side, self.side), Image.BILINEAR, box=self.part(*image.size))
        if random.random() < 0.5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        pixels = torch.from_numpy(numpy.array(image))
        if not self.floats:
            return pixels, label
        return (pixels.permute(2, 0, 1).contiguous().float().div(255) - MEAN) / DEVIATION, label


def pytorch(folder, side, batch, workers, floats):
    loader = torch.utils.data.DataLoader(
        Photos(folder, side, floats), batch_size=batch, shuffle=True, num_workers=workers, persistent_workers=True, prefetch_factor=4)

    def epoch():
        start = time.perf_counter()
        images = sum(len(labels) for _, labels in loader)
        return images / (time.perf_counter() - start)

    return epoch


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a folder with train/CLASS/*.jpg")
    parser.add_argument("--resolution", type=int, default=128)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5, help="epochs of each side")
    parser.add_argument("--csv", help="append the medians to this file")
    a = parser.parse_args()
    if not os.path.exists(LOADER):
        sys.exit(f"{LOADER} is missing: run `make build` first")
    # The main process of either side only takes batches.
    torch.set_num_threads(1)
    process = subprocess.Popen([LOADER, a.data, str(a.resolution), str(a.batch), str(a.workers)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)

    def sapool():
        process.stdin.write("\n")
        process.stdin.flush()
        answer = process.stdout.readline().split()
        if len(answer) != 2:
            sys.exit("sapool's side of the benchmark ended early")
        return int(answer[0]) / float(answer[1])

    sides = {
        "sapool": sapool,
        "PyTorch, floats": pytorch(a.data, a.resolution, a.batch, a.workers, True),
        "PyTorch, bytes": pytorch(a.data, a.resolution, a.batch, a.workers, False),
    }
    for side in sides.values():
        side()  # warm-up: workers start, files come into memory
    rates = {name: [] for name in sides}
    for _ in range(a.rounds):
        for name, side in sides.items():
            rates[name].append(side())
    process.stdin.close()
    medians = {name: statistics.median(r) for name, r in rates.items()}
    print(f"{a.data}, random parts to {a.resolution} px, batch {a.batch}, {a.workers} workers, {a.rounds} epochs each, interleaved; "
          f"PyTorch {torch.__version__}, Pillow {Image.__version__}")
    print(f"{'':20}{'median images/s':>18}{'min':>8}{'max':>8}{'sapool ×':>10}")
    for name in sides:
        print(f"{name:20}{medians[name]:18.0f}{min(rates[name]):8.0f}{max(rates[name]):8.0f}{medians['sapool'] / medians[name]:10.2f}")
    if a.csv:
        new = not os.path.exists(a.csv)
        with open(a.csv, "a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["resolution", "batch", "workers", "side", "median_images_per_s", "min", "max", "sapool_times_faster"])
            for name in sides:
                writer.writerow([a.resolution, a.batch, a.workers, name, round(medians[name]), round(min(rates[name])),
                                 round(max(rates[name])), round(medians["sapool"] / medians[name], 2)])


if __name__ == "__main__":
    main()
