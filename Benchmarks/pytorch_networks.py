"""The networks of the benchmarks, written plainly in PyTorch: what somebody would write who has never seen this project."""

import torch
from torch import nn
from torch.nn import functional as F

STAGES = [(1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1)]


class SelfAttentivePool(nn.Module):
    """Chen et al., WACV 2023, section 3, with nn.MultiheadAttention and patches of one pixel."""

    def __init__(self, channels, stride, heads=2):
        super().__init__()
        self.stride = stride
        self.embed = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels), nn.ReLU())
        self.rows = nn.Embedding(256, channels // 2)
        self.columns = nn.Embedding(256, channels // 2)
        self.attention = nn.MultiheadAttention(channels, heads)
        self.restore = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels), nn.Sigmoid())

    def forward(self, x):
        b, c, h, w = x.shape
        place = torch.arange(max(h, w), device=x.device)
        columns = self.columns(place[:w])[None, :, :].expand(h, w, c // 2)
        rows = self.rows(place[:h])[:, None, :].expand(h, w, c // 2)
        tokens = self.embed(x) + torch.cat([columns, rows], -1).permute(2, 0, 1)
        tokens = tokens.flatten(2).permute(2, 0, 1)
        attended, _ = self.attention(tokens, tokens, tokens)
        weights = self.restore(attended.permute(1, 2, 0).reshape(b, c, h, w)).exp()
        return F.avg_pool2d(x * weights, self.stride) / F.avg_pool2d(weights, self.stride)


class Block(nn.Module):
    def __init__(self, inputs, outputs, expansion, stride, pool):
        super().__init__()
        hidden = inputs * expansion
        layers = [] if expansion == 1 else [nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(True)]
        layers += [
            nn.Conv2d(hidden, hidden, 3, stride if pool is None else 1, 1, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden), nn.ReLU6(True), nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs),
        ]
        self.conv = nn.Sequential(*layers)
        self.pool = pool(outputs, stride) if pool is not None and stride > 1 else None
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.conv(x)
        if self.pool is not None:
            return self.pool(y)
        return x + y if self.residual else y


def mobilenet_v2(strides, pool=None, classes=10):
    layers = [nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6(True)]
    channels = 32
    for (expansion, outputs, count), stride in zip(STAGES, strides):
        for index in range(count):
            first = index == 0
            layers.append(Block(channels, outputs, expansion, stride if first else 1, pool if first else None))
            channels = outputs
    layers += [nn.Conv2d(channels, 1280, 1, bias=False), nn.BatchNorm2d(1280), nn.ReLU6(True),
               nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, classes)]
    return nn.Sequential(*layers)


def plain_cnn(channels=(16, 32, 64), classes=10):
    layers, inputs = [], 3
    for outputs in channels:
        layers += [nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(True)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


NETWORKS = {
    "plain-cnn": plain_cnn,
    "mobilenet_v2-skip-1222121": lambda: mobilenet_v2([1, 2, 2, 2, 1, 2, 1]),
    "mobilenet_v2-nlp_headfix2-1222121": lambda: mobilenet_v2([1, 2, 2, 2, 1, 2, 1], SelfAttentivePool),
}
