"""Top-1 on photographs, image by image: the same bytes go to LiteRT and to `sapool forward`, so that nothing but the network is compared."""

import os

import numpy
from PIL import Image
from safetensors.numpy import load_file, save_file

from records import Failure
from tensors import outputs, short_digest

TOGETHER = 50


def files(folder, most):
    """Photographs of a folder with one folder a class, in the order of names, and the number of each one's class."""
    classes = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    found = [(os.path.join(folder, name, file), index) for index, name in enumerate(classes)
             for file in sorted(os.listdir(os.path.join(folder, name))) if file.lower().endswith((".jpg", ".jpeg", ".png"))]
    return found[:most], len(classes)


def pixels(path, height, width):
    """The one rule: shorter side to 256/224 of the network's, bilinear, and what is in the middle of that; bytes, height × width × RGB."""
    with Image.open(path) as image:
        image = image.convert("RGB")
    share = max(height / image.height, width / image.width) * 256 / 224
    image = image.resize((max(width, round(image.width * share)), max(height, round(image.height * share))), Image.BILINEAR)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return numpy.asarray(image.crop((left, top, left + width, top + height)))


def takes_photographs(form):
    """Whether a model names ImageNet's classes, with or without one for the background, in images of bytes."""
    return form["kind"] == "int8" and len(form["shape"]) == 4 and form["shape"][3] == 3 and form["type"] in ("uint8", "int8") \
        and [sides[-1] for sides in form["outputs"]] in ([1000], [1001])


def compare(model, form, given, product, litert, records):
    """Goes through the photographs in parts, each a record of its own."""
    photographs, classes = files(given.photographs, given.images)
    if not photographs:
        raise SystemExit(f"mlperf: {given.photographs} has no CLASS/*.jpg: name a folder with a folder of photographs for each class.")
    count = form["outputs"][0][-1]
    # ImageNet's folders, sorted, are its classes in order; a model of 1001 has the background first.
    first = count - 1000 if classes == 1000 else None
    _, height, width, _ = form["shape"]
    for part, start in enumerate(range(0, len(photographs), TOGETHER)):
        some = photographs[start:start + TOGETHER]

        def work():
            images = numpy.stack([pixels(path, height, width) for path, _ in some])[:, None]
            if form["type"] == "int8":
                images = (images.astype(numpy.int16) - 128).astype(numpy.int8)
            source = os.path.join(product.work, f"{model.name}.photographs.safetensors")
            save_file({"input": images}, source)
            theirs = outputs(load_file(litert(model, source, short_digest(model.sha256, images.tobytes()))))[0]
            answers = f"{model.name}.photographs.host.safetensors"
            product.run("forward", "--network", model.name, "--int8", "--input", source, "--output", answers)
            ours = outputs(load_file(os.path.join(product.work, answers)))
            if len(ours) != 1 or ours[0].shape != theirs.shape:
                raise Failure(f"{answers} has {[list(one.shape) for one in ours]}, LiteRT {list(theirs.shape)}")
            tops = [one.reshape(len(some), count).argmax(axis=1) for one in (ours[0], theirs)]
            labels = numpy.array([label + first for _, label in some]) if first is not None else None
            result = {"images": len(some), "equal_top1": int((tops[0] == tops[1]).sum()),
                      "equal_bytes": sum(a.tobytes() == b.tobytes() for a, b in zip(ours[0], theirs)),
                      "other": [os.path.relpath(path, given.photographs) for (path, _), a, b in zip(some, *tops) if a != b]}
            if labels is not None:
                result |= {"right": int((tops[0] == labels).sum()), "right_litert": int((tops[1] == labels).sum())}
            return result

        by = f"{product.by} {short_digest(model.sha256, *[os.path.relpath(path, given.photographs) for path, _ in some])}"
        records.measure(by, work, model.name, "photographs", part=part)
