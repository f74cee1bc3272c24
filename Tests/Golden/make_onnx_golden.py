"""Writes other.onnx and joined.onnx, each with its .safetensors, for the tests: small networks as other exporters write them, with
onnxruntime's output.

Usage: python make_onnx_golden.py FOLDER      (needs onnx and onnxruntime)

The first is a classifier, in the forms that exporters use: folded batch normalisation, a mean over two axes, a reshape for a flattening, a
matrix product with a sum behind it, constants as nodes, squeeze-and-excite. The second has what joins, splits, pads, resizes and shares.
"""

import json
import pathlib
import struct
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


class Graph:
    """A graph that is written node by node; random constants."""

    def __init__(self, seed: int) -> None:
        self.random = numpy.random.default_rng(seed)
        self.constants: list = []
        self.nodes: list = []

    def constant(self, name: str, *shape: int, low: float = -0.5, high: float = 0.5) -> str:
        return self.given(name, self.random.uniform(low, high, shape).astype(numpy.float32))

    def given(self, name: str, values: numpy.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def add(self, kind: str, inputs: "list[str]", *outputs: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, inputs, list(outputs), name=f"/{outputs[0]}/{kind}", **attributes))
        return outputs[0]

    def save(self, folder: pathlib.Path, name: str, image: "list[int]", output: str, shape: "list[int]", version: int) -> None:
        graph = helper.make_graph(
            self.nodes, name, [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", *image])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", *shape])], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, folder / f"{name}.onnx")

        images = self.random.uniform(-1, 1, (2, *image)).astype(numpy.float32)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        tensors = {"input": images, "output": session.run(None, {"image": images})[0]}
        header, data = {}, b""
        for key, tensor in tensors.items():
            header[key] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + tensor.nbytes]}
            data += tensor.tobytes()
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        (folder / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def classifier() -> Graph:
    graph = Graph(1)
    add, constant = graph.add, graph.constant
    for name, value in [("zero", 0.0), ("six", 6.0), ("half", 0.5)]:
        graph.nodes.append(helper.make_node("Constant", [], [name], value=numpy_helper.from_array(numpy.float32(value))))
    graph.given("vector", numpy.array([0, -1], numpy.int64))

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
    return graph


def joined() -> Graph:
    graph = Graph(2)
    add, constant = graph.add, graph.constant

    def whole(name: str, *values: int) -> str:
        return graph.given(name, numpy.array(values, numpy.int64))

    def number(name: str, value: float) -> str:
        return graph.given(name, numpy.array(value, numpy.float32))

    x = add("Conv", ["image", constant("stem.weight", 6, 3, 3, 3), constant("stem.bias", 6)], "c0", pads=[1, 1, 1, 1])
    add("Split", [x, whole("sides", 2, 4)], "left", "right", axis=1)
    left = add("LeakyRelu", ["left"], "a0", alpha=0.2)
    right = add("PRelu", ["right", constant("act.weight", 4, 1, 1)], "a1")
    front = add("Slice", [x, whole("start", -6), whole("end", -3), whole("axis", -3)], "f0")
    x = add("Concat", [right, left, front], "j0", axis=-3)
    x = add("Pad", [x, whole("pads", 1, 0, 0, 2), number("value", 0.25), whole("axes", 2, 3)], "p0")
    near = add("Resize", [x, "", "", whole("size", 9, 5)], "r0", axes=[2, 3], mode="nearest",
               coordinate_transformation_mode="half_pixel", nearest_mode="round_prefer_ceil")
    ends = add("Resize", [x, "", "", whole("size4", 9, 5)], "r1", axes=[2, 3], mode="nearest",
               coordinate_transformation_mode="align_corners", nearest_mode="round_prefer_ceil")
    x = add("Concat", [near, ends], "j1", axis=1)
    x = add("Resize", [x, "", graph.given("factors", numpy.array([1, 1, 2, 2], numpy.float32))], "r2", mode="linear",
            coordinate_transformation_mode="half_pixel")
    x = add("Sub", [x, add("GlobalMaxPool", [x], "g0")], "s0")
    x = add("Clip", [add("Softmax", [add("Tanh", [x], "t0")], "s1", axis=1), number("low", -1), number("high", 1)], "c1")
    x = add("ReduceMax", [x, whole("map", 2, 3)], "m0", keepdims=0)
    x = add("Gemm", [x, constant("fc.weight", 4, 18), constant("fc.bias", 4)], "l0", transB=1)
    add("Softmax", [x], "shares")
    return graph


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    classifier().save(folder, "other", [3, 16, 16], "logits", [4], 17)
    joined().save(folder, "joined", [3, 6, 6], "shares", [4], 18)


if __name__ == "__main__":
    main()
