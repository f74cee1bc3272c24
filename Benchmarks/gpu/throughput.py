"""Images a second and peak memory of training: sapool beside the same network in plain PyTorch, eager and compiled."""

import os
import statistics
import sys

from session import Session
from sides import Side, spread

BLOCK = "throughput"
HERE = os.path.dirname(os.path.abspath(__file__))


def measure(session: Session):
    for network, side, batch, precision, names in session.sizes.cases:
        key = f"{network} {side} {batch} {precision}"
        if not session.has(BLOCK, key) and session.left() > (0 if session.is_dry else 60):
            compare(session, key, network, side, batch, precision, names)


def compare(session, key, network, side, batch, precision, names):
    """Sides that take turns. Each alone first finds the largest batch that its memory takes."""
    commands = {
        "sapool": lambda size: session.program + [
            "speed", network, "--resolution", str(side), "--batch-size", str(size), "--device", session.device,
            "--precision", precision, "--serve"],
        "eager": lambda size: pytorch(session, network, side, size, precision),
        "compile": lambda size: pytorch(session, network, side, size, precision) + ["--compile"],
    }
    sides, figures = {}, {}
    try:
        for name, command in ((name, commands[name]) for name in names):
            # What already runs keeps its memory: the plain form of attention needs the whole of it.
            if name != "sapool" and "nlp" in network:
                close(sides)
            # What plain PyTorch has no memory for, its compiled form is not tried with: that takes a minute each time.
            first = figures.get("eager", {}).get("batch", batch) if name == "compile" else batch
            found = fitting(session, command, first)
            if found is None:
                figures[name] = {"error": f"a batch of {batch} and its parts do not run"}
                continue
            sides[name], size, milliseconds = found
            steps = max(1, min(50, round(session.sizes.milliseconds / milliseconds)))
            figures[name] = {"batch": size, "steps": steps, "times": []}
            if "nlp" in network:
                run(session, {name: sides[name]}, figures)
        if "nlp" not in network:
            run(session, sides, figures)
    finally:
        close(sides)
    for figure in figures.values():
        times = figure.pop("times", None)
        if times:
            median = statistics.median(times)
            figure.update(milliseconds=round(median, 3), spread=round(spread(times), 3),
                          images_per_second=round(figure["batch"] / median * 1000, 1))
    failed = {"error": figures["sapool"]["error"]} if "error" in figures["sapool"] else {}
    session.record(BLOCK, key, sides=figures, **failed)


def pytorch(session, network, side, batch, precision):
    return [sys.executable, os.path.join(HERE, "pytorch_side.py"), "--network", network, "--resolution", str(side),
            "--batch", str(batch), "--device", session.device, "--precision", precision]


def fitting(session, command, batch):
    """A side that is warm, its batch, and its milliseconds a step; the batch is halved until its memory takes it."""
    while batch >= 1 and session.left() > 20:
        side = Side(command(batch))
        try:
            side.ask(1)
            milliseconds = side.ask(2)[-1]
            if milliseconds == milliseconds:
                return side, batch, milliseconds
        except (SystemExit, OSError, ValueError):
            pass
        finish(side)
        batch //= 2
    return None


def run(session, sides, figures):
    for _ in range(session.sizes.rounds):
        for name, side in sides.items():
            try:
                # Steps of one answer are one measurement.
                figures[name]["times"].append(statistics.mean(side.ask(figures[name]["steps"])))
            except (SystemExit, OSError, ValueError):
                figures[name]["error"] = "it ended early"
    for name, side in sides.items():
        if "error" not in figures[name]:
            figures[name]["mebibytes"] = round(side.ask("memory")[0])


def close(sides):
    for side in sides.values():
        finish(side)
    sides.clear()


def finish(side):
    try:
        side.close()
    except OSError:
        side.process.kill()
