"""Paths put together at call time; the shortcut under an if in forward."""

from collections import OrderedDict

import torch.nn as nn
import torch.nn.functional as F


def norm_conv(i, o, k, s=1):
    return nn.Conv2d(i, o, kernel_size=k, stride=s, padding=(k - 1) // 2, bias=False), nn.BatchNorm2d(o)


class BasicBlock(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1, self.bn1 = norm_conv(in_channels, channels, 3, stride)
        self.conv2, self.bn2 = norm_conv(channels, channels, 3)
        self.project = stride > 1 or in_channels != channels
        if self.project:
            self.downsample = nn.Sequential(*norm_conv(in_channels, channels, 1, stride))

    def forward(self, x):
        path = [self.conv1, self.bn1, F.relu, self.conv2, self.bn2]
        out = x
        for step in path:
            out = step(out)
        return F.relu(out + (self.downsample(x) if self.project else x), inplace=True)


class Bottleneck(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1, self.bn1 = norm_conv(in_channels, channels, 1)
        self.conv2, self.bn2 = norm_conv(channels, channels, 3, stride)
        self.conv3, self.bn3 = norm_conv(channels, wide, 1)
        self.project = stride > 1 or in_channels != wide
        if self.project:
            self.downsample = nn.Sequential(*norm_conv(in_channels, wide, 1, stride))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = F.relu(self.bn2(self.conv2(out)), inplace=True)
        out = self.bn3(self.conv3(out))
        return F.relu(out + (self.downsample(x) if self.project else x))


class PreActBlock(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = norm_conv(in_channels, channels, 3, stride)[0]
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = norm_conv(channels, channels, 3)[0]
        self.conv3 = (
            nn.Conv2d(in_channels, channels, 1, stride) if stride > 1 or in_channels != channels else nn.Identity()
        )

    def forward(self, x):
        return self.conv3(x) + self.conv2(F.relu(self.bn2(self.conv1(F.relu(self.bn1(x))))))


class ResNet18(nn.Sequential):
    def __init__(self, in_channels=3, num_classes=1000):
        conv, bn = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(64)
        super().__init__(
            OrderedDict(
                [
                    ("conv1", conv),
                    ("bn1", bn),
                    ("relu", nn.ReLU()),
                    ("maxpool", nn.MaxPool2d(3, 2, 1)),
                    ("layer1", nn.Sequential(BasicBlock(64, 64), BasicBlock(64, 64))),
                    ("layer2", nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128))),
                    ("layer3", nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256))),
                    ("layer4", nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512))),
                    ("avgpool", nn.AdaptiveAvgPool2d(1)),
                    ("flatten", nn.Flatten()),
                    ("fc", nn.Linear(512, num_classes)),
                ]
            )
        )
