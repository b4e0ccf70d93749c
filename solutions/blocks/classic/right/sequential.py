"""Sequentials all the way, the layers' names given."""

from collections import OrderedDict

import torch.nn as nn


class LeNet(nn.Module):
    def __init__(self, in_channels=3, num_classes=10):
        super(LeNet, self).__init__()
        stages = [
            ("conv1", nn.Conv2d(in_channels, 6, kernel_size=(5, 5))),
            ("pool1", nn.MaxPool2d((2, 2))),
            ("relu1", nn.ReLU(inplace=True)),  # ReLU and max pooling may change places
            ("conv2", nn.Conv2d(6, 16, kernel_size=(5, 5))),
            ("pool2", nn.MaxPool2d((2, 2))),
            ("relu2", nn.ReLU(inplace=True)),
            ("flatten", nn.Flatten()),
            ("fc1", nn.Linear(400, 120)),
            ("relu3", nn.ReLU(inplace=True)),
            ("fc2", nn.Linear(120, 84)),
            ("relu4", nn.ReLU(inplace=True)),
            ("fc3", nn.Linear(84, num_classes)),
        ]
        for name, stage in stages:
            self.add_module(name, stage)

    def forward(self, x):
        for stage in self.children():
            x = stage(x)
        return x


def conv_relu(i, o, k, s=1, p=0):
    return [nn.Conv2d(i, o, k, stride=s, padding=p), nn.ReLU(inplace=True)]


class AlexNet(nn.Sequential):
    def __init__(self, in_channels=1, num_classes=10):
        features = (
            conv_relu(in_channels, 96, 11, 4, 1)
            + [nn.MaxPool2d(3, stride=2)]
            + conv_relu(96, 256, 5, p=2)
            + [nn.MaxPool2d(3, stride=2)]
            + conv_relu(256, 384, 3, p="same")
            + conv_relu(384, 384, 3, p="same")
            + conv_relu(384, 256, 3, p="same")
            + [nn.MaxPool2d(3, stride=2)]
        )
        classifier = [nn.Flatten()]
        for i in (6400, 4096):
            classifier += [nn.Linear(i, 4096), nn.ReLU(inplace=True), nn.Dropout()]
        classifier += [nn.Linear(4096, num_classes)]
        super().__init__(OrderedDict(features=nn.Sequential(*features), classifier=nn.Sequential(*classifier)))
