"""The block as the first convolution and the rest."""

import torch.nn as nn


def convs(n, i, o):
    return [] if n == 0 else [nn.Conv2d(i, o, 3, 1, 1), nn.ReLU(), *convs(n - 1, o, o)]


def vgg_block(num_convs, in_channels, out_channels):
    return nn.Sequential(*convs(num_convs, in_channels, out_channels), nn.MaxPool2d(2))


class VGG(nn.Sequential):
    def __init__(self, arch, in_channels=1, num_classes=10):
        super().__init__()
        blocks = []
        for num_convs, out_channels in arch:
            blocks.append(vgg_block(num_convs, in_channels, out_channels))
            in_channels = out_channels
        side = 224
        for _ in arch:
            side = (side - 2) // 2 + 1
        self.blocks = nn.Sequential(*blocks)

        def hidden(i):
            return [nn.Linear(i, 4096), nn.ReLU(), nn.Dropout(0.5)]

        self.classifier = nn.Sequential(
            nn.Flatten(), *hidden(side**2 * in_channels), *hidden(4096), nn.Linear(4096, num_classes)
        )
