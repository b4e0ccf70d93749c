"""All outputs kept in a list, concatenated anew for every layer."""

import torch
from torch import nn


def bn_relu_conv(i, o, **kwargs):
    return [nn.BatchNorm2d(i), nn.ReLU(inplace=True), nn.Conv2d(i, o, **kwargs)]


class DenseBlock(nn.Module):
    def __init__(self, num_convs, in_channels, growth_rate):
        super().__init__()
        self.layers = nn.Sequential()
        for _ in range(num_convs):
            self.layers.append(nn.Sequential(*bn_relu_conv(in_channels, growth_rate, kernel_size=3, padding=1)))
            in_channels += growth_rate

    def forward(self, x):
        found = [x]
        for layer in self.layers:
            found.append(layer(torch.cat(found, 1)))
        return torch.cat(found, 1)


def TransitionBlock(in_channels, out_channels):
    return nn.Sequential(*bn_relu_conv(in_channels, out_channels, kernel_size=1), nn.AvgPool2d(kernel_size=2, stride=2))


class DenseNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10, growth_rate=32, num_convs=(4, 4, 4, 4)):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(in_channels, 64, kernel_size=7, stride=2, padding=3), nn.BatchNorm2d(64))
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        blocks, transitions, c = [], [], 64
        for i, n in enumerate(num_convs):
            blocks.append(DenseBlock(n, c, growth_rate))
            c += n * growth_rate
            if i < len(num_convs) - 1:
                transitions.append(TransitionBlock(c, c // 2))
                c = c // 2
        self.blocks, self.transitions = nn.Sequential(*blocks), nn.Sequential(*transitions)
        self.norm = nn.BatchNorm2d(c)
        self.fc = nn.Linear(c, num_classes)

    def forward(self, x):
        x = self.pool(self.relu(self.stem(x)))
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i < len(self.transitions):
                x = self.transitions[i](x)
        x = self.relu(self.norm(x))
        x = nn.functional.adaptive_avg_pool2d(x, (1, 1))
        return self.fc(x.view(x.shape[0], -1))
