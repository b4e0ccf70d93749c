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
