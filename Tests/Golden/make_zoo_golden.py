"""Writes torchvision's and timm's own networks, cut small and with random weights, as PyTorch's two exporters write them, and golden.safetensors
with onnxruntime's outputs. With --check it takes the networks at their full size instead, imports each with sapool, and compares.

Usage: python make_zoo_golden.py [FOLDER]                                  (needs torch, torchvision, timm, onnx, onnxscript and onnxruntime)
       python make_zoo_golden.py FOLDER --check .build/release/sapool [NAME …]

FOLDER is Tests/InterchangeTests/Resources/Zoo. Files are called by exporter and network: `legacy-…` is PyTorch's older exporter (TorchScript),
`dynamo-…` today's. `qdq-…` are int8 models of onnxruntime's quantize_static. Images are bytes; the models take (byte − 128) / 32.
"""

import argparse
import json
import logging
import pathlib
import struct
import subprocess
import sys
import tempfile
import warnings

import numpy
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from torch import nn

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

try:
    import torchvision
except RuntimeError:
    # Its operators are built for another PyTorch; none of them is needed here.
    OPERATORS = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d"):
        OPERATORS.define(f"{name}(Tensor x) -> Tensor")
    for name in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[name]
    import torchvision

import timm
from timm.models._efficientnet_blocks import InvertedResidual
from timm.models.ghostnet import GhostBottleneck
from torchvision.models import mobilenetv3, regnet
from torchvision.models.squeezenet import Fire

models = torchvision.models
SIDE, CLASSES = 32, 5


class Features(nn.Module):
    """Maps of several sizes, as backbones of detectors give them."""

    def __init__(self, *stages):
        super().__init__()
        self.stages = nn.ModuleList(stages)

    def forward(self, x):
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return tuple(maps)


class LastThree(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.features = features

    def forward(self, x):
        return tuple(self.features(x)[-3:])


def head(channels):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 5))


def efficientnet_lite():
    """Its blocks, padded as TensorFlow pads."""
    return nn.Sequential(
        timm.layers.create_conv2d(3, 8, 3, stride=2, padding="same"), nn.BatchNorm2d(8), nn.ReLU6(),
        InvertedResidual(8, 12, 3, stride=2, pad_type="same", exp_ratio=2.0, act_layer=nn.ReLU6),
        InvertedResidual(12, 12, 5, pad_type="same", exp_ratio=2.0, act_layer=nn.ReLU6), head(12))


def ghostnet():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), GhostBottleneck(8, 12, 8), GhostBottleneck(8, 16, 12, 5, 2, se_ratio=0.25), head(12))


def squeezenet():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(8, 4, 8, 8), nn.MaxPool2d(3, 2, ceil_mode=True),
        Fire(16, 4, 8, 8), nn.Dropout(0.5), head(16))


def features():
    return Features(
        nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.Hardswish()), InvertedResidual(8, 12, 3, stride=2, exp_ratio=2.0),
        InvertedResidual(12, 16, 5, stride=2, exp_ratio=2.0, se_layer=timm.layers.SqueezeExcite))


def mobilenet_v3():
    rows = [(8, 3, 16, 8, True, "RE", 2, 1), (8, 5, 24, 12, True, "HS", 2, 1), (12, 5, 24, 12, True, "HS", 1, 1)]
    settings = [mobilenetv3.InvertedResidualConfig(*row, width_mult=1) for row in rows]
    return mobilenetv3.MobileNetV3(settings, last_channel=16, num_classes=5)


def regnet_y():
    parameters = regnet.BlockParams([1, 1], [8, 16], [8, 8], [1.0, 1.0], [2, 2], 0.25)
    return regnet.RegNet(parameters, num_classes=5, stem_width=8)


# The first is cut small, the second as it is.
NETWORKS = {
    "shufflenet-v2": (
        lambda: models.ShuffleNetV2([2, 3, 1], [8, 16, 24, 32, 24], num_classes=5), lambda: models.shufflenet_v2_x0_5(num_classes=10)),
    "mobilenet-v3": (mobilenet_v3, lambda: models.mobilenet_v3_small(num_classes=10)),
    "regnet-y": (regnet_y, lambda: models.regnet_y_400mf(num_classes=10)),
    "densenet": (lambda: models.DenseNet(4, (2, 2), 8, 2, num_classes=5), lambda: models.DenseNet(8, (2, 2, 2, 2), 16, num_classes=10)),
    "efficientnet-lite": (efficientnet_lite, lambda: timm.create_model("tf_efficientnet_lite0", num_classes=10)),
    "ghostnet": (ghostnet, lambda: timm.create_model("ghostnet_050", num_classes=10)),
    "squeezenet": (squeezenet, lambda: models.squeezenet1_1(num_classes=10)),
    "features": (features, lambda: LastThree(timm.create_model("mobilenetv3_small_050", features_only=True))),
    "mnasnet": (None, lambda: models.mnasnet0_5(num_classes=10)),
    "lcnet": (None, lambda: timm.create_model("lcnet_050", num_classes=10)),
    "mobilenet-v2": (None, lambda: models.mobilenet_v2(num_classes=10, width_mult=0.35)),
    "regnet-x": (None, lambda: timm.create_model("regnetx_002", num_classes=10)),
    "resnet": (None, lambda: timm.create_model("resnet10t", num_classes=10)),
    "efficientnet": (None, lambda: timm.create_model("efficientnet_b0", num_classes=10)),
    "googlenet": (None, lambda: models.googlenet(num_classes=10, aux_logits=False, init_weights=False, transform_input=False)),
    "mobilenet-v4": (None, lambda: timm.create_model("mobilenetv4_conv_small_050", num_classes=10)),
    "mixnet": (None, lambda: timm.create_model("tf_mixnet_s", num_classes=10)),
}
DYNAMO = ("features", "efficientnet-lite", "shufflenet-v2")
INT8 = ("shufflenet-v2", "squeezenet")


def network(name, is_small):
    torch.manual_seed(sum(map(ord, name)))
    module = NETWORKS[name][0 if is_small else 1]()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias, -0.5, 0.5)
            nn.init.uniform_(part.running_mean, -0.2, 0.2)
            nn.init.uniform_(part.running_var, 0.5, 1.5)
        elif isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_in")
    module.eval()
    if is_small:
        teach(module)
    return module


def teach(module):
    """Makes the last layer tell the classes of `pictures` apart, by least squares: int8 is to be compared where there is something to see."""
    last = [part for part in module.modules() if isinstance(part, nn.Linear)][-1:]
    if not last or last[0].out_features != CLASSES:
        return
    seen = []
    hook = last[0].register_forward_hook(lambda _, inputs, __: seen.append(inputs[0]))
    count = 200
    with torch.no_grad():
        module(torch.from_numpy(real(pictures(count, 5))))
        hook.remove()
        inputs = torch.cat([seen[0], torch.ones(count, 1)], 1).double()
        wanted = nn.functional.one_hot(torch.arange(count) % CLASSES, CLASSES).double() * 8 - 4
        weights = torch.linalg.solve(inputs.T @ inputs + 0.1 * torch.eye(inputs.shape[1]).double(), inputs.T @ wanted).float()
        last[0].weight.copy_(weights[:-1].T)
        last[0].bias.copy_(weights[-1])


def export(name, is_dynamo, path, is_small=True, batch=2):
    side = SIDE if is_small else 64
    module, image = network(name, is_small), torch.zeros(batch, 3, side, side)
    if is_dynamo:
        open_batch = torch.export.Dim("batch", min=1, max=1024)
        torch.onnx.export(
            module, (image,), str(path), dynamo=True, dynamic_shapes=({0: open_batch},), verbose=False, external_data=False)
    else:
        torch.onnx.export(
            module, (image,), str(path), dynamo=False, input_names=["image"], dynamic_axes={"image": {0: "N"}}, opset_version=17)
    model = onnx.load(path)
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    del model.graph.metadata_props[:], model.metadata_props[:], model.graph.value_info[:]
    onnx.save(model, path)


def run(path, images):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Without it, integer products saturate at 16 bits on processors with AVX2 and no VNNI.
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})


def pictures(count, seed, side=SIDE):
    """Of each class in turn, as bytes: a coarse pattern of the class, another of the image, and noise."""
    random = numpy.random.default_rng(seed)
    patterns = numpy.random.default_rng(0).normal(0, 1, (CLASSES, 3, 4, 4))[numpy.arange(count) % CLASSES]
    coarse = patterns + random.normal(0, 0.2, (count, 3, 4, 4))
    images = coarse.repeat(side // 4, 2).repeat(side // 4, 3) + random.normal(0, 0.1, (count, 3, side, side))
    return (images * 32 + 128).round().clip(0, 255).astype(numpy.uint8)


def real(images):
    return (images.astype(numpy.float32) - 128) / 32


def write(path, tensors):
    header, data = {}, b""
    for key, tensor in tensors.items():
        tensor = numpy.ascontiguousarray(tensor)
        kind = {"float32": "F32", "uint8": "U8"}[str(tensor.dtype)]
        header[key] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + tensor.nbytes]}
        data += tensor.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            start, end = (8 + length + place for place in entry["data_offsets"])
            tensors[name] = numpy.frombuffer(data[start:end], numpy.float32).reshape(entry["shape"])
    return [tensors[name] for name in sorted(tensors, key=lambda name: int(name.partition(".")[2] or 0))]


class Reader(CalibrationDataReader):
    def __init__(self, images):
        self.items = iter([{"image": images[i : i + 1]} for i in range(len(images))])

    def get_next(self):
        return next(self.items, None)


def quantize(name, path, is_small=True):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "float.onnx"
        export(name, False, source, is_small)
        ready = source.with_name("ready.onnx")
        onnxruntime.quantization.shape_inference.quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready), str(path), Reader(real(pictures(64, 1, SIDE if is_small else 64))), quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QInt8, weight_type=QuantType.QInt8)


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    images = pictures(100, 2)
    golden = {"images": images}

    def add(name, count):
        outputs = run(folder / f"{name}.onnx", real(images[:count]))
        for index, output in enumerate(outputs):
            # Of maps one image is enough.
            golden[name if len(outputs) == 1 else f"{name}.{index}"] = output[:1] if output.ndim == 4 else output

    for name in INT8:
        quantize(name, folder / f"qdq-{name}.onnx")
        add(f"qdq-{name}", len(images))
    small = [name for name, (small, _) in NETWORKS.items() if small]
    for exporter, names in (("legacy", small), ("dynamo", DYNAMO)):
        for name in names:
            export(name, exporter == "dynamo", folder / f"{exporter}-{name}.onnx")
            add(f"{exporter}-{name}", 2)
        write(folder / "golden.safetensors", golden)


def forward(sapool, model, images, folder, *options):
    """The outputs of an imported model."""
    net = folder / "net"
    subprocess.run([sapool, "import", str(model), "--output", str(net)], check=True, stdout=subprocess.DEVNULL)
    write(folder / "x.safetensors", {"input": images})
    network = [str(net)] if (net / "interface.json").exists() else [str(net / "network.json"), "--weights", str(net / "model.safetensors")]
    subprocess.run(
        [sapool, "forward", "--network", *network, *options, "--input", str(folder / "x.safetensors"), "--output",
         str(folder / "y.safetensors")], check=True)
    return read(folder / "y.safetensors")


def distance(outputs, others):
    """The largest difference, as a share of the largest number."""
    return max(float(abs(a.reshape(b.shape) - b).max() / max(1, abs(b).max())) for a, b in zip(outputs, others))


def exact(name, images):
    """What PyTorch computes in double precision."""
    with torch.no_grad():
        outputs = network(name, False).eval().double()(torch.tensor(images).double())
    return [output.numpy() for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def check(folder, sapool, names):
    folder.mkdir(parents=True, exist_ok=True)
    images, agree = real(pictures(2, 3, 64)), True
    for name in names or NETWORKS:
        for exporter in ("legacy", "dynamo"):
            path = folder / f"{exporter}-{name}.onnx"
            export(name, exporter == "dynamo", path, is_small=False)
            expected = run(path, images)
            rounding = distance(expected, exact(name, images))
            with tempfile.TemporaryDirectory() as place:
                try:
                    own = forward(sapool, path, images, pathlib.Path(place))
                    most = distance(own, expected)
                    # Deep networks with random weights: onnxruntime's own rounding is more than that.
                    is_right = most <= max(1e-4, rounding) and len(own) == len(expected)
                    print(f"{exporter} {name}: {most:.1e}", flush=True)
                except subprocess.CalledProcessError:
                    is_right = False
                    print(f"{exporter} {name}: refused", flush=True)
            agree &= is_right
    return agree


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, nargs="?", default=pathlib.Path(__file__).parent.parent / "InterchangeTests/Resources/Zoo")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--check", metavar="SAPOOL")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.check:
        sys.exit(0 if check(arguments.folder, arguments.check, arguments.names) else 1)
    make(arguments.folder)


if __name__ == "__main__":
    main()
