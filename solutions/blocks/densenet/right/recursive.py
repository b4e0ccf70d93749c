"""Sequentials inside Sequentials; a dense layer that appends to its input would be misnamed, so forward loops."""

import torch
from torch import nn


class DenseBlock(nn.Module):
    def __init__(self, num_convs: int, in_channels: int, growth_rate: int):
        super().__init__()
        layer = []
        for i in range(num_convs):
            c = growth_rate * i + in_channels
            layer.append(
                nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, growth_rate, kernel_size=3, padding=1))
            )
        self.layers = nn.Sequential(*layer)

    def forward(self, X):
        for blk in self.layers:
            Y = blk(X)
            # Concatenate input and output of each block along the channels
            X = torch.cat((X, Y), dim=1)
        return X


class TransitionBlock(nn.Sequential):
    def __init__(self, in_channels: int, out_channels: int):
        super().__init__()
        self.append(nn.BatchNorm2d(in_channels))
        self.append(nn.ReLU())
        self.append(nn.Conv2d(in_channels, out_channels, kernel_size=1))
        self.append(nn.AvgPool2d(2))


class DenseNet(nn.Module):
    def __init__(self, in_channels: int = 1, num_classes: int = 10, growth_rate: int = 32, num_convs=(4, 4, 4, 4)):
        super().__init__()
        self.num_channels = 64
        self.growth_rate = growth_rate
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, 64, kernel_size=7, stride=2, padding=3),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        )
        num_convs = list(num_convs)
        self.blocks = nn.ModuleList([self.dense(num_convs[0])])
        self.transitions = nn.ModuleList()
        for n in num_convs[1:]:
            self.transitions.append(self.halve())
            self.blocks.append(self.dense(n))
        self.norm = nn.BatchNorm2d(self.num_channels)
        self.head = [nn.ReLU(), nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten()]
        self.fc = nn.Linear(self.num_channels, num_classes)

    def dense(self, n):
        block = DenseBlock(n, self.num_channels, self.growth_rate)
        self.num_channels += n * self.growth_rate
        return block

    def halve(self):
        before = self.num_channels
        self.num_channels //= 2
        return TransitionBlock(before, self.num_channels)

    def run(self, x, i=0):
        x = self.blocks[i](x)
        return x if i == len(self.transitions) else self.run(self.transitions[i](x), i + 1)

    def forward(self, x):
        x = self.norm(self.run(self.stem(x)))
        for step in self.head:
            x = step(x)
        return self.fc(x)
