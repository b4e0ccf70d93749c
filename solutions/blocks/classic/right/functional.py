"""Layers that only hold parameters; what joins them is functional."""

import torch
from torch import nn
from torch.nn import functional as F


class LeNet(nn.Module):
    def __init__(self, in_channels=3, num_classes=10):
        super().__init__()
        # defined back to front, on purpose
        self.fc3 = nn.Linear(84, num_classes)
        self.fc2 = nn.Linear(120, 84)
        self.fc1 = nn.Linear(16 * 25, 120)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.conv1 = nn.Conv2d(in_channels, 6, 5)

    def forward(self, image):
        n = image.size(0)
        maps = F.relu(F.conv2d(image, self.conv1.weight, self.conv1.bias))
        maps = maps.reshape(n, 6, 14, 2, 14, 2).amax(dim=(3, 5))
        maps = F.relu(F.conv2d(maps, self.conv2.weight, self.conv2.bias))
        maps = maps.unfold(2, 2, 2).unfold(3, 2, 2).amax(dim=(-1, -2))
        hidden = maps.reshape(n, -1)
        for layer in (self.fc1, self.fc2):
            hidden = (hidden @ layer.weight.t() + layer.bias).clamp(min=0)
        return F.linear(hidden, self.fc3.weight, self.fc3.bias)


class AlexNet(nn.Module):
    pooled = (0, 3, 10)

    def __init__(self, in_channels=1, num_classes=10):
        super().__init__()
        self.features = nn.ModuleDict(
            {
                "0": nn.Conv2d(in_channels, 96, 11, 4, 1),
                "3": nn.Conv2d(96, 256, 5, 1, 2),
                "6": nn.Conv2d(256, 384, 3, 1, 1),
                "8": nn.Conv2d(384, 384, 3, 1, 1),
                "10": nn.Conv2d(384, 256, 3, 1, 1),
            }
        )
        self.classifier = nn.ModuleDict(
            {
                "1": nn.Linear(256 * 5 * 5, 4096),
                "4": nn.Linear(4096, 4096),
                "7": nn.Linear(4096, num_classes),
            }
        )

    def forward(self, x):
        for place, conv in self.features.items():
            x = torch.relu(conv(x))
            if int(place) in self.pooled:
                x = F.max_pool2d(x, kernel_size=3, stride=2)
        x = torch.flatten(x, start_dim=1)
        x = F.dropout(F.relu(self.classifier["1"](x)), p=0.5, training=self.training)
        # dropout before or after a ReLU comes to the same
        x = F.relu(F.dropout(self.classifier["4"](x), p=0.5, training=self.training))
        return self.classifier["7"](x)
