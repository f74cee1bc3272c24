"""Checks ONNX models against the logits that the project computed.

Usage: python check_onnx.py FOLDER      (needs onnx and onnxruntime)

For every NAME.onnx: onnx.checker with full shape inference, standard operators of opset 17 or later only, a dynamic batch, every node with a
name of its own; then onnxruntime on the tensor "input" of NAME.safetensors, whole and one image at a time, against "output" within 1e-4.
"""

import json
import pathlib
import struct
import sys

import numpy
import onnx
import onnxruntime


def read_safetensors(path: pathlib.Path) -> "dict[str, numpy.ndarray]":
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        start, end = entry["data_offsets"]
        kind = {"F32": numpy.float32, "F64": numpy.float64}[entry["dtype"]]
        tensors[name] = numpy.frombuffer(data[8 + length + start : 8 + length + end], kind).reshape(entry["shape"])
    return tensors


def check(path: pathlib.Path) -> float:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [(entry.domain, entry.version >= 17) for entry in model.opset_import] == [("", True)], model.opset_import
    assert all(node.domain == "" for node in model.graph.node)
    names = [node.name for node in model.graph.node]
    assert all(names) and len(set(names)) == len(names), "nodes without a name of their own"
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"

    golden = read_safetensors(path.with_suffix(".safetensors"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    images = golden["input"].astype(numpy.float32)
    whole = session.run(["output"], {"input": images})[0]
    single = numpy.concatenate([session.run(["output"], {"input": images[i : i + 1]})[0] for i in range(len(images))])
    assert whole.shape == golden["output"].shape, whole.shape
    return max(float(numpy.abs(result - golden["output"]).max()) for result in (whole, single))


def main() -> None:
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
    failures = 0
    worst = 0.0
    for path in paths:
        try:
            difference = check(path)
        except Exception as error:  # every model is to be reported
            failures += 1
            print(f"{path.stem}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        worst = max(worst, difference)
        if not difference <= 1e-4:
            failures += 1
            print(f"{path.stem}: {difference:.2e} off", file=sys.stderr)
    print(f"{len(paths)} models, {failures} failures, at most {worst:.1e} off")
    sys.exit(1 if failures or not paths else 0)


if __name__ == "__main__":
    main()
