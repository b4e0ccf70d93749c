"""Concatenate first, one ReLU for all; all 1×1 convolutions of the input in a single product."""

import torch
import torch.nn as nn


class Inception(nn.Module):
    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        (narrow2, wide2), (narrow3, wide3) = c2, c3
        self.b4_2 = nn.Conv2d(in_channels, c4, 1)
        self.b3_2 = nn.Conv2d(narrow3, wide3, 5, padding="same")
        self.b3_1 = nn.Conv2d(in_channels, narrow3, 1)
        self.b2_2 = nn.Conv2d(narrow2, wide2, 3, padding="same")
        self.b2_1 = nn.Conv2d(in_channels, narrow2, 1)
        self.b1_1 = nn.Conv2d(in_channels, c1, 1)

    def forward(self, x):
        ones = [self.b1_1, self.b2_1, self.b3_1]
        weight = torch.cat([conv.weight for conv in ones])
        bias = torch.cat([conv.bias for conv in ones])
        first = nn.functional.conv2d(x, weight, bias)
        one, two, three = first.split([len(conv.bias) for conv in ones], dim=1)
        four = nn.functional.max_pool2d(x, 3, 1, 1)
        return torch.cat([one, self.b2_2(two.relu()), self.b3_2(three.relu()), self.b4_2(four)], 1).relu()


class GoogLeNet(nn.Module):
    WIDTHS = {
        "3a": (64, (96, 128), (16, 32), 32),
        "3b": (128, (128, 192), (32, 96), 64),
        "4a": (192, (96, 208), (16, 48), 64),
        "4b": (160, (112, 224), (24, 64), 64),
        "4c": (128, (128, 256), (24, 64), 64),
        "4d": (112, (144, 288), (32, 64), 64),
        "4e": (256, (160, 320), (32, 128), 128),
        "5a": (256, (160, 320), (32, 128), 128),
        "5b": (384, (192, 384), (48, 128), 128),
    }

    def __init__(self, in_channels=1, num_classes=10):
        super().__init__()
        pool = nn.MaxPool2d(3, 2, 1)
        layers = [nn.Conv2d(in_channels, 64, 7, 2, 3), nn.ReLU(True), pool, nn.Conv2d(64, 64, 1), nn.ReLU(True)]
        self.stem = nn.Sequential(*layers, nn.Conv2d(64, 192, 3, 1, 1), nn.ReLU(True), pool)
        self.inceptions = nn.ModuleDict()
        channels = 192
        for number, (c1, c2, c3, c4) in enumerate(self.WIDTHS.values()):
            self.inceptions[str(number)] = Inception(channels, c1, c2, c3, c4)
            channels = c1 + c2[1] + c3[1] + c4
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for name, block in zip(self.WIDTHS, self.inceptions.values()):
            if name in ("4a", "5a"):
                x = nn.functional.max_pool2d(x, 3, 2, 1)
            x = block(x)
        return self.fc(x.flatten(2).mean(2))
