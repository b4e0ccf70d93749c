"""Children that only hold parameters; ReLU, pooling and joining are functional."""

import torch
import torch.nn.functional as F
from torch import nn


class _Unit(nn.Module):
    def __init__(self, i, o, k):
        super().__init__()
        self.add_module("2", nn.Conv2d(i, o, k, padding="same"))
        self.add_module("0", nn.BatchNorm2d(i))

    def forward(self, x):
        norm, conv = self.get_submodule("0"), self.get_submodule("2")
        return conv(norm(x).clamp(min=0.0))


class DenseBlock(nn.Module):
    def __init__(self, num_convs, in_channels, growth_rate):
        super().__init__()
        self.in_channels, self.growth_rate = in_channels, growth_rate
        self.layers = nn.ModuleDict()
        for i in range(num_convs):
            self.layers[str(i)] = _Unit(in_channels + growth_rate * i, growth_rate, 3)

    def forward(self, x):
        for unit in self.layers.values():
            x = torch.hstack([x, unit(x)])
        return x


class TransitionBlock(_Unit):
    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels, 1)

    def forward(self, x):
        # the mean and a 1×1 convolution may change places
        norm, conv = self.get_submodule("0"), self.get_submodule("2")
        return conv(F.avg_pool2d(F.relu(norm(x)), 2))


class DenseNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, growth_rate=32, num_convs=(4, 4, 4, 4)):
        super().__init__()
        self.depth = len(num_convs)
        self.stem = nn.ModuleList([nn.Conv2d(in_channels, 64, 7, 2, 3), nn.BatchNorm2d(64)])
        self.transitions = nn.ModuleList()
        self.blocks = nn.ModuleList()
        channels = 64
        for number, convs in enumerate(num_convs):
            block = DenseBlock(convs, channels, growth_rate)
            channels = block.in_channels + convs * growth_rate
            self.blocks.append(block)
            if number + 1 < self.depth:
                half = channels // 2
                self.transitions.append(TransitionBlock(channels, half))
                channels = half
        self.norm = nn.BatchNorm2d(channels)
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x):
        for layer in self.stem:
            x = layer(x)
        x = F.max_pool2d(F.relu(x), 3, 2, 1)
        x = self.blocks[0](x)
        for number in range(1, self.depth):
            x = self.blocks[number](self.transitions[number - 1](x))
        return self.fc(F.relu(self.norm(x)).flatten(2).mean(2))
