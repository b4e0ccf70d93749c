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


class NiN(nn.Sequential):
    def __init__(self, in_channels=1, num_classes=10):
        settings = [(in_channels, 96, 11, 4, 0), (96, 256, 5, 1, 2), (256, 384, 3, 1, 1)]
        blocks = [NiNBlock(*setting) for setting in settings]
        # The poolings go inside the blocks, under a name of their own.
        for block in blocks:
            block.add_module("pool", nn.MaxPool2d(3, 2))
        super().__init__(
            OrderedDict(blocks=nn.Sequential(*blocks), dropout=nn.Dropout(), head=GlobalAvgPoolHead(384, num_classes))
        )
