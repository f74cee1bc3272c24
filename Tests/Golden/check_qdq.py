"""Checks int8 ONNX models against what the int8 host computed.

Usage: python check_qdq.py FOLDER      (needs onnx and onnxruntime)

For every NAME.onnx: onnx.checker with full shape inference, standard operators only, int8 weights; then onnxruntime on the tensor "input" of
NAME.safetensors against "output", logits that are whole multiples of their step. Both round at different places, so that logits may differ by a
few steps; at least 99 of 100 classes have to agree.
"""

import pathlib
import sys

import numpy
import onnx
import onnxruntime

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from check_onnx import read_safetensors  # noqa: E402


def check(path: pathlib.Path) -> "tuple[float, float]":
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert all(node.domain == "" for node in model.graph.node)
    names = [node.name for node in model.graph.node]
    assert all(names) and len(set(names)) == len(names), "nodes without a name of their own"
    operators = {node.op_type for node in model.graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= operators, operators
    integers = sum(tensor.data_type == onnx.TensorProto.INT8 and len(tensor.dims) > 1 for tensor in model.graph.initializer)
    assert integers >= sum(node.op_type in ("Conv", "Gemm") for node in model.graph.node), "weights that are not int8"

    golden = read_safetensors(path.with_suffix(".safetensors"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Without it, integer products saturate at 16 bits on processors with AVX2 and no VNNI.
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    result = session.run(["output"], {"input": golden["input"].astype(numpy.float32)})[0]
    expected = golden["output"]
    agreement = float((result.argmax(1) == expected.argmax(1)).mean())
    reach = float(numpy.abs(expected).max())
    return agreement, float(numpy.abs(result - expected).max()) / max(reach, 1e-9)


def main() -> None:
    failures = 0
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
    for path in paths:
        try:
            agreement, difference = check(path)
        except Exception as error:  # every model is to be reported
            failures += 1
            print(f"{path.stem}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        print(f"{path.stem}: {100 * agreement:.2f} % of classes agree, logits at most {100 * difference:.1f} % of their reach apart")
        failures += agreement < 0.99 or difference > 0.1
    sys.exit(1 if failures or not paths else 0)


if __name__ == "__main__":
    main()
