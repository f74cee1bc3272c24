#!/usr/bin/env python3
"""The other side: LiteRT with its reference kernels, and TensorFlow Lite Micro's arena.

    references.py describe MODEL              the form of the model, as JSON
    references.py answers MODEL INPUT OUTPUT  LiteRT's answers to the tensor `input`
    references.py arena MODEL INPUT OUTPUT    TFLM's arena, and how many of LiteRT's answers (OUTPUT) it gives

Each is a process of its own, so that a model that stops a runtime does not stop the whole.
"""

import json
import os
import re
import sys
import tempfile

import numpy
from safetensors.numpy import load_file

import tensors


def litert(model):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def describe(model):
    """Shape and type of the input, its range, and whether numbers inside are int8, uint8 or float."""
    interpreter = litert(model)
    first = interpreter.get_input_details()[0]
    details = interpreter.get_tensor_details()
    # Weights may be int8 in a float model (hybrid); what is computed is told by values that change, which have one scale.
    kinds = {numpy.dtype(one["dtype"]).name for one in details if len(one["quantization_parameters"]["scales"]) == 1}
    kind = "int8" if "int8" in kinds else "uint8" if "uint8" in kinds else "float"
    number = numpy.dtype(first["dtype"])
    low, high = (numpy.iinfo(number).min, numpy.iinfo(number).max) if number != numpy.float32 else real_range(first, details)
    return {"kind": kind, "shape": [int(side) for side in first["shape"]], "type": number.name, "low": float(low), "high": float(high),
            "outputs": [[int(side) for side in one["shape"]] for one in interpreter.get_output_details()]}


def real_range(first, details):
    """What a model that quantises its input first can tell apart, and a little more; otherwise −1 to 1."""
    for one in details:
        scales, zeros = one["quantization_parameters"]["scales"], one["quantization_parameters"]["zero_points"]
        if one["index"] != first["index"] and list(one["shape"]) == list(first["shape"]) and len(scales) == 1 \
                and numpy.dtype(one["dtype"]) == numpy.int8:
            return 1.05 * scales[0] * (-128 - zeros[0]), 1.05 * scales[0] * (127 - zeros[0])
    return -1, 1


def answers(model, source, target):
    interpreter = litert(model)
    place = interpreter.get_input_details()[0]["index"]
    places = [one["index"] for one in interpreter.get_output_details()]
    found = [[] for _ in places]
    for sample in load_file(source)["input"]:
        interpreter.set_tensor(place, sample)
        interpreter.invoke()
        for all_answers, index in zip(found, places):
            all_answers.append(interpreter.get_tensor(index).copy())
    tensors.write_outputs([numpy.stack(one) for one in found], target)
    return {}


def arena(model, source, target):
    """TFLM's own account of its arena, the smallest with which it allocates, found by bisection, and its answers beside LiteRT's."""
    from tflite_micro.python.tflite_micro import runtime

    with open(model, "rb") as file:
        content = file.read()

    def allocates(size):
        try:
            return runtime.Interpreter.from_bytes(content, arena_size=size)
        except RuntimeError:
            return None

    high = 1 << 20
    with messages() as text:
        while not (interpreter := allocates(high)) and high < 1 << 27:
            high *= 2
    if not interpreter:
        said = [line for line in text() if line.strip()]
        return {"error": f"TFLM does not run it: {said[0].split('.cc ')[-1] if said else 'it allocates nothing'}"}
    samples = load_file(source)["input"]
    expected = tensors.outputs(load_file(target))
    equal, largest = 0, 0.0
    with messages() as text:
        for index, sample in enumerate(samples):
            interpreter.set_input(sample, 0)
            interpreter.invoke()
            given = [interpreter.get_output(k) for k in range(len(expected))]
            equal += all(ours.tobytes() == theirs[index].tobytes() for ours, theirs in zip(given, expected))
            largest = max([largest] + [float(numpy.abs(ours.astype(numpy.float64) - theirs[index]).max())
                                       for ours, theirs in zip(given, expected)])
        interpreter.print_allocations()
    told = dict(re.findall(r"Arena allocation (total|head|tail) (\d+) bytes", "\n".join(text())))
    low = 0
    with messages():
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if allocates(middle) else (middle, high)
    return {"smallest_arena_bytes": high, "arena_bytes": int(told["total"]), "activations_bytes": int(told["head"]),
            "persistent_bytes": int(told["tail"]), "samples": len(samples), "equal_to_litert": equal, "largest_difference": largest}


class messages:
    """Keeps what a runtime writes to standard error, from C++ too; called afterwards it gives the lines."""

    def __enter__(self):
        self.file = tempfile.TemporaryFile()
        sys.stderr.flush()
        self.own = os.dup(2)
        os.dup2(self.file.fileno(), 2)
        return self.lines

    def __exit__(self, *_):
        os.dup2(self.own, 2)
        os.close(self.own)

    def lines(self):
        self.file.seek(0)
        return self.file.read().decode(errors="replace").splitlines()


if __name__ == "__main__":
    work = {"describe": describe, "answers": answers, "arena": arena}[sys.argv[1]]
    print(json.dumps(work(*sys.argv[2:])))
