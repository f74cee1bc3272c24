"""Checks .tflite files of sapool export against what sapool computes, byte for byte.

Usage: python check_tflite.py FOLDER                           (needs ai-edge-litert 2.3.0 and numpy)
       python check_tflite.py RUN --sapool .build/release/sapool [--images 64]

FOLDER: for every NAME.tflite, LiteRT's reference kernels on the tensor "input" of NAME.safetensors (int8, [samples, H, W, C]) against its
"output.0", "output.1" ... (int8, [samples, ...]).
RUN: a run that sapool quantize has quantised, or an imported model. It is exported, and LiteRT's answers for random pixels are compared with those
of sapool forward --int8.
"""

import argparse
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def read_safetensors(path: pathlib.Path) -> "dict[str, numpy.ndarray]":
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            start, end = (8 + length + place for place in entry["data_offsets"])
            assert entry["dtype"] == "I8", entry["dtype"]
            tensors[name] = numpy.frombuffer(data[start:end], numpy.int8).reshape(entry["shape"])
    return tensors


def litert(path: pathlib.Path, samples: numpy.ndarray) -> "list[numpy.ndarray]":
    """All outputs, each [samples, numbers]."""
    interpreter = Interpreter(str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    assert given["dtype"] == numpy.int8, given["dtype"]
    outputs = interpreter.get_output_details()
    answers = [[] for _ in outputs]
    for sample in samples:
        interpreter.set_tensor(given["index"], sample.reshape(given["shape"]))
        interpreter.invoke()
        for answer, output in zip(answers, outputs):
            answer.append(interpreter.get_tensor(output["index"]).ravel())
    return [numpy.stack(answer) for answer in answers]


def compare(name: str, answers: "list[numpy.ndarray]", expected: "list[numpy.ndarray]") -> bool:
    assert len(answers) == len(expected), f"{len(answers)} outputs, and {len(expected)} are expected"
    different = total = 0
    for own, reference in zip(expected, answers):
        own = own.reshape(len(reference), -1)
        assert own.shape == reference.shape, (own.shape, reference.shape)
        different += int((own != reference).sum())
        total += own.size
    print(f"{name}: {different} of {total} bytes differ")
    return different == 0 and total > 0


def outputs_of(tensors: "dict[str, numpy.ndarray]") -> "list[numpy.ndarray]":
    names = sorted((name for name in tensors if name.startswith("output")), key=lambda name: int(name.partition(".")[2] or 0))
    return [tensors[name] for name in names]


def check_folder(folder: pathlib.Path) -> bool:
    paths = sorted(folder.glob("*.tflite"))
    agree = bool(paths)
    for path in paths:
        golden = read_safetensors(path.with_suffix(".safetensors"))
        try:
            agree &= compare(path.stem, litert(path, golden["input"]), outputs_of(golden))
        except Exception as error:  # every file is to be reported
            agree = False
            print(f"{path.stem}: {type(error).__name__}: {error}", file=sys.stderr)
    return agree


def write_safetensors(path: pathlib.Path, name: str, tensor: numpy.ndarray) -> None:
    header = json.dumps({name: {"dtype": "I8", "shape": list(tensor.shape), "data_offsets": [0, tensor.nbytes]}}).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + tensor.tobytes())


def description(path: pathlib.Path) -> dict:
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(json.loads(file.read(length))["__metadata__"]["sapool-int8"])


def port(details: dict) -> dict:
    """A tensor of LiteRT's as interface.json tells it."""
    scale, zero = details["quantization"]
    return {
        "name": details["name"], "shape": [int(side) for side in details["shape"]], "type": "int8",
        "axes": ["H", "W", "C"], "scale": scale, "zero_point": int(zero),
    }


def check_run(run: pathlib.Path, sapool: str, images: int) -> bool:
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        model = folder / "model.tflite"
        subprocess.run([sapool, "export", str(run), "--format", "tflite", "--output", str(model)], check=True)
        interpreter = Interpreter(str(model), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
        (given,) = interpreter.get_input_details()
        header = description(run / "int8.safetensors")
        # A folder with the int8 model and an interface of LiteRT's tensors is what forward takes.
        network = folder / "net"
        network.mkdir()
        shutil.copy(run / "int8.safetensors", network)
        (network / "network.json").write_text(json.dumps(header["network"]))
        interface = {
            "format": "sapool-interface", "version": 1, "source": "model.tflite", "input": port(given), "classes": [],
            "outputs": [port(details) for details in interpreter.get_output_details()],
        }
        (network / "interface.json").write_text(json.dumps(interface))
        pixels = numpy.random.default_rng(1).integers(0, 256, (images, *given["shape"]))
        numbers = (pixels - 128).astype(numpy.int8)
        scale, zero = given["quantization"]
        mean, deviation = (numpy.array(header["pixels"][key], numpy.float64) for key in ("mean", "deviation"))
        if "stated" not in header["pixels"] and (len(set(mean)) > 1 or len(set(deviation)) > 1):
            steps = (pixels / 255 - mean) / deviation / scale
            nearest = numpy.sign(steps) * numpy.floor(numpy.abs(steps) + 0.5)
            numbers = numpy.clip(nearest + zero, -128, 127).astype(numpy.int8)
        write_safetensors(folder / "input.safetensors", "input", numbers)
        subprocess.run(
            [sapool, "forward", "--network", str(network), "--int8", "--input", str(folder / "input.safetensors"),
             "--output", str(folder / "output.safetensors")], check=True)
        return compare(str(run), litert(model, numbers), outputs_of(read_safetensors(folder / "output.safetensors")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--sapool")
    parser.add_argument("--images", type=int, default=64)
    arguments = parser.parse_args()
    if arguments.sapool:
        agree = check_run(arguments.folder, arguments.sapool, arguments.images)
    else:
        agree = check_folder(arguments.folder)
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
