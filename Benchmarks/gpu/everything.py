"""Does everything run: short trainings of each kind, the same answers as the processor's, and runs that go on after an interruption."""

import json
import os
import signal
import subprocess
import time

import numpy
from PIL import Image
from safetensors.numpy import load_file, save_file

BLOCK = "everything"


def photographs(folder, side, count):
    """Images of four classes that differ in colour, `count` of each class for training and a quarter for scores."""
    generator = numpy.random.default_rng(1)
    for split, number in (("train", count), ("val", max(1, count // 4))):
        for label in range(4):
            path = os.path.join(folder, split, f"class-{label}")
            os.makedirs(path, exist_ok=True)
            for index in range(number):
                pixels = generator.integers(0, 160, (side, side, 3)) + numpy.array([label * 30, 90 - label * 30, 20])
                Image.fromarray(pixels.clip(0, 255).astype(numpy.uint8)).save(os.path.join(path, f"{index}.png"))


def boxes(folder, side, count):
    """Images with one bright square each, in the layout of YOLO."""
    generator = numpy.random.default_rng(2)
    for split, number in (("train", count), ("val", max(1, count // 4))):
        for part in ("images", "labels"):
            os.makedirs(os.path.join(folder, part, split), exist_ok=True)
        for index in range(number):
            pixels = generator.integers(0, 90, (side, side, 3)).astype(numpy.uint8)
            x, y = generator.integers(0, side // 2, 2)
            pixels[y:y + side // 2, x:x + side // 2] += 150
            Image.fromarray(pixels).save(os.path.join(folder, "images", split, f"{index}.png"))
            centre = [(x + side / 4) / side, (y + side / 4) / side, 0.5, 0.5]
            with open(os.path.join(folder, "labels", split, f"{index}.txt"), "w") as file:
                file.write("0 " + " ".join(f"{v:.4f}" for v in centre) + "\n")
    with open(os.path.join(folder, "data.yaml"), "w") as file:
        file.write("train: images/train\nval: images/val\nnames: [square]\n")


def trainings(session, images, objects, folder):
    """The kinds of training: name and arguments."""
    width = ["--width", session.sizes.width]
    plain = ["--network", "plain-cnn", "--data", images]
    attentive = ["--network", "mobilenet_v2-nlp_headfix2-1222121", *width, "--data", images]
    kinds = {
        "plain": plain,
        "self-attentive": attentive,
        "all settings": [*attentive, "--optimizer", "adamw", "--learning-rate", "0.001", "--ema", "0.9", "--clip-norm", "1",
                         "--accumulate", "2", "--mixup", "0.2", "--cutmix", "1", "--color-jitter", "0.4", "--erasing",
                         "0.25", "--label-smoothing", "0.1", "--balance", "weights"],
        "distillation": [*plain, "--teacher", os.path.join(folder, "plain")],
        "detection": ["--task", "detection", "--network", "ssdlite(backbone=mobilenet-v2(width=0.35))", "--data", objects],
    }
    if session.device.startswith("cuda"):
        for precision in ("tf32", "bfloat16", "float16"):
            kinds[precision] = [*attentive, "--precision", precision]
    return kinds


def train(session, output, arguments, *, device=None, seconds=120):
    """A training of one epoch. Returns its metrics."""
    text = session.sapool(
        "train", *arguments, "--resolution", session.sizes.side, "--epochs", 1, "--batch-size", session.sizes.batch,
        "--output", output, "--device", device or session.device, "--json", seconds=seconds)
    return json.loads(text)


def measure(session):
    sizes = session.sizes
    folder = os.path.join(session.folder, "runs")
    images, objects = os.path.join(folder, "photographs"), os.path.join(folder, "objects")
    if not os.path.exists(images):
        photographs(images, sizes.side, -(-sizes.steps * sizes.batch // 4))
        boxes(objects, sizes.side, sizes.steps * sizes.batch)
    for name, arguments in trainings(session, images, objects, folder).items():
        attempt(session, f"train {name}", lambda: short_training(session, folder, name, arguments))
    attempt(session, "resume", lambda: resume(session, folder, images))
    for name in ("plain", "self-attentive"):
        for mode in ("evaluate", "train"):
            for kind in ("float32", "float64"):
                attempt(session, f"same as the processor: {name} {mode} {kind}",
                        lambda: same(session, folder, name, mode, kind))


def attempt(session, key, body):
    """One result, or why there is none."""
    if session.has(BLOCK, key) or session.left() < 15:
        return
    try:
        session.record(BLOCK, key, **body())
    except (RuntimeError, OSError, KeyError, ValueError) as error:
        session.record(BLOCK, key, error=str(error) or type(error).__name__)


def short_training(session, folder, name, arguments):
    start = time.monotonic()
    output = os.path.join(folder, name.replace(" ", "-"))
    subprocess.run(["rm", "-rf", output], check=True)
    metrics = train(session, output, arguments)
    result = {"seconds": round(time.monotonic() - start, 1), "loss": metrics["train_loss"],
              "accuracy": metrics["accuracy"]}
    if name in ("plain", "self-attentive"):
        # The same training on the processor: the same images in the same order, so nearly the same loss.
        subprocess.run(["rm", "-rf", output + "-cpu"], check=True)
        result["loss_on_cpu"] = train(session, output + "-cpu", arguments, device="cpu")["train_loss"]
        if abs(result["loss"] / result["loss_on_cpu"] - 1) > 0.02:
            raise ValueError(f"the loss is {result['loss']} here and {result['loss_on_cpu']} on the processor")
    return result


def resume(session, folder, images):
    """A run that is interrupted again and again ends with bitwise the weights of one that is not."""
    deterministic = ["--deterministic"] if session.device.startswith("cuda") else []
    arguments = ["train", "--network", "plain-cnn(pool=self-attentive)", "--data", images, "--resolution", session.sizes.side,
                 "--epochs", 3, "--batch-size", session.sizes.batch, "--checkpoint-steps", 1, "--device", session.device,
                 *deterministic]
    whole, parts = os.path.join(folder, "whole"), os.path.join(folder, "parts")
    subprocess.run(["rm", "-rf", whole, parts], check=True)
    session.sapool(*arguments, "--output", whole, seconds=120)
    interruptions = 0
    for pause in (0.2, 0.6):
        process = subprocess.Popen(
            session.program + [str(a) for a in arguments] + ["--resume", "--output", parts], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        checkpoint = os.path.join(parts, "last.safetensors")
        while process.poll() is None and not os.path.exists(checkpoint) and session.left() > 15:
            time.sleep(0.05)
        time.sleep(pause)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            interruptions += 1
        process.wait(timeout=60)
    session.sapool(*arguments, "--resume", "--output", parts, seconds=120)
    with open(os.path.join(whole, "model.safetensors"), "rb") as a, open(os.path.join(parts, "model.safetensors"), "rb") as b:
        if a.read() != b.read():
            raise ValueError(f"after {interruptions} interruptions the weights differ")
    return {"interruptions": interruptions, "weights": "bitwise the same"}


def same(session, folder, name, mode, kind):
    """‖here − processor‖ / ‖processor‖ of a trained network's outputs."""
    side = session.sizes.side
    images = numpy.random.default_rng(3).standard_normal((4, 3, side, side)).astype(kind)
    source = os.path.join(folder, "input.safetensors")
    save_file({"input": images}, source)
    outputs = []
    for device in ("cpu", session.device):
        path = os.path.join(folder, "output.safetensors")
        session.sapool("forward", "--network", os.path.join(folder, name), "--input", source, "--output", path,
                       "--mode", mode, "--device", device, seconds=60)
        outputs.append(load_file(path)["output"].astype(numpy.float64))
    difference = float(numpy.linalg.norm(outputs[1] - outputs[0]) / numpy.linalg.norm(outputs[0]))
    limit = 1e-4 if kind == "float32" else 1e-10
    if not difference < limit:
        raise ValueError(f"outputs differ by {difference:.2e} from the processor's, and {limit:.0e} was to be kept")
    return {"difference": difference}
