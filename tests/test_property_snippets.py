"""The snippets of properties: beside an answer that fails they print something else than beside one that holds."""

import contextlib
import io
import sys
import types
from collections.abc import Iterator

import pytest
import torch
from torch import nn

from grader.case import probe
from grader.judge.snippet import snippet
from grader.properties import Fresh, constant_init, graph_free, normal_init, uniform_init
from grader.spec import Part, Property, tensor
from grader.spec.dropout_properties import (
    WIDTH,
    classifier_drops_half,
    dropout_between,
    drops,
    negative_where_dropped,
    same_mask_backward,
)
from grader.spec.network_properties import features_drop_half
from grader.spec.pooling_properties import fractional_windows
from grader.spec.slope_properties import random_slopes
from grader.suite.resolve import resolve_case


@pytest.fixture(autouse=True)
def _settings_of_torch() -> Iterator[None]:
    yield
    torch.set_default_dtype(torch.float32)


class Seeded(nn.Linear):
    def reset_parameters(self) -> None:
        torch.manual_seed(0)
        super().reset_parameters()


class SeededTable(nn.Embedding):
    def reset_parameters(self) -> None:
        torch.manual_seed(0)
        super().reset_parameters()


class NoReset(nn.Linear):
    def reset_parameters(self) -> None:
        if not hasattr(self, "done"):
            super().reset_parameters()
            self.done = True


class HalfScale(nn.LayerNorm):
    def reset_parameters(self) -> None:
        nn.init.constant_(self.weight, 0.5)
        nn.init.zeros_(self.bias)


class HoldsGraph(nn.BatchNorm1d):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.running_mean = 0.9 * self.running_mean + 0.1 * x.mean(0)
        return x


class NeverDrops(nn.GRU):
    def forward(self, x: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        self.dropout = 0.0
        return super().forward(x, state)


class DropsInput(nn.GRU):
    def forward(self, x: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        return super().forward(nn.functional.dropout(x, 0.5, self.training), state)


class SameMask(nn.Dropout):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(0)
        return super().forward(x)


class Unscaled(nn.Dropout):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * (torch.rand_like(x) >= self.p) if self.training else x


class WholeSamples(nn.Dropout):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * super().forward(torch.ones_like(x[:, :1, :1]))


class Rows(nn.Dropout):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * super().forward(torch.ones_like(x[..., :1]))


class SameInEverySample(nn.Dropout):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * super().forward(torch.ones_like(x[:1]))


class ExactlyHalf(nn.Dropout):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        order = torch.rand_like(x).flatten().argsort().argsort().view(x.shape)
        return 2 * x * (order < x.numel() // 2) if self.training else x


class KeepsTwice(nn.Dropout):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * x * (torch.rand_like(x) < 0.25) if self.training else x


class StraightThrough(nn.Dropout):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + (super().forward(x) - x).detach()


class Normed(nn.Module):
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.norm, self.dropout = nn.LayerNorm(16), nn.Dropout(p)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(x + self.dropout(torch.ones_like(x)))


class Net(nn.Module):
    drops = True

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        dropout = nn.Dropout(0.5) if self.drops else nn.Identity()
        self.one, self.two, self.three = nn.Linear(4, 64), nn.Linear(64, 64), nn.Linear(64, num_classes)
        self.dropout = dropout

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.dropout(self.one(x.flatten(1)).relu())
        return self.three(self.dropout(self.two(x).relu()))


class Dry(Net):
    drops = False


class OneSlope(nn.RReLU):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return nn.functional.leaky_relu(input, 0.25)


class OtherGradient(nn.RReLU):
    def forward(self, input: torch.Tensor) -> torch.Tensor:
        half = nn.functional.leaky_relu(input, 0.5)
        return super().forward(input).detach() + half - half.detach()


class Averaging(nn.Module):
    drops: type[nn.Module] = nn.Dropout

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.last, self.head = nn.Conv2d(1, 48, 1), nn.Conv2d(48, num_classes, 3, padding=1)
        self.dropout = self.drops()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.dropout(self.last(x).relu())).relu().mean((2, 3))


class ChannelByChannel(Averaging):
    drops = nn.Dropout2d


class SameWindows(nn.FractionalMaxPool2d):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        samples = x.new_full((*x.shape[:2], 2), 0.5)
        return nn.functional.fractional_max_pool2d(
            x, self.kernel_size, self.output_size, None, self.return_indices, samples
        )


class OtherWindows(nn.FractionalMaxPool2d):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.fractional_max_pool2d(x, (2, 2), self.output_size, None, self.return_indices)


def passing_on() -> dict[str, object]:
    """An upper GRU layer that forgets its state and squashes its input."""
    size, rows = WIDTH, 3 * WIDTH
    weight = [float(row - 2 * size == column) for row in range(rows) for column in range(size)]
    gates = [value for value in (0.0, -40.0, 0.0) for _ in range(size)]
    return {
        "weight_ih_l1": tensor(rows, size, fill="values", values=weight),
        "weight_hh_l1": tensor(rows, size, fill="zeros"),
        "bias_ih_l1": tensor(rows, fill="values", values=gates),
        "bias_hh_l1": tensor(rows, fill="zeros"),
    }


DRAWS = uniform_init(Fresh(args=(120, 100), bound=120**-0.5), reset=True)
NORMAL = normal_init(Fresh(args=(60, 50), names=("weight",)))
ONES = constant_init({"weight": 1, "bias": 0}, Fresh(args=(4,)))
DROPS = drops([], {}, shape=[16, 8, 12], p=0.5)
GRAPH = graph_free([3], [4, 3], "running_mean", "running_var")
BETWEEN = dropout_between(passing_on(), layers=2, p=0.5)
HALF = classifier_drops_half([], {}, image=[1, 2, 2], linear=["one", "two", "three"], width=64)
SLOPES = random_slopes(1 / 8, 1 / 3)
GRADIENTS = random_slopes(1 / 8, 1 / 3, criterion="gradients")
WINDOWS = fractional_windows((2, 3), (12, 14), (8, 8))
FEATURES = features_drop_half([], {}, image=[1, 2, 2], last="last", head=["head"], pixels=4)


def printed(item: Property, symbol: str, right: type[nn.Module], answer: type[nn.Module]) -> tuple[str, str | None]:
    """What the snippet prints beside an answer, and what the judge says of it."""
    part = Part(symbol=symbol, oracle=right, cases=None)  # type: ignore[arg-type]
    cases = [resolve_case(part, {symbol: right}, case) for case in item.cases]
    expected = probe.run_case(cases[0], {symbol: right})
    said = item.holds([probe.run_case(case, {symbol: answer}) for case in cases])
    code = snippet(cases[0], "answer", symbol, criterion=item.criterion, expected=expected, shows=item.shows)
    assert code.count("\n") < 80
    module = types.ModuleType("answer")
    vars(module)[symbol] = answer
    sys.modules["answer"] = module
    shown = io.StringIO()
    try:
        with contextlib.redirect_stdout(shown):
            exec(compile(code, "pasted", "exec"), {})
    finally:
        del sys.modules["answer"]
    return shown.getvalue(), said


@pytest.mark.parametrize(
    ("item", "right", "wrong", "seen"),
    [
        (DRAWS, nn.Linear, Seeded, "the same in another layer: True"),
        (DRAWS, nn.Linear, NoReset, "after a reset from 7.0 to 7.0"),
        (NORMAL, nn.Embedding, SeededTable, "the same in another layer: True"),
        (ONES, nn.LayerNorm, HalfScale, "[0.5000, 0.5000, 0.5000, 0.5000]"),
        (GRAPH, nn.BatchNorm1d, HoldsGraph, "True"),
        (DROPS, nn.Dropout, SameMask, "two calls drop the same: True"),
        (DROPS, nn.Dropout, KeepsTwice, "call 1 in training drops 7"),
        (BETWEEN, nn.GRU, NeverDrops, "call 1 in training drops 0%"),
        (BETWEEN, nn.GRU, DropsInput, "first and last layer's states in training"),
        (HALF, Net, Dry, "tensor([[1., 1., 1., 1.,"),
        (SLOPES, nn.RReLU, OneSlope, "slopes of call 1 [[0.25, 0.25, 1.0], [0.25, 0.25, 1.0]]"),
        (GRADIENTS, nn.RReLU, OtherGradient, "gradient of call 2 [[0.5, 0.5, 1.0], [0.5, 0.5, 1.0]]"),
        (WINDOWS, nn.FractionalMaxPool2d, SameWindows, "call 2, one channel: windows end at the pixels"),
        (WINDOWS, nn.FractionalMaxPool2d, OtherWindows, "call 1, one channel: windows end at the pixels"),
        (FEATURES, Averaging, ChannelByChannel, "tensor([["),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_property_shows_what_does_not_hold(
    item: Property, right: type[nn.Module], wrong: type[nn.Module], seen: str
) -> None:
    symbol = right.__name__
    fine, said = printed(item, symbol, right, right)
    assert said is None
    broken, said = printed(item, symbol, right, wrong)
    assert said is not None
    assert seen in broken
    assert fine != broken


def said(item: Property, symbol: str, answer: type[nn.Module]) -> str | None:
    """What the judge says of an answer."""
    part = Part(symbol=symbol, oracle=getattr(nn, symbol, answer), cases=None)  # type: ignore[arg-type]
    cases = [resolve_case(part, {symbol: answer}, case) for case in item.cases]
    return item.holds([probe.run_case(case, {symbol: answer}) for case in cases])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (nn.Dropout, None),
        (SameMask, "two calls drop the very same elements"),
        (Unscaled, "either as zero or divided by 1 - p"),
        (KeepsTwice, "of the elements are dropped, where 50% are expected"),
        (SameInEverySample, "two samples of a batch lose the very same elements"),
        (WholeSamples, "two samples of a batch lose the very same elements"),
        (ExactlyHalf, "every call drops exactly 768 elements"),
        (Rows, "dropped or kept only together"),
    ],
)
def test_dropout_is_told_from_what_looks_like_it(answer: type[nn.Module], says: str | None) -> None:
    found = said(DROPS, "Dropout", answer)
    assert found is None if says is None else found is not None and says in found


def test_channels_are_dropped_as_a_whole() -> None:
    channels = drops([], {}, shape=[8, 64, 2, 2], p=0.5, whole_channels=True)
    assert said(channels, "Dropout2d", nn.Dropout2d) is None
    assert "some channels are dropped in part" in (said(channels, "Dropout2d", nn.Dropout) or "")


def test_the_mask_is_the_same_on_the_way_back() -> None:
    item = same_mask_backward([], {}, shape=[4, 50], p=0.5)
    assert said(item, "Dropout", nn.Dropout) is None
    assert "of the gradients" in (said(item, "Dropout", StraightThrough) or "")


def test_the_share_that_is_dropped_comes_out_negative() -> None:
    ones = {"norm.weight": tensor(16, fill="ones"), "norm.bias": tensor(16, fill="zeros")}
    for p, says in ((0.5, None), (0.25, "where 25% are expected")):
        found = said(negative_where_dropped({}, ones, [8, 16, 16], p=p), "Normed", Normed)
        assert found is None if says is None else found is not None and says in found
