"""Sequentials with names."""

from collections import OrderedDict

from torch import nn


class NiNBlock(nn.Sequential):
    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        layers = OrderedDict()
        layers["conv1"] = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding)
        layers["relu1"] = nn.ReLU(inplace=True)
        for i in (2, 3):
            layers[f"conv{i}"] = nn.Conv2d(out_channels, out_channels, kernel_size=1)
            layers[f"relu{i}"] = nn.ReLU(inplace=True)
        super().__init__(layers)


class GlobalAvgPoolHead(nn.Sequential):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        self.add_module("block", NiNBlock(in_channels, num_classes, kernel_size=3, stride=1, padding=1))
        self.add_module("pool", nn.AdaptiveAvgPool2d(1))
        self.add_module("flatten", nn.Flatten(start_dim=1))
