"""One ReLU for all, and pooling over whatever size there is."""

import torch.nn as nn
import torch.nn.functional as F


class NiNBlock(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int, padding: int):
        super(NiNBlock, self).__init__()
        sizes = [(in_channels, kernel_size, stride, padding), (out_channels, 1, 1, 0), (out_channels, 1, 1, 0)]
        for number, (channels, kernel, step, pad) in enumerate(sizes, start=1):
            setattr(self, "conv%d" % number, nn.Conv2d(channels, out_channels, kernel, step, pad))
        self.relu = nn.ReLU()

    def forward(self, x):
        for number in range(1, 4):
            x = self.relu(getattr(self, "conv%d" % number)(x))
        return x


class GlobalAvgPoolHead(nn.Module):
    def __init__(self, in_channels: int, num_classes: int):
        super(GlobalAvgPoolHead, self).__init__()
        self.block = nn.ModuleDict()
        block = NiNBlock(in_channels, num_classes, 3, 1, 1)
        for name in ("conv1", "conv2", "conv3"):
            self.block[name] = getattr(block, name)

    def forward(self, x):
        for conv in self.block.values():
            x = F.relu(conv(x))
        return F.avg_pool2d(x, x.shape[-2:]).view(x.size(0), -1)


class NiN(nn.Module):
    def __init__(self, in_channels: int = 1, num_classes: int = 10):
        super(NiN, self).__init__()
        self.blocks = nn.ModuleDict()
        for number, (channels, *rest) in enumerate(((96, 11, 4, 0), (256, 5, 1, 2), (384, 3, 1, 1))):
            self.blocks[str(number)] = NiNBlock(in_channels, channels, *rest)
            in_channels = channels
        self.head = GlobalAvgPoolHead(in_channels, num_classes)

    def forward(self, x):
        for block in self.blocks.values():
            x = F.max_pool2d(block(x), kernel_size=3, stride=2)
        return self.head(F.dropout(x, p=0.5, training=self.training))
