"""A subclass of Sequential for the block; the classifier's size is measured on an empty image."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Sequential):
    def __init__(self, widths):
        layers = []
        for i, o in zip(widths[:-1], widths[1:]):
            layers.extend((nn.Conv2d(i, o, kernel_size=3, stride=1, padding="same"), nn.ReLU()))
        super().__init__(*layers)

    def forward(self, x):
        return F.max_pool2d(super().forward(x), 2)


def vgg_block(num_convs, in_channels, out_channels):
    return Block([in_channels] + num_convs * [out_channels])


class VGG(nn.Module):
    def __init__(self, arch, in_channels=1, num_classes=10):
        super().__init__()
        channels = [in_channels] + [c for _, c in arch]
        self.blocks = nn.Sequential(*[vgg_block(n, i, c) for (n, c), i in zip(arch, channels)])
        with torch.no_grad():
            wide = self.blocks(torch.zeros(1, in_channels, 224, 224)).numel()
        self.classifier = nn.ModuleDict(
            {
                "1": nn.Linear(wide, 4096),
                "4": nn.Linear(4096, 4096),
                "7": nn.Linear(4096, num_classes),
            }
        )
        self.drop = nn.Dropout(p=0.5)

    def forward(self, x):
        x = self.blocks(x).flatten(start_dim=1)
        x = self.drop(self.classifier["1"](x).relu())
        x = self.drop(self.classifier["4"](x).relu())
        return self.classifier["7"](x)
