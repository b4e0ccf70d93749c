"""The 1×1 convolutions as products of matrices, pixel by pixel."""

import torch
from torch import nn


class NiNBlock(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__()
        self.conv3 = nn.Conv2d(out_channels, out_channels, (1, 1))
        self.conv2 = nn.Conv2d(out_channels, out_channels, (1, 1))
        self.conv1 = nn.Conv2d(in_channels, out_channels, (kernel_size, kernel_size), stride, padding)
        nn.init.zeros_(self.conv1.bias)

    def forward(self, image):
        out = self.conv1(image).clamp_min(0)
        for conv in [self.conv2, self.conv3]:
            weight = conv.weight[:, :, 0, 0]
            out = torch.einsum("oc,nchw->nohw", weight, out) + conv.bias[:, None, None]
            out = out * (out > 0)
        return out


class GlobalAvgPoolHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        self.block = NiNBlock(in_channels, num_classes, 3, 1, 1)

    def forward(self, image):
        maps = self.block(image)
        return maps.flatten(2).sum(-1) / (maps.shape[2] * maps.shape[3])


class NiN(nn.Module):
    def __init__(self, in_channels=1, num_classes=10):
        super().__init__()
        first = NiNBlock(in_channels, 96, 11, 4, 0)
        second = NiNBlock(96, 256, 5, 1, 2)
        third = NiNBlock(256, 384, 3, 1, 1)
        self.head = GlobalAvgPoolHead(384, num_classes)
        self.blocks = nn.Sequential(first, second, third)

    @staticmethod
    def shrink(maps):
        return maps.unfold(2, 3, 2).unfold(3, 3, 2).amax((-2, -1))

    def forward(self, image):
        maps = self.shrink(self.blocks[0](image))
        maps = self.shrink(self.blocks[1](maps))
        maps = self.shrink(self.blocks[2](maps))
        if self.training:
            maps = maps * torch.bernoulli(torch.full_like(maps, 0.5)) * 2
        return self.head(maps)
