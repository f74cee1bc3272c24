"""Writes small models as today's exporters write them, and golden.safetensors with images (bytes; the models take (byte − 128) / 32) and
onnxruntime's output of each: of the first two images, or of all where the model is int8.

Usage: python make_exported_golden.py [FOLDER]      (needs torch, onnx, onnxscript and onnxruntime; for CPUs)

FOLDER is Tests/InterchangeTests/Resources/ONNX. Float models, named by who wrote them: PyTorch's dynamo export with its weights in a file
beside the model, PyTorch's older export, and graphs by hand as tf2onnx writes them (channels last, Transpose at both ends). int8 models
(`qdq-…`): onnxruntime's quantize_static, a scale for each channel of the weights and one for all.
"""

import json
import pathlib
import struct
import sys
import tempfile

import numpy
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from torch import nn

FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "InterchangeTests/Resources/ONNX"


# Networks, as torchvision and timm write theirs.


def block(inputs, outputs, kernel, stride=1, groups=1, act=nn.ReLU6, dilation=1):
    padding = (kernel - 1) // 2 * dilation
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([act()] if act else []))


class InvertedResidual(nn.Module):
    """MobileNetV2's block."""

    def __init__(self, channels, expansion=2):
        super().__init__()
        inner = channels * expansion
        self.conv = nn.Sequential(block(channels, inner, 1), block(inner, inner, 3, groups=inner), block(inner, channels, 1, act=None))

    def forward(self, x):
        return x + self.conv(x)


class Head(nn.Module):
    def __init__(self, channels, classes=5):
        super().__init__()
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        return self.fc(x.mean([2, 3]))


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1)

    def forward(self, x):
        gate = nn.functional.adaptive_avg_pool2d(x, 1)
        return x * nn.functional.hardsigmoid(self.up(nn.functional.relu(self.down(gate))))


class SplitAndJoin(nn.Module):
    """ShuffleNetV2's unit but for the shuffling."""

    def __init__(self, channels):
        super().__init__()
        self.branch = nn.Sequential(block(channels // 2, channels // 2, 1, act=nn.ReLU), block(channels // 2, channels // 2, 3, act=None))

    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        return torch.cat([b, self.branch(a)], dim=1)


class Tensorflow(nn.Module):
    """timm's padding as TensorFlow's: more behind than in front."""

    def __init__(self):
        super().__init__()
        self.conv, self.act = nn.Conv2d(3, 6, 3, 2), nn.PReLU(6)
        self.dilated, self.slope = nn.Conv2d(6, 6, 3, padding=2, dilation=2, groups=2), nn.LeakyReLU(0.1)
        self.head = Head(12)

    def forward(self, x):
        x = self.act(self.conv(nn.functional.pad(x, (0, 1, 0, 1))))
        x = self.slope(self.dilated(x))
        y = nn.functional.interpolate(nn.functional.max_pool2d(x, 3, 2, 1), scale_factor=2.0, mode="nearest")
        return self.head(torch.cat([x, y], 1)).softmax(1)


class Flattened(nn.Module):
    """A map flattened to a vector that a linear layer reads, and a view by the batch's size."""

    def __init__(self):
        super().__init__()
        self.conv, self.fc1, self.fc2 = nn.Conv2d(3, 4, 3, 2), nn.Linear(4 * 3 * 3, 8), nn.Linear(8, 5)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.conv(x)), 3, 2, ceil_mode=True)
        x = torch.clamp(self.fc1(x.view(x.size(0), -1)), -0.25, 0.75)
        return self.fc2(x)


class Strips(nn.Module):
    """Means of rows and of columns, a maximum beside them, and constants."""

    def __init__(self):
        super().__init__()
        self.conv, self.rows, self.columns, self.fc = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 6, 1), nn.Conv2d(6, 6, 1), nn.Linear(18, 5)

    def forward(self, x):
        x = nn.functional.silu(self.conv(x))
        rows = torch.sigmoid(self.rows(x.mean(3, keepdim=True))).mean(2, keepdim=True)
        columns = torch.tanh(self.columns(x.mean(2, keepdim=True))).mean(3, keepdim=True)
        y = torch.cat([nn.functional.adaptive_max_pool2d(x, 1), rows, columns], 1).flatten(1)
        return self.fc(y * 0.5 + 1) / 2 - 0.25


def mobilenet():
    return nn.Sequential(block(3, 8, 3, 2), InvertedResidual(8), block(8, 12, 1), Head(12))


def mobilenet_v3():
    return nn.Sequential(
        block(3, 8, 3, 2, act=nn.Hardswish), block(8, 8, 5, groups=8, act=nn.Hardswish), SqueezeExcite(8), block(8, 12, 1, act=nn.Hardswish),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, 8), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(8, 5))


def shuffled():
    return nn.Sequential(block(3, 8, 3, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1), SplitAndJoin(8), SplitAndJoin(8), Head(8))


NETWORKS = {
    "mobilenet": mobilenet, "mobilenet-v3": mobilenet_v3, "shuffled": shuffled, "tensorflow": Tensorflow, "flattened": Flattened,
    "strips": Strips,
}
SIDE = 16


def network(name):
    torch.manual_seed(sum(map(ord, name)))
    module = NETWORKS[name]()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias, -0.5, 0.5)
            nn.init.uniform_(part.running_mean, -0.5, 0.5)
            nn.init.uniform_(part.running_var, 0.5, 1.5)
    if name == "tensorflow":
        # Classes that a softmax tells apart.
        with torch.no_grad():
            module.head.fc.weight *= 12
    return module.eval()


# Files.


def write(path, tensors):
    header, data = {}, b""
    for key, tensor in tensors.items():
        tensor = numpy.ascontiguousarray(tensor)
        header[key] = {"dtype": {"float32": "F32", "uint8": "U8"}[str(tensor.dtype)], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + tensor.nbytes]}
        data += tensor.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def run(path, images):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Without it, integer products saturate at 16 bits on processors with AVX2 and no VNNI.
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    if isinstance(entry.shape[0], int):
        return numpy.concatenate([session.run(None, {entry.name: images[i : i + 1]})[0] for i in range(len(images))])
    return session.run(None, {entry.name: images})[0]


def pictures(count, seed):
    """Smooth ones, whose values differ from one image to the next more than noise would, as bytes; 32 are 1."""
    random = numpy.random.default_rng(seed)
    images = random.normal(0, 1, (count, 3, 4, 4)).repeat(SIDE // 4, 2).repeat(SIDE // 4, 3) + random.normal(0, 0.3, (count, 3, SIDE, SIDE))
    return (images * random.uniform(16, 48, (count, 3, 1, 1)) + 128).round().clip(0, 255).astype(numpy.uint8)


def real(images):
    return (images.astype(numpy.float32) - 128) / 32


IMAGES, OUTPUTS = pictures(100, 2), {}


def golden(name, images):
    OUTPUTS[name] = run(FOLDER / f"{name}.onnx", images)


def stripped(model):
    """Without the exporter's notes, which are half of a small file."""
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    return model


def export(name, is_dynamo, path, external=False):
    module, image = network(name), torch.zeros(2, 3, SIDE, SIDE)
    if is_dynamo:
        batch = torch.export.Dim("batch", min=1, max=1024)
        program = torch.onnx.export(module, (image,), dynamo=True, dynamic_shapes=({0: batch},), verbose=False)
        program.save(str(path), external_data=external)
        model = stripped(onnx.load(path, load_external_data=False))
        onnx.save(model, path)
    else:
        torch.onnx.export(
            module, (image,), str(path), dynamo=False, input_names=["image"], output_names=["logits"],
            dynamic_axes={"image": {0: "N"}, "logits": {0: "N"}}, opset_version=13)


# Graphs by hand, as tf2onnx writes them.


def tensorflow_graph():
    random = numpy.random.default_rng(3)
    constants, nodes = [], []

    def constant(name, values):
        constants.append(numpy_helper.from_array(values, name))
        return name

    def weights(name, *shape):
        return constant(name, random.uniform(-0.5, 0.5, shape).astype(numpy.float32))

    def add(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], name=f"model/{output}/{kind}", **attributes))
        return output

    def whole(name, *values):
        return constant(name, numpy.array(values, numpy.int64))

    x = add("Transpose", ["image"], "turned", perm=[0, 3, 1, 2])
    x = add("Conv", [x, weights("stem/W", 6, 3, 3, 3), weights("stem/B", 6)], "stem", strides=[2, 2], auto_pad="SAME_UPPER")
    x = add("Relu", [x], "stem_relu")
    x = add("Conv", [x, weights("dw/W", 6, 1, 3, 3)], "dw", group=6, pads=[0, 0, 1, 1], strides=[2, 2])
    x = add("Add", [x, weights("dw/B", 1, 6, 1, 1)], "dw_bias")
    x = add("Clip", [x, constant("low", numpy.float32(0)), constant("high", numpy.float32(6))], "dw_relu6")
    # Keras' layers between are in its own order, and those of tf2onnx cancel out.
    x = add("Transpose", [x], "back", perm=[0, 2, 3, 1])
    x = add("Mul", [x, weights("factors", 6)], "scaled")
    x = add("Transpose", [x], "again", perm=[0, 3, 1, 2])
    m = add("Transpose", [add("ReduceMean", [x], "mean", axes=[2, 3], keepdims=1)], "mean_last", perm=[0, 2, 3, 1])
    v = add("Squeeze", [m, whole("ones", 1, 2)], "mean_vector")
    f = add("Transpose", [x], "map_last", perm=[0, 2, 3, 1])
    f = add("Reshape", [f, whole("flat", -1, 96)], "flat_map")
    a = add("MatMul", [f, weights("fc1/W", 96, 5)], "fc1")
    a = add("Add", [a, weights("fc1/B", 5)], "fc1_bias")
    b = add("MatMul", [v, add("Identity", [weights("fc2/W", 6, 5)], "fc2_read")], "fc2")
    add("Softmax", [add("Add", [a, b], "sum")], "shares", axis=-1)
    graph = helper.make_graph(
        nodes, "tf2onnx", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("shares", TensorProto.FLOAT, ["N", 5])], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


def tensorflow_map():
    """A map goes out as it came in, channels last."""
    random = numpy.random.default_rng(4)
    kernel = numpy_helper.from_array(random.uniform(-0.5, 0.5, (4, 3, 3, 3)).astype(numpy.float32), "W")
    nodes = [
        helper.make_node("Transpose", ["image"], ["a"], perm=[0, 3, 1, 2], name="a"),
        helper.make_node("Conv", ["a", "W"], ["b"], auto_pad="SAME_LOWER", strides=[2, 2], name="b"),
        helper.make_node("Tanh", ["b"], ["c"], name="c"),
        helper.make_node("Transpose", ["c"], ["map"], perm=[0, 2, 3, 1], name="d"),
    ]
    graph = helper.make_graph(
        nodes, "tf2onnx", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 8, 8, 3])],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, ["N", 4, 4, 4])], [kernel])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


# int8.


class Reader(CalibrationDataReader):
    def __init__(self, name, images):
        self.items = iter([{name: images[i : i + 1]} for i in range(len(images))])

    def get_next(self):
        return next(self.items, None)


def quantize(name, result, per_channel, activations=QuantType.QInt8, **options):
    path = FOLDER / f"{result}.onnx"
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "float.onnx"
        export(name, False, source)
        onnxruntime.quantization.shape_inference.quant_pre_process(str(source), str(source.with_name("p.onnx")), skip_symbolic_shape=True)
        quantize_static(
            str(source.with_name("p.onnx")), str(path), Reader("image", real(pictures(64, 1))), quant_format=QuantFormat.QDQ,
            per_channel=per_channel, activation_type=activations, weight_type=QuantType.QInt8, **options)
    golden(result, real(IMAGES))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    images = real(IMAGES)[:2]
    for name in NETWORKS:
        export(name, True, FOLDER / f"dynamo-{name}.onnx", external=name in ("mobilenet", "tensorflow"))
        golden(f"dynamo-{name}", images)
    for name in ("mobilenet-v3", "flattened", "tensorflow"):
        export(name, False, FOLDER / f"legacy-{name}.onnx")
        golden(f"legacy-{name}", images)
    onnx.save(tensorflow_graph(), FOLDER / "tf2onnx-classifier.onnx")
    golden("tf2onnx-classifier", images.transpose(0, 2, 3, 1))
    onnx.save(tensorflow_map(), FOLDER / "tf2onnx-map.onnx")
    golden("tf2onnx-map", images[:, :, :8, :8].transpose(0, 2, 3, 1))
    quantize("mobilenet", "qdq-mobilenet-channel", True)
    quantize("mobilenet", "qdq-mobilenet-tensor", False, QuantType.QUInt8)
    quantize("mobilenet-v3", "qdq-mobilenet-v3-channel", True, QuantType.QUInt8)
    quantize("shuffled", "qdq-shuffled-channel", True)
    quantize("tensorflow", "qdq-tensorflow-channel", True)
    quantize("flattened", "qdq-flattened-tensor", False)
    write(FOLDER / "golden.safetensors", {"images": IMAGES, **OUTPUTS})


if __name__ == "__main__":
    main()
