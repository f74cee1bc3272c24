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


def pixels(path, size, short_side):
    """The image as the network takes it, `[H, W, 3]` bytes: its short side resized, the middle cut out."""
    image = Image.open(path).convert("RGB")
    width, height = image.size
    if width <= height:
        image = image.resize((short_side, short_side * height // width), Image.BILINEAR)
    else:
        image = image.resize((short_side * width // height, short_side), Image.BILINEAR)
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return numpy.asarray(image.crop((left, top, left + size, top + size)))


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
    configuration = json.loads((options.run / "config.json").read_text())
    names = configuration["classNames"]
    crop = configuration["evaluationTransform"]["geometry"]["centerCrop"]
    mean, deviation = (numpy.array(configuration["normalization"][key], numpy.float32) for key in ("mean", "deviation"))

    files = sorted(path for name in names for path in (options.images / name).iterdir() if path.is_file())
    labels = numpy.array([names.index(path.parent.name) for path in files])
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/model.onnx"
        subprocess.run(
            [SAPOOL, "export", options.run, "--format", "onnx", "--output", model], check=True, stdout=subprocess.DEVNULL)
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    said = []
    for start in range(0, len(files), 64):
        batch = numpy.stack([pixels(path, crop["_0"]["width"], crop["shortSide"]) for path in files[start : start + 64]])
        batch = (batch.astype(numpy.float32) / 255 - mean) / deviation
        said += session.run(None, {"input": batch.transpose(0, 3, 1, 2)})[0].argmax(1).tolist()
    own = numpy.array([names.index(name) for name in own_classes(options.run, files)])
    said = numpy.array(said)
    different = [str(files[index]) for index in numpy.flatnonzero(own != said)]
    print(f"sapool {100 * (own == labels).mean():.2f} %, outside {100 * (said == labels).mean():.2f} % of {len(files)} images;")
    print(f"the same class for {len(files) - len(different)} of them" + "".join(f"\n  not {path}" for path in different))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
