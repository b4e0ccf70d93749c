"""One base class for all blocks; a shortcut without parameters is an Identity."""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def shortcut(self, i, o, s):
        if i == o and s == 1:
            return nn.Identity()
        return nn.Sequential(nn.Conv2d(i, o, 1, s, bias=False), nn.BatchNorm2d(o))

    def layers(self, *sizes):
        for n, (i, o, k, s) in enumerate(sizes, 1):
            self.add_module(f"conv{n}", nn.Conv2d(i, o, k, s, k // 2, bias=False))
            self.add_module(f"bn{n}", nn.BatchNorm2d(o))
        self.depth = len(sizes)

    def forward(self, x):
        y = x
        for n in range(1, self.depth + 1):
            y = getattr(self, f"bn{n}")(getattr(self, f"conv{n}")(y))
            if n < self.depth:
                y = y.relu()
        return torch.add(y, self.downsample(x)).relu_()


class BasicBlock(Block):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.layers((in_channels, channels, 3, stride), (channels, channels, 3, 1))
        self.downsample = self.shortcut(in_channels, channels, stride)


class Bottleneck(Block):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.layers((in_channels, channels, 1, 1), (channels, channels, 3, stride), (channels, 4 * channels, 1, 1))
        self.downsample = self.shortcut(in_channels, 4 * channels, stride)


class PreActBlock(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1, stride=stride, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        same = in_channels == channels and stride == 1
        self.conv3 = None if same else nn.Conv2d(in_channels, channels, 1, stride=stride)
        self.bn1, self.bn2 = nn.BatchNorm2d(in_channels), nn.BatchNorm2d(channels)

    def forward(self, x):
        y = self.conv1(F.relu(self.bn1(x)))
        y = self.conv2(F.relu(self.bn2(y)))
        if self.conv3:
            x = self.conv3(x)
        y += x
        return y


class ResNet18(nn.Module):
    def __init__(self, in_channels=3, num_classes=1000):
        super().__init__()
        widths = [64, 64, 128, 256, 512]
        self.fc = nn.Linear(512, num_classes)
        for n in range(4, 0, -1):
            first = BasicBlock(widths[n - 1], widths[n], 1 if n == 1 else 2)
            setattr(self, f"layer{n}", nn.Sequential(first, BasicBlock(widths[n], widths[n])))
        self.bn1 = nn.BatchNorm2d(64)
        self.conv1 = nn.Conv2d(in_channels, 64, (7, 7), (2, 2), (3, 3), bias=False)

    def forward(self, x):
        # pooling and ReLU may change places
        x = F.relu(F.max_pool2d(self.bn1(self.conv1(x)), 3, stride=2, padding=1))
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return self.fc(x.mean(dim=[-1, -2]))
