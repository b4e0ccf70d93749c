# part: blocks/inception:Inception
# red: interface
# points: 0 of 12
# without:
# why: has no in_channels: the message names it, and no other mistake
import torch
from torch import nn


class Inception(nn.Module):
    def __init__(self, c1, c2, c3, c4):
        super().__init__()
        self.b1_1, self.b2_1, self.b3_1, self.b4_2 = (nn.LazyConv2d(c, 1) for c in (c1, c2[0], c3[0], c4))
        self.b2_2, self.b3_2 = nn.LazyConv2d(c2[1], 3, padding=1), nn.LazyConv2d(c3[1], 5, padding=2)

    def forward(self, x):
        pooled = nn.functional.max_pool2d(x, 3, 1, 1)
        two, three = self.b2_1(x).relu(), self.b3_1(x).relu()
        return torch.cat([self.b1_1(x), self.b2_2(two), self.b3_2(three), self.b4_2(pooled)], 1).relu()
