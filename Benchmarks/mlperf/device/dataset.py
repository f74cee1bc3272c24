#!/usr/bin/env python3
"""Makes a data set in MLPerf Tiny's form of a folder of images: NAME.bin with the bytes of an image, rows of RGB, and y_labels.csv.

    Benchmarks/mlperf/device/dataset.py cifar10/test ic01 --side 32 --samples 200

FOLDER has a folder of images for each class; classes are numbered in the order of names. Images are taken from all classes in turn, and
resized to SIDE × SIDE where they are larger or smaller. Needs Pillow.
"""

import argparse
import csv
import os
from itertools import zip_longest
from pathlib import Path

from PIL import Image


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--side", type=int, required=True, help="of the network's images")
    parser.add_argument("--samples", type=int, metavar="N", help="no more than N (default: all)")
    given = parser.parse_args()
    classes = sorted(entry.name for entry in os.scandir(given.folder) if entry.is_dir())
    columns = [[(file, label) for file in sorted((given.folder / name).iterdir())] for label, name in enumerate(classes)]
    samples = [one for row in zip_longest(*columns) for one in row if one][:given.samples]
    if not samples:
        parser.error(f"{given.folder} has no folders of images")
    given.output.mkdir(parents=True, exist_ok=True)
    rows = []
    for index, (path, label) in enumerate(samples):
        with Image.open(path) as image:
            image = image.convert("RGB")
        if image.size != (given.side, given.side):
            image = image.resize((given.side, given.side), Image.BILINEAR)
        name = f"{index:05}_{classes[label]}.bin"
        (given.output / name).write_bytes(image.tobytes())
        rows.append([name, len(classes), label])
    with open(given.output / "y_labels.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
