"""Decoding with suppression beside PyTorch, and evaluation beside pycocotools.

    swift build -c release --product benchmark-detection
    Benchmarks/run detection.py [--images 5000] [--rounds 5] [--csv FILE]

Evaluation needs the package pycocotools in the Python that runs this; without it, only decoding is measured. Rounds alternate between the
sides; what is printed is the median with the range.
"""

import argparse
import contextlib
import csv
import io
import pathlib
import random
import statistics
import subprocess
import tempfile
import time

import numpy as np
import torch

PROGRAM = pathlib.Path(__file__).parent.parent / ".build/release/benchmark-detection"
CLASSES = 20
GRIDS = [20, 10, 5, 3, 2, 1]
SCALES = [0.2 + 0.75 * i / 5 for i in range(6)] + [1.0]


def anchors():
    boxes = []
    for level, side in enumerate(GRIDS):
        scale, following = SCALES[level], SCALES[level + 1]
        sizes = [(scale * r**0.5, scale / r**0.5) for r in [1, 2, 1 / 2, 3, 1 / 3]] + [((scale * following) ** 0.5,) * 2]
        for row in range(side):
            for column in range(side):
                boxes += [((column + 0.5) / side, (row + 0.5) / side, w, h) for w, h in sizes]
    return torch.tensor(boxes)


def outputs():
    """Logits and offsets of an image with some 20 objects: most anchors see background."""
    torch.manual_seed(1)
    parts = []
    for side in GRIDS:
        logits = torch.randn(side * side * 6, CLASSES + 1)
        logits[:, 0] += 6
        sees = torch.rand(len(logits)) < 0.05
        logits[sees, torch.randint(1, CLASSES + 1, (int(sees.sum()),))] += 8
        parts += [logits, torch.randn(side * side * 6, 4)]
    return parts


def decode(parts, priors):
    """The same in PyTorch: softmax, boxes, and greedy suppression class by class over a matrix of overlaps."""
    logits, offsets = torch.cat(parts[0::2]), torch.cat(parts[1::2])
    scores = logits.softmax(1)[:, 1:]
    rows, labels = torch.where(scores >= 0.01)
    kept = scores[rows, labels]
    centre = priors[:, :2] + offsets[:, :2] * 0.1 * priors[:, 2:]
    size = (offsets[:, 2:] * 0.2).clamp(max=4.1352).exp() * priors[:, 2:]
    boxes = torch.cat([centre - size / 2, centre + size / 2], 1).clamp(0, 1)[rows]
    order = kept.argsort(descending=True, stable=True)[:1000]
    boxes, labels, kept = boxes[order], labels[order], kept[order]
    # Boxes of other classes are moved apart, so that one pass serves all.
    moved = boxes + labels[:, None] * 2.0
    low = torch.maximum(moved[:, None, :2], moved[None, :, :2])
    high = torch.minimum(moved[:, None, 2:], moved[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(2)
    area = (moved[:, 2:] - moved[:, :2]).prod(1)
    overlaps = shared / (area[:, None] + area[None, :] - shared) > 0.45
    alive = torch.ones(len(kept), dtype=torch.bool)
    chosen = []
    for index in range(len(kept)):
        if alive[index]:
            chosen.append(index)
            if len(chosen) == 100:
                break
            alive &= ~overlaps[index]
    return boxes[chosen], labels[chosen], kept[chosen]


def found(images):
    """Rows of image, label, x, y, width, height, score: objects (score −1) and 100 detections an image."""
    generator = random.Random(1)
    rows = []
    for image in range(images):
        objects = []
        for _ in range(7):
            w, h = generator.uniform(10, 200), generator.uniform(10, 200)
            objects.append((generator.randrange(80), generator.uniform(0, 400), generator.uniform(0, 300), w, h))
            rows.append([image, *objects[-1], -1])
        for _ in range(100):
            label, x, y, w, h = generator.choice(objects)
            jitter = lambda: generator.gauss(0, 15)
            rows.append([image, label, x + jitter(), y + jitter(), w, h, generator.random()])
    return np.array(rows, dtype=np.float32)


def pycocotools(rows):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    objects, detections = rows[rows[:, 6] < 0], rows[rows[:, 6] >= 0]
    truth = COCO()
    truth.dataset = {
        "images": [{"id": i} for i in range(int(rows[:, 0].max()) + 1)], "categories": [{"id": k} for k in range(80)],
        "annotations": [
            {"id": n + 1, "image_id": int(r[0]), "category_id": int(r[1]), "bbox": [float(v) for v in r[2:6]],
             "area": float(r[4] * r[5]), "iscrowd": 0} for n, r in enumerate(objects)],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        said = truth.loadRes(np.concatenate([detections[:, [0]], detections[:, 2:6], detections[:, [6]], detections[:, [1]]], 1))

    def run():
        with contextlib.redirect_stdout(io.StringIO()):
            evaluation = COCOeval(truth, said, "bbox")
            evaluation.evaluate(), evaluation.accumulate(), evaluation.summarize()
        return evaluation.stats[0]

    return run


class Ours:
    def __init__(self, folder, what):
        self.process = subprocess.Popen([PROGRAM, folder, what], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.result = self.process.stdout.readline().strip()

    def times(self, count):
        self.process.stdin.write(f"{count}\n"), self.process.stdin.flush()
        return [float(t) for t in self.process.stdout.readline().split()]


def compare(name, ours, other, other_name, rounds, repetitions, table):
    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(statistics.median(ours.times(repetitions)))
        start = time.perf_counter()
        for _ in range(repetitions):
            other()
        theirs.append((time.perf_counter() - start) * 1000 / repetitions)
    for side, values in [("sapool", mine), (other_name, theirs)]:
        print(f"{name:28} {side:12} {statistics.median(values):10.2f} ms  ({min(values):.2f} to {max(values):.2f})")
        table.append([name, side, f"{statistics.median(values):.3f}", f"{min(values):.3f}", f"{max(values):.3f}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--csv", type=pathlib.Path)
    options = parser.parse_args()
    table = [["work", "side", "median_ms", "least_ms", "most_ms"]]
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        parts, priors = outputs(), anchors()
        pathlib.Path(folder, "outputs.f32").write_bytes(torch.cat([p.flatten() for p in parts]).numpy().tobytes())
        ours = Ours(folder, "decode")
        boxes, labels, scores = decode(parts, priors)
        print(f"detections, sum of scores: {ours.result} here, {len(scores)} {scores.sum().item():.6f} in PyTorch")
        compare("decode and suppress", ours, lambda: decode(parts, priors), "PyTorch", options.rounds, 20, table)
        try:
            import pycocotools as _
        except ImportError:
            print("pycocotools is not installed: evaluation is not measured")
        else:
            rows = found(options.images)
            pathlib.Path(folder, "found.f32").write_bytes(rows.tobytes())
            ours, other = Ours(folder, "evaluate"), pycocotools(rows)
            print(f"mAP: {ours.result} here, {other():.6f} in pycocotools")
            compare(f"evaluate {options.images} images", ours, other, "pycocotools", max(1, options.rounds // 2), 1, table)
    if options.csv:
        with options.csv.open("w", newline="") as file:
            csv.writer(file).writerows(table)


main()
