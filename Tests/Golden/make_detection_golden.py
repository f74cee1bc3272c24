"""Writes Tests/TrainingTests/Resources/detection-loss.json: losses of detectors and their gradients as PyTorch computes them.

    python Tests/Golden/make_detection_golden.py

The rules are written out here a second time, plainly, from the papers: SSD (section 2.2), focal loss (equation 5), YOLOv3 (section 2).
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

CLASSES = 2
GRIDS = [
    {"rows": 4, "columns": 3, "sizes": [[0.2, 0.25], [0.35, 0.2]]},
    {"rows": 2, "columns": 2, "sizes": [[0.5, 0.5], [0.7, 0.4]]},
]
# Left, top, right, bottom as shares of the image, and the class. The last image is empty.
OBJECTS = [
    [([0.10, 0.10, 0.32, 0.36], 0), ([0.45, 0.50, 0.98, 0.97], 1)],
    [([0.60, 0.05, 0.90, 0.30], 1)],
    [],
]


def anchors():
    boxes, cells = [], []
    for number, grid in enumerate(GRIDS):
        for row in range(grid["rows"]):
            for column in range(grid["columns"]):
                x, y = (column + 0.5) / grid["columns"], (row + 0.5) / grid["rows"]
                for w, h in grid["sizes"]:
                    boxes.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
                    cells.append((number, row, column, w, h))
    return boxes, cells


def iou(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    area = lambda c: (c[2] - c[0]) * (c[3] - c[1])
    return w * h / (area(a) + area(b) - w * h)


def match(boxes, objects, threshold=0.5):
    """For each anchor the number of its object, or None."""
    result = [None] * len(boxes)
    for i, anchor in enumerate(boxes):
        overlaps = [iou(anchor, box) for box, _ in objects]
        if overlaps and max(overlaps) >= threshold:
            result[i] = overlaps.index(max(overlaps))
    pairs = sorted(
        (-iou(boxes[i], box), o, i) for o, (box, _) in enumerate(objects) for i in range(len(boxes)) if iou(boxes[i], box) > 0
    )
    served, taken = set(), set()
    for _, o, i in pairs:
        if o not in served and i not in taken:
            served.add(o), taken.add(i)
            result[i] = o
    return result


def encode(box, anchor, centre=0.1, size=0.2):
    aw, ah, w, h = anchor[2] - anchor[0], anchor[3] - anchor[1], box[2] - box[0], box[3] - box[1]
    dx = (box[0] + box[2] - anchor[0] - anchor[2]) / 2
    dy = (box[1] + box[3] - anchor[1] - anchor[3]) / 2
    return [dx / aw / centre, dy / ah / centre, math.log(w / aw) / size, math.log(h / ah) / size]


def rows(outputs, width):
    return torch.cat([o.permute(0, 2, 3, 1).reshape(o.shape[0], -1, width) for o in outputs], 1)


def ssd(outputs, kind):
    boxes, _ = anchors()
    logits, offsets = rows(outputs[0::2], CLASSES + 1), rows(outputs[1::2], 4)
    total = 0
    for image, objects in enumerate(OBJECTS):
        found = match(boxes, objects)
        labels = torch.tensor([0 if o is None else objects[o][1] + 1 for o in found])
        ce = F.cross_entropy(logits[image], labels, reduction="none")
        positive = labels > 0
        n = max(1, int(positive.sum()))
        if kind == "cross-entropy":
            background = ce.detach().clone()
            background[positive] = -1
            worst = background.argsort(descending=True, stable=True)[: 3 * n]
            total = total + (ce[positive].sum() + ce[worst].sum()) / n
        else:
            p = torch.exp(-ce)
            alpha = torch.where(positive, 0.25, 0.75)
            total = total + (alpha * (1 - p) ** 2 * ce).sum() / n
        for i, o in enumerate(found):
            if o is not None:
                target = torch.tensor(encode(objects[o][0], boxes[i]))
                total = total + F.smooth_l1_loss(offsets[image, i], target, reduction="sum") / n
    return total / len(OBJECTS)


def yolo(outputs):
    boxes, cells = anchors()
    values = rows(outputs, CLASSES + 5)
    total = 0
    for image, objects in enumerate(OBJECTS):
        owner = {}
        for o, (box, _) in enumerate(objects):
            w, h = box[2] - box[0], box[3] - box[1]
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            best = None
            for i, (grid, row, column, aw, ah) in enumerate(cells):
                here = GRIDS[grid]
                if row != int(y * here["rows"]) or column != int(x * here["columns"]) or i in owner:
                    continue
                overlap = iou([-w / 2, -h / 2, w / 2, h / 2], [-aw / 2, -ah / 2, aw / 2, ah / 2])
                if best is None or overlap > best[0]:
                    best = (overlap, i)
            owner[best[1]] = o
        n = max(1, len(owner))
        for i, (grid, row, column, aw, ah) in enumerate(cells):
            value = values[image, i]
            if i not in owner:
                if any(iou(boxes[i], box) >= 0.5 for box, _ in objects):
                    continue
                total = total + F.binary_cross_entropy_with_logits(value[4], torch.tensor(0.0)) / n
                continue
            box, label = objects[owner[i]]
            here = GRIDS[grid]
            place = torch.tensor([
                (box[0] + box[2]) / 2 * here["columns"] - column, (box[1] + box[3]) / 2 * here["rows"] - row])
            size = torch.tensor([math.log((box[2] - box[0]) / aw), math.log((box[3] - box[1]) / ah)])
            classes = torch.tensor([float(label == k) for k in range(CLASSES)])
            total = total + (
                F.binary_cross_entropy_with_logits(value[4], torch.tensor(1.0))
                + F.binary_cross_entropy_with_logits(value[:2], place, reduction="sum")
                + F.smooth_l1_loss(value[2:4], size, reduction="sum")
                + F.binary_cross_entropy_with_logits(value[5:], classes, reduction="sum")) / n
    return total / len(OBJECTS)


def case(style, kind):
    torch.manual_seed(len(style) + len(kind))
    outputs = []
    for grid in GRIDS:
        count = len(grid["sizes"])
        for channels in [count * (CLASSES + 1), count * 4] if style == "ssd" else [count * (CLASSES + 5)]:
            outputs.append(torch.randn(len(OBJECTS), channels, grid["rows"], grid["columns"], requires_grad=True))
    loss = ssd(outputs, kind) if style == "ssd" else yolo(outputs)
    loss.backward()
    flat = lambda tensors: [[round(v, 7) for v in t.detach().flatten().tolist()] for t in tensors]
    return {
        "style": style, "class_loss": kind, "outputs": flat(outputs), "loss": loss.item(),
        "gradients": flat(o.grad for o in outputs),
    }


golden = {
    "classes": CLASSES, "grids": GRIDS,
    "objects": [[{"box": box, "label": label} for box, label in image] for image in OBJECTS],
    "cases": [case("ssd", "cross-entropy"), case("ssd", "focal"), case("yolo", "cross-entropy")],
}
path = pathlib.Path(__file__).parent.parent / "TrainingTests/Resources/detection-loss.json"
path.write_text(json.dumps(golden))
