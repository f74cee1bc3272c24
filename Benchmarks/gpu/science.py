"""Trainings that tell pooling methods apart: as many seeds and epochs as there is time for, seed after seed, each result kept."""

import json
import os
import time

import everything

BLOCK = "science"

# What a network is called here, and in the notation.
CELLS = {
    "resnet18 prepool max": "prepool-maxp-4-resnet18-skip-1222",
    "resnet18 prepool average": "prepool-avgp-4-resnet18-skip-1222",
    "resnet18 prepool self-attentive": "prepool-nlp-4-resnet18-skip-1222",
    "mobilenet-v2 average": "mobilenet-v2(strides=4112111, pool=average)",
    "mobilenet-v2 blur": "mobilenet-v2(strides=4112111, pool=blur)",
    "mobilenet-v2 gaussian": "mobilenet-v2(strides=4112111, pool=gaussian)",
    "mobilenet-v2 self-attentive": "mobilenet-v2(strides=4112111, pool=self-attentive(patch=2, restoration=subpixel))",
}


def measure(session):
    images = session.options.images
    if session.is_dry and not images:
        images = os.path.join(session.folder, "few")
        if not os.path.exists(images):
            everything.photographs(images, session.sizes.science_side, 4)
    if not images:
        session.say("no --images, so no science")
        return
    cells = dict(list(CELLS.items())[2:4]) if session.is_dry else CELLS
    epochs = chosen_epochs(session, images, cells)
    for seed in range(1, session.sizes.science_seeds + 1):
        for name, network in cells.items():
            key = f"{name}, seed {seed}"
            if session.has(BLOCK, key) or session.left() < 20:
                continue
            try:
                start = time.monotonic()
                metrics = training(session, images, network, epochs, seed)
                session.record(BLOCK, key, epochs=epochs, accuracy=metrics["accuracy"], loss=metrics["loss"],
                               images_per_second=metrics["images_per_second"],
                               seconds=round(time.monotonic() - start, 1))
            except RuntimeError as error:
                session.record(BLOCK, key, error=str(error))


def training(session, images, network, epochs, seed, extra=()):
    mixed = ["--precision", "bfloat16"] if session.device.startswith("cuda") else []
    output = os.path.join(session.folder, "runs", "science")
    everything.subprocess.run(["rm", "-rf", output], check=True)
    text = session.sapool(
        "train", "--data", images, "--network", network, "--resolution", session.sizes.science_side, "--epochs", epochs,
        "--batch-size", session.sizes.science_batch, "--learning-rate", "0.1", "--ema", "0.999", "--seed", seed, "--workers",
        max(1, min(16, os.cpu_count() or 1)), "--device", session.device, "--output", output, "--json", *mixed, *extra)
    return json.loads(text)


def chosen_epochs(session, images, cells):
    """What an epoch takes, measured once, decides how many there are: one seed of every cell has to fit. Later calls keep to it."""
    for result in session.results():
        if (result["block"], result["key"]) == (BLOCK, "epochs") and "epochs" in result:
            return result["epochs"]
    start = time.monotonic()
    metrics = training(session, images, list(cells.values())[-1], 1, 1)
    whole = time.monotonic() - start
    # Scoring and waiting for files come on top of the steps; starting is once a training.
    epoch = min(whole, 1.5 * metrics["seconds"])
    each = session.left() * 0.9 / len(cells) - (whole - epoch)
    epochs = 1 if session.is_dry else max(1, min(40, int(each / epoch)))
    session.record(BLOCK, "epochs", epochs=epochs, seconds_an_epoch=round(epoch, 2), seconds_to_start=round(whole - epoch, 2))
    return epochs
