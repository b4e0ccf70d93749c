"""Switchable normalisation, judged against plain tensor arithmetic (``torch.nn`` has no such layer)."""

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from grader.properties import Fresh, constant_init, graph_free
from grader.spec import (
    Exercise,
    OffLimits,
    Part,
    call,
    evaluate,
    growth,
    layer_case,
    listed,
    raises,
    reload,
    run,
    tensor,
    train,
)
from grader.strategies import (
    UNTRAINED,
    eps_values,
    keywords,
    nasty_tensor,
    normal_tensor,
    seeds,
    sizes,
    train_eval_programs,
)


class SwitchableNorm2d(nn.Module):
    """What computes the expected answer: every statistic gathered from a matrix of rows, by its definition."""

    running_mean: torch.Tensor
    running_var: torch.Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.mean_weight = nn.Parameter(torch.ones(3))
        self.var_weight = nn.Parameter(torch.ones(3))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise a batch of images."""
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(f"expected a batch of images of {self.num_features} channels, got shape {tuple(x.shape)}")
        batch, channels = x.shape[:2]
        instance = self.moments(x.reshape(batch, channels, -1))
        layer = self.moments(x.reshape(batch, 1, -1))
        if self.training:
            whole = self.moments(x.transpose(0, 1).reshape(1, channels, -1))
            for running, observed in zip((self.running_mean, self.running_var), whole, strict=True):
                running.copy_(running * (1 - self.momentum) + observed.detach()[0] * self.momentum)
        else:
            whole = torch.stack([self.running_mean[None], self.running_var[None]])
        stacked = torch.stack([moments.expand(2, batch, channels) for moments in (instance, layer, whole)])
        shares = torch.stack([self.mean_weight, self.var_weight], 1).exp()
        mean, var = torch.einsum("ks,ksnc->snc", shares / shares.sum(0), stacked)
        scale = self.weight * (var + self.eps) ** -0.5
        return (x - mean[:, :, None, None]) * scale[:, :, None, None] + self.bias[:, None, None]

    @staticmethod
    def moments(rows: torch.Tensor) -> torch.Tensor:
        """Mean and mean squared deviation over the last axis, stacked."""
        mean = rows.mean(-1)
        return torch.stack([mean, (rows - mean[..., None]).square().mean(-1)])


IMAGES = ((2, 3), (3, 3), (4, 2), (1, 5), (7, 1), (5, 4))


@st.composite
def images(draw: st.DrawFn, channels: int) -> Any:
    """A batch of images."""
    shape = [draw(st.sampled_from([2, 3, 1, 4])), channels, *draw(st.sampled_from(IMAGES))]
    return draw(normal_tensor(shape, fills=("normal", "uniform")))


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """A program of calls in both modes."""
    channels = draw(sizes(1, 4))
    kwargs = draw(keywords(eps=eps_values, momentum=st.sampled_from([0.1, 0.5, 0.9, 1.0, 0.0])))
    steps = draw(train_eval_programs(lambda training: images(channels)))
    return layer_case((channels,), kwargs, steps, seed=draw(seeds))


@st.composite
def numerics(draw: st.DrawFn) -> dict[str, Any]:
    """Images of a few dozen values."""
    shape = [draw(sizes(1, 3)), draw(sizes(1, 3)), draw(sizes(4, 7)), draw(sizes(4, 7))]
    step = call(draw(nasty_tensor(shape)), cotangent=draw(seeds))
    return layer_case((shape[1],), {}, [step], dtype="float32", seed=draw(seeds))


IMAGE = tensor(2, 1, 2, 3, seed=6)
SWITCHABLE_NORM = Part(
    symbol="SwitchableNorm2d",
    oracle=SwitchableNorm2d,
    cases=cases(),
    examples=[
        layer_case((3,), {}, [call(tensor(2, 3, 4, 5))]),
        layer_case((3,), {"eps": 0.1}, [call(tensor(2, 3, 3, 2, seed=1, scale=3.0, shift=1.0))]),
        layer_case(
            (2,), {"momentum": 0.5}, [call(tensor(3, 2, 3, 3, seed=2)), evaluate(), call(tensor(1, 2, 3, 3, seed=3))]
        ),
        layer_case((2,), {}, [evaluate(), call(tensor(2, 2, 4, 3, seed=4))]),
        layer_case((1,), {}, [call(tensor(1, 1, 3, 2, seed=5))]),
        layer_case((1,), {}, [evaluate(), call(IMAGE), train(), call(IMAGE)], state=UNTRAINED),
        layer_case((1,), {}, [call(IMAGE), reload(), call(IMAGE), evaluate(), call(IMAGE), reload(), call(IMAGE)]),
    ],
    arguments=["num_features", "eps", "momentum"],
    numerics=numerics(),
    properties=[
        constant_init(
            {"weight": 1, "bias": 0, "mean_weight": 1, "var_weight": 1, "running_mean": 0, "running_var": 1},
            Fresh(args=(3,)),
        ),
        graph_free([3], [2, 3, 2, 2], "running_mean", "running_var"),
    ],
    errors=[
        *listed(
            "an input that does not have four dimensions",
            raises(layer_case((3,), {}, [call(tensor(3, 4, 4))]), "An input of 3 dimensions"),
            raises(layer_case((3,), {}, [call(tensor(4, 3))]), "An input of 2 dimensions"),
            raises(layer_case((3,), {}, [call(tensor(2, 3, 2, 2, 2))]), "An input of 5 dimensions"),
            raises(layer_case((3,), {}, [evaluate(), call(tensor(2, 3, 3, 2, 2))]), "An input of 5 dimensions"),
        ),
        *listed(
            "an input whose channels are not `num_features`, a single one for many and the reverse included",
            raises(layer_case((3,), {}, [call(tensor(2, 4, 3, 3))]), "An input of 4 channels where num_features is 3"),
            raises(layer_case((3,), {}, [call(tensor(2, 1, 3, 3))]), "An input of 1 channel where num_features is 3"),
            raises(layer_case((1,), {}, [call(tensor(2, 3, 3, 3))]), "An input of 3 channels where num_features is 1"),
            raises(layer_case((3,), {}, [evaluate(), call(tensor(2, 1, 3, 3))]), "An input of 1 channel in evaluation"),
        ),
    ],
    growth=[
        growth("batch", lambda size: layer_case((3,), {}, [call(tensor(size, 3, 3, 3))])),
        growth("image height", lambda size: layer_case((3,), {}, [call(tensor(2, 3, size, 3))])),
    ],
    interface=[
        layer_case((3,), {}, [run("layer.float().running_var.dtype", "layer.double().mean_weight.dtype")]),
    ],
    off_limits=OffLimits(
        kernels=["*batch_norm*", "*layer_norm*", "*group_norm*", "*instance_norm*", "*rms_norm*"],
        classes=["*BatchNorm*", "*LayerNorm*", "*GroupNorm*", "*InstanceNorm*", "RMSNorm"],
    ),
)

exercise = Exercise(title="Switchable normalisation", parts=[SWITCHABLE_NORM])
