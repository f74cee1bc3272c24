"""Writes other.onnx and other.safetensors for the tests: a small network as other exporters write one, with onnxruntime's output.

Usage: python make_onnx_golden.py FOLDER      (needs onnx and onnxruntime)

It has every operator that the import reads but DepthToSpace, in the forms that exporters use: folded batch normalisation, a mean over two
axes, a reshape for a flattening, a matrix product with a sum behind it, constants as nodes, squeeze-and-excite.
"""

import json
import pathlib
import struct
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    random = numpy.random.default_rng(1)
    constants, nodes = [], []

    def constant(name: str, *shape: int, low: float = -0.5, high: float = 0.5) -> str:
        constants.append(numpy_helper.from_array(random.uniform(low, high, shape).astype(numpy.float32), name))
        return name

    def add(kind: str, inputs: "list[str]", output: str, **attributes) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], name=f"/{output}/{kind}", **attributes))
        return output

    for name, value in [("zero", 0.0), ("six", 6.0), ("half", 0.5)]:
        nodes.append(helper.make_node("Constant", [], [name], value=numpy_helper.from_array(numpy.float32(value))))
    constants.append(numpy_helper.from_array(numpy.array([0, -1], numpy.int64), "vector"))

    x = add("Conv", ["image", constant("stem.weight", 8, 3, 3, 3), constant("stem.bias", 8)], "c0", strides=[2, 2], pads=[1, 1, 1, 1])
    x = add("Clip", [x, "zero", "six"], "a0")
    y = add("Conv", [x, constant("block.dw.weight", 8, 1, 3, 3)], "c1", group=8, pads=[1, 1, 1, 1], kernel_shape=[3, 3])
    y = add("BatchNormalization", [y, constant("block.bn.weight", 8, low=0.5), constant("block.bn.bias", 8),
            constant("block.bn.running_mean", 8), constant("block.bn.running_var", 8, low=0.5, high=1.5)], "b1", epsilon=1e-3)
    y = add("HardSwish", [y], "a1")
    gate = add("GlobalAveragePool", [y], "g0")
    gate = add("Relu", [add("Conv", [gate, constant("onnx::Conv_1", 4, 8, 1, 1)], "g1")], "g2")
    gate = add("HardSigmoid", [add("Conv", [gate, constant("onnx::Conv_2", 8, 4, 1, 1)], "g3")], "g4", alpha=1 / 6, beta=0.5)
    x = add("Identity", [add("Add", [x, add("Mul", [gate, y], "m0")], "s0")], "i0")
    x = add("Mul", ["half", add("Softplus", [x], "p0")], "m1")
    x = add("MaxPool", [x], "mp", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    x = add("AveragePool", [x], "ap", kernel_shape=[2, 2], strides=[1, 1], pads=[1, 1, 1, 1], count_include_pad=0)
    a = add("Reshape", [add("ReduceMean", [x], "rm", axes=[2, 3], keepdims=1), "vector"], "v0")
    a = add("Add", [constant("fc1.bias", 6), add("MatMul", [a, constant("fc1.matrix", 8, 6)], "mm")], "l0")
    a = add("Exp", [add("Sigmoid", [a], "a2")], "a3")
    add("Gemm", [a, constant("fc2.weight", 4, 6), constant("fc2.bias", 4)], "logits", transB=1)

    graph = helper.make_graph(
        nodes, "other", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 16, 16])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 4])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, folder / "other.onnx")

    images = random.uniform(-1, 1, (2, 3, 16, 16)).astype(numpy.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    tensors = {"input": images, "output": session.run(None, {"image": images})[0]}
    header, data = {}, b""
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + tensor.nbytes]}
        data += tensor.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "other.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    main()
