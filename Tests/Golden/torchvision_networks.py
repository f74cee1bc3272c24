"""Networks in torchvision's and timm's layout, in plain PyTorch, with their logits.

Usage: python torchvision_networks.py FOLDER      (needs torch)

Writes resnet18.pth, mobilenet_v2.pth and mobilenet_v2_timm.pth (state dicts with torchvision's and timm's names, random weights and running
statistics), input.safetensors (tensor "input") and resnet18.safetensors, mobilenet_v2.safetensors (tensor "output": PyTorch's logits).
"""

import json
import pathlib
import struct
import sys

import torch
from torch import nn


def conv_bn(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1, act: bool = True) -> nn.Sequential:
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([nn.ReLU6()] if act else []))


class InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        layers = [conv_bn(inputs, hidden, 1)] if expansion > 1 else []
        layers += [conv_bn(hidden, hidden, 3, stride, hidden), nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        self.conv = nn.Sequential(*layers)
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.conv(x) if self.is_residual else self.conv(x)


class MobileNetV2(nn.Module):
    SETTINGS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]

    def __init__(self, classes: int) -> None:
        super().__init__()
        features = [conv_bn(3, 32, stride=2)]
        channels = 32
        for expansion, outputs, count, stride in self.SETTINGS:
            for index in range(count):
                features.append(InvertedResidual(channels, outputs, stride if index == 0 else 1, expansion))
                channels = outputs
        features.append(conv_bn(channels, 1280, 1))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


class BasicBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (out + (x if self.downsample is None else self.downsample(x))).relu()


class ResNet18(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(BasicBlock(64, 64, 1), BasicBlock(64, 64, 1))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128, 1))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256, 1))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512, 1))
        self.fc = nn.Linear(512, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.bn1(self.conv1(x)).relu())
        return self.fc(self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3)))


def timm_names(model: MobileNetV2) -> "dict[str, torch.Tensor]":
    """The same tensors as timm's mobilenetv2_100 names them, block by block."""
    layers: "dict[str, nn.Module]" = {"conv_stem": model.features[0][0], "bn1": model.features[0][1]}
    index = 1
    for stage, (expansion, _, count, _) in enumerate(MobileNetV2.SETTINGS):
        for block in range(count):
            conv = model.features[index].conv
            index += 1
            if expansion == 1:
                parts = {"conv_dw": conv[0][0], "bn1": conv[0][1], "conv_pw": conv[1], "bn2": conv[2]}
            else:
                parts = {
                    "conv_pw": conv[0][0], "bn1": conv[0][1], "conv_dw": conv[1][0], "bn2": conv[1][1], "conv_pwl": conv[2], "bn3": conv[3],
                }
            layers.update({f"blocks.{stage}.{block}.{name}": part for name, part in parts.items()})
    layers.update({"conv_head": model.features[18][0], "bn2": model.features[18][1], "classifier": model.classifier[1]})
    return {f"{name}.{key}": value for name, layer in layers.items() for key, value in layer.state_dict().items()}


def write_safetensors(path: pathlib.Path, name: str, tensor: torch.Tensor) -> None:
    data = struct.pack(f"<{tensor.numel()}f", *tensor.flatten().tolist())
    header = json.dumps({name: {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [0, len(data)]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


def randomise(model: nn.Module) -> nn.Module:
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.8, 1.2)
            nn.init.uniform_(module.bias, -0.1, 0.1)
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.8, 1.2)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out")
    return model.eval()


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(1)
    torch.set_num_threads(1)
    images = torch.rand(2, 3, 64, 64) * 2 - 1
    write_safetensors(folder / "input.safetensors", "input", images)
    with torch.no_grad():
        resnet = randomise(ResNet18(20))
        write_safetensors(folder / "resnet18.safetensors", "output", resnet(images))
        # As DataParallel saves it, inside a checkpoint.
        state = {f"module.{name}": value for name, value in resnet.state_dict().items()}
        torch.save({"epoch": 90, "state_dict": state}, folder / "resnet18.pth")
        mobilenet = randomise(MobileNetV2(20))
        write_safetensors(folder / "mobilenet_v2.safetensors", "output", mobilenet(images))
        torch.save(mobilenet.state_dict(), folder / "mobilenet_v2.pth", _use_new_zipfile_serialization=False)
        torch.save(timm_names(mobilenet), folder / "mobilenet_v2_timm.pth")


if __name__ == "__main__":
    main()
