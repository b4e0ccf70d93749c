"""Paths described by data; the output filled slice by slice."""

import torch
from torch import nn


class Inception(nn.Module):
    PATHS = [["b1_1"], ["b2_1", "b2_2"], ["b3_1", "b3_2"], ["pool", "b4_2"]]

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__()
        for name, i, o, k in [
            ("b1_1", in_channels, c1, 1),
            ("b2_1", in_channels, c2[0], 1),
            ("b2_2", *c2, 3),
            ("b3_1", in_channels, c3[0], 1),
            ("b3_2", *c3, 5),
            ("b4_2", in_channels, c4, 1),
        ]:
            setattr(self, name, nn.Conv2d(i, o, k, 1, k // 2))
        self.channels = [c1, c2[1], c3[1], c4]

    def pool(self, x):
        n, c, h, w = x.shape
        padded = x.new_full((n, c, h + 2, w + 2), float("-inf"))
        padded[:, :, 1:-1, 1:-1] = x
        return padded.unfold(2, 3, 1).unfold(3, 3, 1).amax((-2, -1))

    def forward(self, x):
        out = x.new_empty(x.shape[0], sum(self.channels), *x.shape[2:])
        at = 0
        for path, channels in zip(self.PATHS, self.channels):
            y = x
            for name in path:
                y = getattr(self, name)(y)
                if name != "pool":
                    y = torch.relu(y)
            out[:, at : at + channels] = y
            at += channels
        return out


class GoogLeNet(nn.Module):
    def __init__(self, in_channels=1, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential()
        for place, layer in [
            (0, nn.Conv2d(in_channels, 64, 7, 2, 3)),
            (3, nn.Conv2d(64, 64, 1)),
            (5, nn.Conv2d(64, 192, 3, 1, 1)),
        ]:
            self.stem.add_module(str(place), layer)
        shapes = """
            192  64  96 128 16  32  32
            256 128 128 192 32  96  64
            480 192  96 208 16  48  64
            512 160 112 224 24  64  64
            512 128 128 256 24  64  64
            512 112 144 288 32  64  64
            528 256 160 320 32 128 128
            832 256 160 320 32 128 128
            832 384 192 384 48 128 128
        """
        self.inceptions = nn.ModuleList()
        for line in shapes.strip().splitlines():
            i, c1, r2, c2, r3, c3, c4 = map(int, line.split())
            self.inceptions.append(Inception(i, c1, (r2, c2), (r3, c3), c4))
        self.fc = nn.Linear(1024, num_classes)

    def halve(self, x):
        padded = torch.nn.functional.pad(x, (1, 1, 1, 1), value=float("-inf"))
        return padded.unfold(2, 3, 2).unfold(3, 3, 2).amax((-2, -1))

    def forward(self, x):
        first, second, third = self.stem
        x = self.halve(first(x).relu())
        x = self.halve(third(second(x).relu()).relu())
        for i, block in enumerate(self.inceptions):
            x = block(x)
            if i == 1 or i == 6:
                x = self.halve(x)
        return self.fc(x.sum(dim=(2, 3)) / (x.shape[2] * x.shape[3]))
