#!/usr/bin/env python3
"""Which models there are, and what was set out for them. Needs nothing but Python, so that it can be asked before anything is installed.

Run as a program it looks for the models, and says in a sentence what is missing.
"""

import argparse
import hashlib
import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORES = ["m4", "m7", "m33", "m55"]
RESULTS = ROOT / "Benchmarks" / "results" / "mlperf.jsonl"
PAGE = ROOT / "Documentation" / "MLPerfTiny.md"
REPOSITORY, COMMIT = "mlcommons/tiny", "1afd2c9820f795965a6134facd0b4dfae41ef23f"


@dataclass(frozen=True)
class Reference:
    """A reference model of MLPerf Tiny: where it lies in mlcommons/tiny, what it is, and what was set out for its arena in bytes.

    `throughput` is what STMicroelectronics measured with X-CUBE-AI 10.2, inferences a second, by core.
    """

    title: str
    path: str
    sha256: str
    in_stripes: int | None
    rows_pushed: int | None
    throughput: dict


# The medians of closed/STMicroelectronics/results/*/*/performance/results.txt in mlcommons/tiny_results_v1.3 (eae9ef9).
PUBLISHED = "https://github.com/mlcommons/tiny_results_v1.3/tree/eae9ef9/closed/STMicroelectronics/results"
BOARDS = {"m4": ("NUCLEO-L4R5ZI-P", 120e6), "m33": ("NUCLEO-U575ZI-Q", 160e6)}

TRAINED = "benchmark/training/{}/trained_models/{}.tflite"
REFERENCES = [
    Reference("Visual Wake Words, MobileNetV1-0.25", TRAINED.format("visual_wake_words", "vww_96_int8"),
              "597a384c8c2c8a1276f04702f25013b7838f2f814f1ca7c174d295b73e3d6b7b", 29_000, 14_500,
              {"m4": 11.181, "m33": 16.873}),
    Reference("image classification, ResNet-8", TRAINED.format("image_classification", "pretrainedResnet_quant"),
              "3c002613d1b2475eb51dd78dfb85a546c8ae658dee71cf6ade43b022fe205415", 15_000, None,
              {"m4": 6.036, "m33": 9.133}),
    Reference("keyword spotting, DS-CNN", TRAINED.format("keyword_spotting", "kws_ref_model"),
              "aeea436800704fce17b17292e4412630ad856e9d777c044c64ef748a880bd0ae", 12_000, None,
              {"m4": 23.032, "m33": 34.489}),
    Reference("anomaly detection, autoencoder", TRAINED.format("anomaly_detection", "ad01_int8"),
              "87cf24194ef93d1d9b11a591d805526b98008e351655d29883c825c9c106ba24", None, None,
              {"m4": 208.608, "m33": 311.579}),
]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") \
            else hashlib.sha256(file.read()).hexdigest()


@dataclass(frozen=True)
class Model:
    """A .tflite file, and the golden file beside it where there is one."""

    name: str
    file: Path
    shown: str
    sha256: str

    @property
    def reference(self):
        return next((reference for reference in REFERENCES if reference.sha256 == self.sha256), None)

    @property
    def title(self):
        return self.reference.title if self.reference else ""

    @property
    def golden(self):
        path = self.file.with_name(self.file.stem + ".golden.safetensors")
        return path if path.exists() else None


def models(folder, names=()):
    """The models of a folder and of the folders in it: MLPerf Tiny's in its order, then the others."""
    files = sorted(Path(folder).rglob("*.tflite"))
    stems = [file.stem for file in files]
    found = []
    for file in files:
        path = file.relative_to(folder).with_suffix("")
        name = file.stem if stems.count(file.stem) == 1 else "-".join(path.parts)
        found.append(Model(name, file, str(file.relative_to(folder)), digest(file)))
    order = {reference.sha256: index for index, reference in enumerate(REFERENCES)}
    found.sort(key=lambda model: (order.get(model.sha256, len(order)), model.name))
    unknown = set(names) - {model.name for model in found}
    if unknown:
        sys.exit(f"mlperf: {folder} has no model {', '.join(sorted(unknown))}: it has "
                 f"{', '.join(model.name for model in found)}.")
    return [model for model in found if not names or model.name in names]


def folder_of_models(given):
    """The folder named with --models, or the reference models in .deps, fetched when they are not there."""
    if given:
        if not any(Path(given).rglob("*.tflite")):
            sys.exit(f"mlperf: {given} holds no .tflite file: name a folder of models with --models.")
        return Path(given).resolve()
    folder = ROOT / ".deps" / "mlperf" / "models"
    for reference in REFERENCES:
        file = folder / Path(reference.path).name
        if file.exists() and digest(file) == reference.sha256:
            continue
        try:
            fetch(reference, file)
        except (OSError, ValueError) as error:
            sys.exit(f"mlperf: it needs models: name a folder of .tflite files, ARGS=\"--models FOLDER\", or let this machine "
                     f"reach {REPOSITORY} on GitHub ({getattr(error, 'reason', error)}).")
    return folder


def fetch(reference, file):
    url = f"https://raw.githubusercontent.com/{REPOSITORY}/{COMMIT}/{reference.path}"
    with urllib.request.urlopen(url, timeout=20) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != reference.sha256:
        raise ValueError(f"{url} is not the model it was")
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(content)
    os.replace(unfinished, file)


def arguments():
    parser = argparse.ArgumentParser(
        prog="Benchmarks/mlperf/run",
        description="Imports int8 .tflite models with sapool and compares: bytes with LiteRT's reference kernels, memory with TFLM, "
                    "cycles with what STMicroelectronics has published. What was measured already with the same binary is kept.")
    parser.add_argument("names", nargs="*", metavar="MODEL", help="models of the folder, by file name without .tflite (default: all)")
    parser.add_argument("--models", metavar="FOLDER",
                        help="a folder of .tflite files, NAME.golden.safetensors beside them (default: MLPerf Tiny's, fetched)")
    parser.add_argument("--sapool", type=Path, default=ROOT / ".build" / "release" / "sapool",
                        metavar="FILE", help="the command line (default: %(default)s)")
    parser.add_argument("--cores", default=",".join(CORES), help="cores to plan for and to emulate (default: %(default)s)")
    parser.add_argument("--no-qemu", action="store_true", help="plan, but link and emulate nothing")
    parser.add_argument("--references", action="store_true", help="only run LiteRT and TFLM")
    parser.add_argument("--photographs", metavar="FOLDER",
                        help="only compare top-1 on these photographs, CLASS/*.jpg, of models that name 1000 or 1001 classes")
    parser.add_argument("--images", type=int, metavar="N", help="no more photographs than these (default: all)")
    parser.add_argument("--check", action="store_true", help="only look whether there are models")
    parser.add_argument("--table", action="store_true", help="measure nothing: only make the tables of what was measured")
    parser.add_argument("--page", action="store_true", help="write the tables into Documentation/MLPerfTiny.md too")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE", help="JSON lines, added to (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=ROOT / ".build" / "mlperf", metavar="FOLDER",
                        help="where networks and firmware go (default: %(default)s)")
    given = parser.parse_args()
    given.cores = given.cores.split(",")
    if not set(given.cores) <= set(CORES):
        parser.error(f"--cores {','.join(given.cores)}: they are {', '.join(CORES)}")
    return given


if __name__ == "__main__":
    given = arguments()
    if not given.table:
        models(folder_of_models(given.models), given.names)
