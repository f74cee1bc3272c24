#!/usr/bin/env python3
"""Makes a data set in MLPerf Tiny's form: NAME.bin with the bytes of a sample, of an image rows of RGB, and y_labels.csv.

    Benchmarks/mlperf/device/dataset.py cifar10/test ic01 --side 32 --samples 200
    Benchmarks/mlperf/device/dataset.py kws_ref_model.golden.safetensors kws01 --signed

A folder has a folder of images for each class; classes are numbered in the order of names. Images are taken from all classes in turn, and
resized to SIDE × SIDE where they are larger or smaller; that needs Pillow. A file of golden numbers has int8 tensors "input" and "output";
a sample's class is that of the largest output.
"""

import argparse
import csv
import json
import math
import os
from itertools import zip_longest
from pathlib import Path


def images(folder, side, most):
    """Names, bytes and classes of a folder's images, and how many classes there are."""
    from PIL import Image

    classes = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    columns = [[(file, label) for file in sorted((folder / name).iterdir())] for label, name in enumerate(classes)]
    samples = []
    for index, (path, label) in enumerate([one for row in zip_longest(*columns) for one in row if one][:most]):
        with Image.open(path) as image:
            image = image.convert("RGB")
        if image.size != (side, side):
            image = image.resize((side, side), Image.BILINEAR)
        samples.append((f"{index:05}_{classes[label]}.bin", image.tobytes(), label))
    return samples, len(classes)


def golden(path, is_signed, most):
    """The same of a file of golden numbers."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])

    def rows(name):
        tensor = header.get(name, {})
        if tensor.get("dtype") != "I8":
            raise SystemExit(f"dataset: {path} has no int8 tensor {name}")
        count, size = tensor["shape"][0], math.prod(tensor["shape"][1:])
        start = 8 + length + tensor["data_offsets"][0]
        return [data[start + index * size : start + (index + 1) * size] for index in range(count)]

    samples, outputs = [], rows("output")
    for index, (given, said) in enumerate(list(zip(rows("input"), outputs))[:most]):
        scores = [(value ^ 0x80) for value in said]
        taken = given if is_signed else bytes(value ^ 0x80 for value in given)
        samples.append((f"{index:05}.bin", taken, scores.index(max(scores))))
    return samples, len(outputs[0]) if outputs else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="a folder of images, or a file of golden numbers (.safetensors)")
    parser.add_argument("output", type=Path)
    parser.add_argument("--side", type=int, help="of the network's images")
    parser.add_argument("--signed", action="store_true", help="of golden numbers: the model takes signed bytes, as kws01 does")
    parser.add_argument("--samples", type=int, metavar="N", help="no more than N (default: all)")
    given = parser.parse_args()
    if given.source.suffix == ".safetensors":
        samples, classes = golden(given.source, given.signed, given.samples)
    else:
        if given.side is None:
            parser.error("images need --side")
        samples, classes = images(given.source, given.side, given.samples)
    if not samples:
        parser.error(f"{given.source} holds no samples")
    given.output.mkdir(parents=True, exist_ok=True)
    for name, data, _ in samples:
        (given.output / name).write_bytes(data)
    with open(given.output / "y_labels.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([name, classes, label] for name, _, label in samples)


if __name__ == "__main__":
    main()
