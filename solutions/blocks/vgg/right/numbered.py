"""Positions written out, blocks in a list."""

from torch import nn


def vgg_block(num_convs, in_channels, out_channels):
    block = nn.Sequential()
    for i in range(num_convs):
        block.add_module(
            str(2 * i), nn.Conv2d(in_channels if i == 0 else out_channels, out_channels, (3, 3), padding=(1, 1))
        )
        block.add_module(str(2 * i + 1), nn.ReLU(inplace=True))
    block.add_module(str(2 * num_convs), nn.MaxPool2d(kernel_size=2, stride=2))
    return block


class VGG(nn.Module):
    def __init__(self, arch, in_channels=1, num_classes=10):
        super().__init__()
        self.blocks = nn.ModuleList()
        h = 224
        for n, c in arch:
            self.blocks.append(vgg_block(n, in_channels, c))
            in_channels, h = c, h // 2
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(in_channels * h * h, 4096),
            nn.ReLU(True),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(True),
            nn.Dropout(),
            nn.Linear(4096, num_classes),
        )
        self.initialise()

    def initialise(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                nn.init.constant_(m.bias, 0)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.classifier(x)
