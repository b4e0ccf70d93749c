import torch
from torch import Tensor, nn


def bn_relu_conv(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.BatchNorm2d(in_channels),
        nn.ReLU(),
        nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1),
    )


class DenseBlock(nn.Module):
    def __init__(self, num_convs: int, in_channels: int, growth_rate: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(bn_relu_conv(in_channels + i * growth_rate, growth_rate) for i in range(num_convs))

    def forward(self, x: Tensor) -> Tensor:
        made = []
        for layer in self.layers:
            made.append(layer(torch.cat([x, *made], dim=1)))
        return torch.cat(made, dim=1)


class TransitionBlock(nn.Sequential):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, out_channels, kernel_size=1),
            nn.AvgPool2d(2),
        )
