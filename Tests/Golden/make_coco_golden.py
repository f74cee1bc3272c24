#!/usr/bin/env python3
"""Makes Tests/DetectionTests/Resources/coco.json: random detections and what pycocotools says of them.

    pip install pycocotools numpy
    Tests/Golden/make_coco_golden.py

Every case holds images with objects and detections, boxes as x, y, width, height, and pycocotools' twelve figures (-1: undefined) as
well as the average precision of each class.
"""

import contextlib
import io
import json
import os

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

HERE = os.path.dirname(os.path.abspath(__file__))


def case(seed, images, classes, objects, ties, crowds):
    random = np.random.default_rng(seed)
    data = []
    for _ in range(images):
        truth, found = [], []
        for _ in range(random.integers(0, objects + 1)):
            side = np.round(np.exp(random.uniform(1.5, 5.5, 2)))  # small, medium and large ones
            corner = np.round(random.uniform(0, 400, 2))
            label = int(random.integers(classes))
            box = [*corner.tolist(), *side.tolist()]
            truth.append({"label": label, "box": box, "crowd": bool(random.random() < crowds)})
            for _ in range(random.integers(0, 4)):
                moved = np.array(box) + random.normal(0, 0.12, 4) * np.array([side[0], side[1], side[0], side[1]])
                moved[2:] = np.maximum(moved[2:], 1)
                score = round(float(random.random()), 1 if ties else 6)
                found.append({"label": label, "box": np.round(moved, 2).tolist(), "score": score})
        for _ in range(random.integers(0, 4)):
            found.append({
                "label": int(random.integers(classes)),
                "box": np.round(np.append(random.uniform(0, 400, 2), random.uniform(2, 200, 2)), 2).tolist(),
                "score": round(float(random.random() * 0.7), 1 if ties else 6),
            })
        data.append({"objects": truth, "detections": found})
    return data


def score(data, classes):
    truth = {"images": [], "annotations": [], "categories": [{"id": c + 1, "name": str(c)} for c in range(classes)]}
    found = []
    for index, image in enumerate(data):
        truth["images"].append({"id": index + 1, "width": 640, "height": 480})
        for item in image["objects"]:
            x, y, w, h = item["box"]
            truth["annotations"].append({
                "id": len(truth["annotations"]) + 1, "image_id": index + 1, "category_id": item["label"] + 1, "bbox": [x, y, w, h],
                "area": w * h, "iscrowd": int(item["crowd"]),
            })
        for item in image["detections"]:
            found.append({"image_id": index + 1, "category_id": item["label"] + 1, "bbox": item["box"], "score": item["score"]})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = truth
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    precision = evaluation.eval["precision"][:, :, :, 0, 2]
    by_class = [float(p[p > -1].mean()) if (p > -1).any() else -1.0 for p in (precision[:, :, c] for c in range(classes))]
    return [float(v) for v in evaluation.stats], by_class


def main():
    cases = []
    for seed, (images, classes, objects, ties, crowds) in enumerate(
        [(1, 1, 3, False, 0), (12, 3, 6, False, 0), (12, 3, 6, True, 0), (15, 4, 8, False, 0.2), (6, 2, 40, True, 0.1), (4, 5, 1, False, 0)]
    ):
        data = case(seed, images, classes, objects, ties, crowds)
        stats, by_class = score(data, classes)
        cases.append({"classes": classes, "images": data, "stats": stats, "class_average_precision": by_class})
    with open(os.path.join(HERE, "..", "DetectionTests", "Resources", "coco.json"), "w") as file:
        json.dump(cases, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
