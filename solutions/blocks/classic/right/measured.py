"""The size of the first linear layer is measured rather than worked out."""

import torch
from torch import nn


class _Net(nn.Module):
    def width(self, extract, channels, side):
        with torch.no_grad():
            return extract(torch.zeros(2, channels, side, side)).flatten(1).shape[1]


class LeNet(_Net):
    def __init__(self, in_channels: int = 3, num_classes: int = 10):
        super().__init__()
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(kernel_size=2, stride=2)
        self.conv1 = nn.Conv2d(in_channels, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(self.width(self.extract, in_channels, 32), 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)
        for m in self.modules():
            if isinstance(m, (nn.Linear, nn.Conv2d)):
                nn.init.xavier_uniform_(m.weight)
                nn.init.zeros_(m.bias)

    def extract(self, x):
        x = self.pool(self.relu(self.conv1(x)))
        return self.pool(self.relu(self.conv2(x)))

    def forward(self, x):
        x = self.extract(x)
        x = x.view(-1, self.fc1.in_features)
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        return self.fc3(x)


class AlexNet(_Net):
    def __init__(self, in_channels: int = 1, num_classes: int = 10):
        super().__init__()
        self.features = nn.Sequential()
        plan = [(96, 11, 4, 1), "pool", (256, 5, 1, 2), "pool", (384, 3, 1, 1), (384, 3, 1, 1), (256, 3, 1, 1), "pool"]
        channels = in_channels
        for step in plan:
            if step == "pool":
                self.features.append(nn.MaxPool2d(kernel_size=3, stride=2))
                continue
            out, kernel, stride, padding = step
            self.features.append(nn.Conv2d(channels, out, kernel_size=kernel, stride=stride, padding=padding))
            self.features.append(nn.ReLU())
            channels = out
        wide = self.width(self.features, in_channels, 224)
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(wide, 4096),
            nn.ReLU(),
            nn.Dropout(p=0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Dropout(p=0.5),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x):
        x = self.features(x)
        x = self.classifier(x)
        return x
