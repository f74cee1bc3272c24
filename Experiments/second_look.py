#!/usr/bin/env python3
"""Computes the accuracy of a run again, outside of sapool: ONNX Runtime and Pillow in place of its own code, image by image.

    Experiments/second_look.py runs/imagenette/runs/average-…/seed-1 data/imagenette-128/val

For runs on photographs that are evaluated by a centre crop. Needs onnxruntime, Pillow below 13 and numpy; SAPOOL names the binary.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnxruntime
from PIL import Image

SAPOOL = os.environ.get("SAPOOL", "sapool")


class Photographs:
    """The images of a folder as a run's evaluation sees them, read by Pillow."""

    def __init__(self, run, folder):
        configuration = json.loads((run / "config.json").read_text())
        self.names = configuration["classNames"]
        crop = configuration["evaluationTransform"]["geometry"]["centerCrop"]
        self.side, self.short_side = crop["_0"]["width"], crop["shortSide"]
        normalization = configuration["normalization"]
        self.mean, self.deviation = (numpy.array(normalization[key], numpy.float32) for key in ("mean", "deviation"))
        self.files = sorted(path for name in self.names for path in (folder / name).iterdir() if path.is_file())
        self.labels = numpy.array([self.names.index(path.parent.name) for path in self.files])

    def batches(self, size=64):
        """What the network takes, `[N, 3, H, W]`, in the order of the files."""
        for start in range(0, len(self.files), size):
            bytes_ = numpy.stack([self._pixels(path) for path in self.files[start : start + size]])
            yield ((bytes_.astype(numpy.float32) / 255 - self.mean) / self.deviation).transpose(0, 3, 1, 2)

    def _pixels(self, path):
        """`[H, W, 3]` bytes: the short side resized, the middle cut out."""
        image = Image.open(path).convert("RGB")
        width, height = image.size
        if width <= height:
            image = image.resize((self.short_side, self.short_side * height // width), Image.BILINEAR)
        else:
            image = image.resize((self.short_side * width // height, self.short_side), Image.BILINEAR)
        left, top = (image.width - self.side) // 2, (image.height - self.side) // 2
        return numpy.asarray(image.crop((left, top, left + self.side, top + self.side)))


def export(run, folder):
    """The run's ONNX file, written into the folder."""
    model = f"{folder}/model.onnx"
    subprocess.run([SAPOOL, "export", run, "--format", "onnx", "--output", model], check=True, stdout=subprocess.DEVNULL)
    return model


def own_classes(run, files):
    """What sapool says of each file."""
    found = []
    for start in range(0, len(files), 500):
        command = [SAPOOL, "predict", run, *map(str, files[start : start + 500]), "--top", "1", "--json"]
        answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        found += [one["classes"][0]["name"] for one in answer]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path, help="a folder with a folder of images for each class")
    options = parser.parse_args()
    photographs = Photographs(options.run, options.images)
    files, labels = photographs.files, photographs.labels
    with tempfile.TemporaryDirectory() as folder:
        session = onnxruntime.InferenceSession(export(options.run, folder), providers=["CPUExecutionProvider"])
    said = numpy.concatenate([session.run(None, {"input": batch})[0].argmax(1) for batch in photographs.batches()])
    own = numpy.array([photographs.names.index(name) for name in own_classes(options.run, files)])
    different = [str(files[index]) for index in numpy.flatnonzero(own != said)]
    print(f"sapool {100 * (own == labels).mean():.2f} %, outside {100 * (said == labels).mean():.2f} % of {len(files)} images;")
    print(f"the same class for {len(files) - len(different)} of them" + "".join(f"\n  not {path}" for path in different))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
