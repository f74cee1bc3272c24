"""Files of tensors as `sapool forward` has them, made and compared: `input` is [samples, the model's own shape]."""

import hashlib

import numpy
from safetensors.numpy import load_file, save_file

from records import Failure


def outputs(tensors):
    """The outputs of a file in the model's order: `output`, or `output.0`, `output.1` …"""
    if "output" in tensors:
        return [tensors["output"]]
    found = []
    while f"output.{len(found)}" in tensors:
        found.append(tensors[f"output.{len(found)}"])
    return found


def write_outputs(arrays, path):
    names = ["output"] if len(arrays) == 1 else [f"output.{index}" for index in range(len(arrays))]
    save_file({name: numpy.ascontiguousarray(array) for name, array in zip(names, arrays)}, path)


def compared(expected, path):
    """How many samples a file of answers has bit for bit.

    Returns samples, those that are equal, and where some differ how many numbers do, and by how much at the most.
    """
    try:
        given = outputs(load_file(path))
    except (OSError, ValueError) as error:
        raise Failure(f"{path} cannot be read: {error}") from error
    if len(given) != len(expected):
        raise Failure(f"{path} has {len(given)} outputs, the reference {len(expected)}")
    for ours, theirs in zip(given, expected):
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            raise Failure(f"{path} has {ours.dtype} {list(ours.shape)}, the reference {theirs.dtype} {list(theirs.shape)}")
    samples = len(expected[0])
    equal = sum(all(ours[i].tobytes() == theirs[i].tobytes() for ours, theirs in zip(given, expected))
                for i in range(samples))
    result = {"samples": samples, "equal": equal}
    if equal < samples:
        gaps = [numpy.abs(ours.astype(numpy.float64) - theirs.astype(numpy.float64)) for ours, theirs in zip(given, expected)]
        result["numbers_differing"] = int(sum(numpy.count_nonzero(gap) for gap in gaps))
        result["largest_difference"] = float(max(gap.max() for gap in gaps))
    return result


def noise(shape, kind, low, high, samples=6):
    """Noise of a fixed seed for a model without golden numbers: half of it over the whole range, half near its middle."""
    generator = numpy.random.default_rng(seed=19)
    values = generator.uniform(low, high, size=(samples, *shape))
    middle = (low + high) / 2
    values[samples // 2:] = middle + (values[samples // 2:] - middle) / 8
    return values.astype(kind) if kind == numpy.float32 else numpy.rint(values).astype(kind)


def short_digest(*parts):
    """Twelve digits that name what was computed with."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part if isinstance(part, bytes) else str(part).encode())
        sha.update(b"\0")
    return sha.hexdigest()[:12]
