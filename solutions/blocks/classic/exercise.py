"""LeNet and AlexNet, judged against the same networks composed of `torch.nn`."""

from collections import OrderedDict
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from grader.dropout_properties import classifier_drops_half
from grader.spec import Exercise, Part, call, evaluate, layer_case, network_case, run, tensor
from grader.strategies import flags, normal_tensor, seeds, sizes, train_eval_programs

SPREADS = ((1.0, 0.0), (3.0, 0.5), (0.3, -0.2))

# LeNet.


def lenet(in_channels: int = 3, num_classes: int = 10) -> nn.Sequential:
    """LeNet as one Sequential with names."""
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        conv1=nn.Conv2d(in_channels, 6, kernel_size=5),
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(kernel_size=2, stride=2),
        conv2=nn.Conv2d(6, 16, kernel_size=5),
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(kernel_size=2, stride=2),
        flat=nn.Flatten(),
        fc1=nn.Linear(400, 120),
        relu3=nn.ReLU(),
        fc2=nn.Linear(120, 84),
        relu4=nn.ReLU(),
        fc3=nn.Linear(84, num_classes),
    )
    return nn.Sequential(layers)


@st.composite
def lenet_cases(draw: st.DrawFn) -> dict[str, Any]:
    """Batches of one to three images in both modes."""
    kwargs = {}
    if draw(flags):
        kwargs["in_channels"] = draw(st.sampled_from((1, 2, 4)))
    if draw(flags):
        kwargs["num_classes"] = draw(st.sampled_from((3, 1, 7)))

    @st.composite
    def images(draw: st.DrawFn, training: bool) -> dict[str, Any]:
        shape = [draw(sizes(1, 3)), kwargs.get("in_channels", 3), 32, 32]
        image = draw(normal_tensor(shape, fills=("normal", "uniform"), spreads=SPREADS))
        # Channels last, a convolution's output is so too, and flattening it by `view` is not judged.
        return image | {"layout": "strided"} if image.get("layout") == "channels_last" else image

    return layer_case((), kwargs, draw(train_eval_programs(images, calls=2)), seed=draw(seeds))


@st.composite
def lenet_numerics(draw: st.DrawFn) -> dict[str, Any]:
    """Images of any magnitude in float32."""
    scale, shift = draw(st.sampled_from(((1.0, 0.0), (100.0, 30.0), (0.01, 1.0))))
    image = tensor(2, 3, 32, 32, seed=draw(seeds), scale=scale, shift=shift)
    return layer_case((), {}, [call(image)], dtype="float32", seed=draw(seeds))


LENET = Part(
    symbol="LeNet",
    oracle=lenet,
    cases=lenet_cases(),
    examples=[
        layer_case((), {}, [call(tensor(2, 3, 32, 32))]),
        layer_case(
            (),
            {"in_channels": 1, "num_classes": 4},
            [call(tensor(1, 1, 32, 32)), evaluate(), call(tensor(3, 1, 32, 32, seed=1))],
        ),
    ],
    arguments=["in_channels", "num_classes"],
    numerics=lenet_numerics(),
    interface=[layer_case((), {}, [run("sum(p.numel() for p in layer.parameters())")])],
    size=12,
    core=True,
)

# AlexNet: 46 million parameters, so the cases are few and fill them by a line rather than from the judge.


class OracleAlexNet(nn.Module):
    """AlexNet, its Sequentials filled by name from tables."""

    CONVS = (
        (0, 96, 11, 4, 1, True),
        (3, 256, 5, 1, 2, True),
        (6, 384, 3, 1, 1, False),
        (8, 384, 3, 1, 1, False),
        (10, 256, 3, 1, 1, True),
    )

    def __init__(self, in_channels: int = 1, num_classes: int = 10) -> None:
        super().__init__()
        self.features, self.classifier = nn.Sequential(), nn.Sequential(nn.Flatten())
        for place, channels, size, stride, padding, pooled in self.CONVS:
            conv = nn.Conv2d(in_channels, channels, kernel_size=size, stride=stride, padding=padding)
            self.features.add_module(str(place), conv)
            self.features.add_module(str(place + 1), nn.ReLU())
            if pooled:
                self.features.add_module(str(place + 2), nn.MaxPool2d(kernel_size=3, stride=2))
            in_channels = channels
        for width in (6400, 4096):
            self.classifier.extend([nn.Linear(width, 4096), nn.ReLU(), nn.Dropout(p=0.5)])
        self.classifier.append(nn.Linear(4096, num_classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the answer should return."""
        return self.classifier(self.features(x))


FRESH = layer_case((), {}, [], state=None, dtype="float32")
"""Names and shapes of a network with defaults only."""


@st.composite
def alexnet_cases(draw: st.DrawFn) -> dict[str, Any]:
    """One image in evaluation mode, or (the simplest) none at all."""
    if not draw(flags):
        return FRESH
    channels, classes = draw(st.sampled_from((2, 1, 3))), draw(st.sampled_from((4, 2, 7)))
    return network_case((channels, classes), channels, classes, draw(seeds))


DROPOUT = classifier_drops_half(
    (), {}, image=(1, 224, 224), linear=("classifier.1", "classifier.4", "classifier.7"), width=4096
)

ALEXNET = Part(
    symbol="AlexNet",
    oracle=OracleAlexNet,
    cases=alexnet_cases(),
    examples=[FRESH],
    arguments=["in_channels", "num_classes"],
    properties=[DROPOUT],
    interface=[layer_case((), {"num_classes": 2, "in_channels": 3}, [], state=None, dtype="float32")],
    size=2,
    positional=False,
    drawn=False,
    core=True,
)

exercise = Exercise(title="LeNet and AlexNet", parts=[LENET, ALEXNET])
