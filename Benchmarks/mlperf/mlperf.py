"""Goes through the models and measures what was not measured yet; then makes the tables. Benchmarks/mlperf/run starts it."""

import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version

from safetensors.numpy import load_file, save_file

import photographs
import table
from models import PAGE, arguments, folder_of_models, models
from product import Product
from records import Failure, Records
from tensors import noise, outputs, short_digest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "Scripts"))
from machine import processor  # noqa: E402


class Litert:
    """Form and answers of models, by processes of their own; answers are kept in the work folder."""

    def __init__(self, work):
        self.work = work
        self.by = f"ai-edge-litert {installed('ai-edge-litert')}"

    def ask(self, *words):
        done = subprocess.run([sys.executable, os.path.join(HERE, "references.py"), *map(str, words)], capture_output=True, text=True)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            raise Failure(lines[-1] if lines else f"it ended with status {done.returncode}")
        return json.loads(done.stdout)

    def answers(self, model, source, name):
        target = os.path.join(self.work, f"{model.name}.{name}.litert.safetensors")
        if not os.path.exists(target):
            unfinished = target + ".part"
            self.ask("answers", model.file, source, unfinished)
            os.replace(unfinished, target)
        return target

    def looked_at(self, model, golden):
        """The model's form; and where there are golden numbers, whether LiteRT still gives them."""
        form = self.ask("describe", model.file)
        if golden:
            name = short_digest(model.sha256, golden.read_bytes())
            ours, theirs = (outputs(load_file(path)) for path in (golden, self.answers(model, golden, name)))
            form["golden"] = len(ours[0])
            form["golden_equal"] = sum(all(a[i].tobytes() == b[i].tobytes() for a, b in zip(ours, theirs)) for i in range(len(ours[0])))
        return form

    def samples(self, model, form):
        """A file of inputs and one of answers: the golden numbers, or noise."""
        if model.golden:
            return model.golden, model.golden
        source = os.path.join(self.work, f"{model.name}.noise.safetensors")
        images = noise(form["shape"], form["type"], form["low"], form["high"])
        save_file({"input": images}, source)
        return source, self.answers(model, source, short_digest(model.sha256, images.tobytes()))


def installed(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def machine(given, product):
    """Where and with what all this was measured."""
    qemu = shutil.which("qemu-system-arm")
    said = subprocess.run([qemu, "--version"], capture_output=True, text=True).stdout.splitlines() if qemu else []
    return {"processor": processor(), "processors": os.cpu_count(), "system": f"{platform.system()} {platform.machine()}",
            "sapool": product and product.version(), "day": time.strftime("%Y-%m-%d"),
            "qemu": said[0].split("version ")[-1].split(" ")[0] if said else None,
            "litert": installed("ai-edge-litert"), "tflm": installed("tflite-micro")}


def take(work):
    """The work folder, for this process alone: files of two would be taken for each other's. Held while the file that it returns is open."""
    work.mkdir(parents=True, exist_ok=True)
    lock = open(work / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"mlperf: another run works in {work}: wait for it, or name another folder with --work.")
    return lock


def measure(given, records):
    folder = folder_of_models(given.models)
    chosen = models(folder, given.names)
    work = str(given.work.resolve())
    litert = Litert(work)
    if not given.references and not given.sapool.exists():
        sys.exit(f"mlperf: {given.sapool} is missing: run `make build` first, or name the command line with --sapool.")
    product = None if given.references else Product(given.sapool, work, folder)
    facts = machine(given, product)
    records.measure(f"{product.by if product else ''} {facts}", lambda: facts, "", "machine")
    for model in chosen:
        one(model, given, records, litert, product)


def one(model, given, records, litert, product):
    by = f"{litert.by} {model.sha256[:12]} {short_digest(model.golden.read_bytes() if model.golden else '')}"
    form = records.measure(by, lambda: {**litert.looked_at(model, model.golden), "title": model.title, "file": model.shown}, model.name, "model")
    if "error" in form:
        return
    if given.photographs:
        if photographs.takes_photographs(form):
            if not os.path.isdir(os.path.join(product.work, model.name)):
                records.forget(model.name, "import")
            records.measure(f"{product.by} {by}", lambda: product.imported(model), model.name, "import")
            photographs.compare(model, form, given, product, litert.answers, records)
        return
    source, expected_file = litert.samples(model, form)
    if installed("tflite-micro"):
        records.measure(f"tflite-micro {installed('tflite-micro')} {by}",
                        lambda: litert.ask("arena", model.file, source, expected_file), model.name, "tflm")
    if product is None:
        return
    ours = f"{product.by} {by}"
    if not os.path.isdir(os.path.join(product.work, model.name)):
        records.forget(model.name, "import")
    if "error" in records.measure(ours, lambda: product.imported(model), model.name, "import") or form["kind"] != "int8":
        return
    expected = outputs(load_file(expected_file))
    records.measure(ours, lambda: product.forwarded(model, source, expected), model.name, "forward")
    for core in given.cores:
        records.measure(ours, lambda: product.planned(model, core), model.name, "plan", core)
        if not given.no_qemu:
            records.measure(ours, lambda: product.emulated(model, core, source, expected), model.name, "emulate", core)


def main():
    given = arguments()
    records = Records(given.results)
    if given.references and given.photographs:
        sys.exit("mlperf: --photographs needs sapool: leave --references out.")
    if not given.table:
        with take(given.work):
            measure(given, records)
            records.tidy()
    text = table.text(records)
    print("\n" + text)
    if given.page:
        table.write(text, PAGE)


if __name__ == "__main__":
    main()
