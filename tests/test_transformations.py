"""What turns the expected tensors into an answer's: found where it holds in every failing case, and only there."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from grader.judge import maps
from grader.judge.factors import closed_form
from grader.judge.failing import Failing, Pair
from grader.judge.transformation import transformation
from grader.model import DeclaredCase
from grader.spec import Part, call, evaluate, layer_case, tensor
from tests.behaving import judged, suite_of, turned

NOTHING: Any = {"steps": [], "error": None}


def part(oracle: type[nn.Module], *arguments: str) -> Part:
    return Part(symbol=oracle.__name__, oracle=oracle, cases=st.nothing(), arguments=arguments)


LINEAR = part(nn.Linear, "in_features", "out_features", "bias")
CONV = part(nn.Conv2d, "in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias")
NORM = part(nn.BatchNorm1d, "num_features", "eps", "momentum", "affine", "track_running_stats")
CELL = part(nn.LSTMCell, "input_size", "hidden_size", "bias")
GRU = part(nn.GRUCell, "input_size", "hidden_size", "bias")

ON_LINEAR = [layer_case((3, 2), {}, [call(tensor(n, 3, seed=n))], seed=n) for n in (2, 4, 5)]
ON_CONV = [
    layer_case((2, 3, size), {}, [call(tensor(n, 2, 5, 6, seed=n))], seed=n) for n, size in ((1, 2), (2, 3), (3, 1))
]
ON_NORM = [layer_case((3,), {}, [call(tensor(n, 3, seed=n))], seed=n) for n in (2, 4, 7)]
ON_CELL = [
    layer_case((3, 2), {"bias": n < 5}, [call(tensor(n, 3, seed=n), (tensor(n, 2), tensor(n, 2, seed=n + 9)))], seed=n)
    for n in (2, 4, 5)
]
ON_GRU = [layer_case((3, 2), {}, [call(tensor(n, 3, seed=n), tensor(n, 2, seed=n))], seed=n) for n in (2, 4, 5)]


def after(oracle: type[nn.Module], change: Callable[[Any, Tensor], Any]) -> type[nn.Module]:
    """An answer that is right but for what is done to its output."""

    class Answer(oracle):  # type: ignore[misc, valid-type]
        def forward(self, x: Tensor, *more: Any) -> Any:
            return change(super().forward(x, *more), x)

    return Answer


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda y, x: 2 * y, "Your output is the expected one times 2."),
        (lambda y, x: -y, "Your output is the expected one times -1."),
        (
            lambda y, x: y * len(x) / (len(x) - 1),
            "Your output is the expected one times n/(n - 1), where n is the size of the batch.",
        ),
        (
            lambda y, x: y / len(x) ** 0.5,
            "Your output is the expected one times 1/√n, where n is the size of the batch.",
        ),
        (lambda y, x: y + 1, "Your output is the expected one plus 1."),
        (lambda y, x: y - 0.5, "Your output is the expected one minus 1/2."),
        (lambda y, x: torch.relu(y), "Your output is the ReLU of the expected one."),
        (lambda y, x: y.softmax(-1), "Your output is the softmax of the expected one over its last axis."),
        (lambda y, x: y.flip(0), "Your output holds the expected values, reversed along axis 0."),
        (lambda y, x: y.roll(1, 0), "Your output holds the expected values, shifted on by one along axis 0."),
        (lambda y, x: y.float().double(), "Your output is computed in float32: it has no more digits than that."),
    ],
    ids=[
        "twice",
        "negative",
        "unbiased",
        "root",
        "one more",
        "half less",
        "relu",
        "softmax",
        "reversed",
        "shifted",
        "float32",
    ],
)
def test_what_is_done_to_the_output_is_named(change: Callable[[Tensor, Tensor], Tensor], said: str) -> None:
    assert turned(LINEAR, ON_LINEAR, after(nn.Linear, change)) == said


def test_a_number_of_the_answer_s_own_is_not_told() -> None:
    # It could be anything, what a hidden case holds too.
    assert turned(LINEAR, ON_LINEAR, after(nn.Linear, lambda y, x: y * 1.2345)) == ""


def test_nothing_is_said_of_what_no_one_thing_explains() -> None:
    assert turned(LINEAR, ON_LINEAR, after(nn.Linear, lambda y, x: y * 2 if len(x) < 4 else y * 3)) == ""
    assert turned(LINEAR, ON_LINEAR, after(nn.Linear, lambda y, x: y + x.sum())) == ""
    # Float32 holds quarters too, but that is not why they are wrong.
    assert turned(LINEAR, ON_LINEAR, after(nn.Linear, lambda y, x: (4 * y).round() / 4 + len(x))) == ""


def test_one_case_is_not_enough() -> None:
    assert turned(LINEAR, ON_LINEAR[:1], after(nn.Linear, lambda y, x: 2 * y)) == ""


def test_axes_of_one_size_tell_nothing_and_others_do() -> None:
    swapped = after(nn.Conv2d, lambda y, x: y.transpose(2, 3))
    square = [layer_case((2, 3, 1), {}, [call(tensor(n, 2, 4, 4, seed=n))], seed=n) for n in (1, 2, 3)]
    assert turned(CONV, square, swapped) == "Your output holds the expected values, axes 2 and 3 exchanged."
    assert turned(CONV, ON_CONV, swapped, "shapes") == "Your output holds the expected values, axes 2 and 3 exchanged."


def test_a_view_where_axes_belong_exchanged_is_found_under_a_bias_too() -> None:
    class Viewed(nn.Conv2d):
        def forward(self, x: Tensor) -> Tensor:
            y = nn.functional.conv2d(x, self.weight)
            y = y.flatten(2).transpose(1, 2).reshape(y.shape)
            return y if self.bias is None else y + self.bias.view(-1, 1, 1)

    said = turned(CONV, ON_CONV, Viewed)
    assert said.startswith("Without its bias: your output holds the expected values")
    assert "the axes (1, 2, 3) had been put in the order (2, 3, 1)" in said


def test_outputs_in_another_order_are_named() -> None:
    answer = after(nn.LSTMCell, lambda pair, x: pair[::-1])
    assert turned(CELL, ON_CELL, answer) == "Your outputs are the expected ones in another order: 1, 0."


@pytest.mark.parametrize("order", ["fiog", "igfo", "ogfi", "gifo"])
def test_the_order_of_gates_is_named(order: str) -> None:
    class Ordered(nn.LSTMCell):
        def forward(self, x: Tensor, state: Any) -> Any:
            h, c = state
            rows = nn.functional.linear(x, self.weight_ih, self.bias_ih)
            rows = rows + nn.functional.linear(h, self.weight_hh, self.bias_hh)
            gates = dict(zip(order, rows.chunk(4, -1), strict=True))
            i, f, o = (gates[name].sigmoid() for name in "ifo")
            c = f * c + i * gates["g"].tanh()
            return o * c.tanh(), c

    assert turned(CELL, ON_CELL, Ordered) == f"Your gates stand in the order {', '.join(order)}; torch's is i, f, g, o."


def test_a_gate_the_other_way_round_is_named() -> None:
    class Complement(nn.GRUCell):
        def forward(self, x: Tensor, h: Tensor) -> Tensor:
            ours = nn.functional.linear(x, self.weight_ih, self.bias_ih).chunk(3, -1)
            theirs = nn.functional.linear(h, self.weight_hh, self.bias_hh).chunk(3, -1)
            r, z = (ours[0] + theirs[0]).sigmoid(), (ours[1] + theirs[1]).sigmoid()
            return z * (ours[2] + r * theirs[2]).tanh() + (1 - z) * h

    assert turned(GRU, ON_GRU, Complement) == "Gate z is used the other way round, 1 - z in its place."


def test_a_term_that_is_missing_is_named() -> None:
    class Unbiased(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return x @ self.weight.T

    assert turned(LINEAR, ON_LINEAR, Unbiased) == "It behaves as if `bias` were zero: it is not used."


def test_an_argument_without_effect_is_named() -> None:
    class Zeros(nn.Conv2d):
        def __init__(self, *args: Any, padding_mode: str = "zeros", **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)

    modes = Part(symbol="Conv2d", oracle=nn.Conv2d, cases=st.nothing(), arguments=(*CONV.arguments, "padding_mode"))
    cases = [
        layer_case((2, 3, 3), {"padding": 1, "padding_mode": mode}, [call(tensor(n, 2, 5, 6, seed=n))], seed=n)
        for n, mode in enumerate(("zeros", "reflect", "circular", "replicate"), 1)
    ]
    assert turned(modes, cases, Zeros) == "It behaves as if `padding_mode` were 'zeros'."


def test_a_mode_that_is_not_minded_is_named() -> None:
    cases = [
        layer_case((3,), {}, [call(tensor(n, 3)), evaluate(), call(tensor(n, 3, seed=n))], seed=n) for n in (2, 4, 7)
    ]

    class Training(nn.BatchNorm1d):
        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.batch_norm(
                x, self.running_mean.clone(), self.running_var.clone(), self.weight, self.bias, True, 0.1, self.eps
            ) if not self.training else super().forward(x)  # fmt: skip

    assert turned(NORM, cases, Training) == "In evaluation it does what it should do in training."


def test_momentum_the_other_way_round_is_named() -> None:
    class Backwards(nn.BatchNorm1d):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.momentum = 1 - self.momentum

    assert turned(NORM, ON_NORM, Backwards, "state") == "It uses 1 - `momentum` where `momentum` belongs."


class Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, by: float) -> Tensor:
        ctx.by = by
        return x.clone()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        return grad * ctx.by, None


def test_gradients_that_are_means_over_the_batch_are_named() -> None:
    answer = after(nn.Linear, lambda y, x: Scaled.apply(y, 1 / len(x)))
    said = turned(LINEAR, ON_LINEAR, answer, "gradients")
    every = "Your gradient of `bias`, `weight` and argument 1"
    assert said == f"{every} is the expected one times 1/n, where n is the size of the batch."


def test_a_detached_parameter_is_named() -> None:
    class Detached(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.linear(x, self.weight.detach(), self.bias)

    cases = [layer_case((3, 2), {}, [call(tensor(n, 3, seed=n, grad=False))], seed=n) for n in (2, 4, 5)]
    said = turned(LINEAR, cases, Detached, "gradients")
    assert said == "No gradient reaches `weight`, while every other one is right."


def test_the_shape_around_right_numbers_is_named() -> None:
    said = turned(LINEAR, ON_LINEAR, after(nn.Linear, lambda y, x: y[:, None]), "shapes")
    assert said == "Your output has the expected values, and axes of size one besides."
    said = turned(LINEAR, ON_LINEAR, after(nn.Linear, lambda y, x: (y, x)), "shapes")
    assert said == "It returns a tuple or list of which item 0 is the expected output."
    said = turned(CELL, ON_CELL, after(nn.LSTMCell, lambda pair, x: pair[0]), "shapes")
    assert said == "It returns only item 0 of what is expected, and that is right."


def programs(change: Callable[[int], Any]) -> str:
    """What is found for a function that answers otherwise in lines of Python."""
    squares = Part(symbol="square", oracle={"square": lambda n: n * n}, cases=st.nothing())
    cases: list[DeclaredCase] = [{"steps": [{"do": "run", "lines": [f"square({n})"]}]} for n in (3, 5, 8, 9)]
    return turned(squares, cases, lambda n: change(n * n))


def test_numbers_that_lines_give_are_compared_too() -> None:
    assert programs(lambda n: n + 1) == "It gives one more than the expected number."
    assert programs(lambda n: 2 * n) == "It gives twice the expected number."
    assert programs(float) == "The numbers are right, but of another type."
    assert programs(lambda n: n + 1 if n > 9 else n + 2) == ""
    assert programs(lambda n: [n, "text", None]) == ""


@pytest.mark.parametrize(
    "odd",
    [
        lambda y, x: y * float("nan"),
        lambda y, x: y.to(torch.complex128),
        lambda y, x: y[:0],
        lambda y, x: {"out": [y, None, "text"]},
        lambda y, x: y.reshape(1, 1, 1, 1, 1, 1, 1, 1, *y.shape),
        lambda y, x: None,
        lambda y, x: [[y, y], y.bool()],
        lambda y, x: torch.full_like(y, 1e300),
    ],
    ids=["nan", "complex", "empty", "mapping", "many axes", "nothing", "nested", "huge"],
)
def test_odd_outputs_do_not_disturb_the_search(odd: Callable[[Tensor, Tensor], Any]) -> None:
    suite = suite_of(LINEAR, ON_LINEAR)
    board = judged(LINEAR, suite, after(nn.Linear, odd))
    failed = [name for name in suite.planned if board.failures(name)]
    assert failed
    for name in failed:
        said = transformation(LINEAR, suite, board.observations, board.failures(name), name)
        assert said == "" or name == "shapes"


def failing(*sizes: int, arguments: dict[str, Any] | None = None) -> Failing:
    case: Any = {"new": {"args": [], "kwargs": arguments or {}}, "steps": [{"do": "call", "args": [tensor(*sizes)]}]}
    return Failing(LINEAR, "values", case, NOTHING, NOTHING)


def pair(expected: Tensor, got: Tensor) -> Pair:
    return Pair("output", 0, expected, got, float(expected.abs().max()))


@st.composite
def mapped(draw: st.DrawFn) -> tuple[Failing, maps.Key, Tensor]:
    """A tensor and a way to make another of it."""
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    case = failing(*shape, arguments={"groups": draw(st.integers(1, 2))})
    values = torch.randn(shape, generator=torch.Generator().manual_seed(draw(st.integers(0, 9))), dtype=torch.float64)
    every = list(maps.keys(case, pair(values, values)))
    return case, draw(st.sampled_from(every)), values


@given(mapped())
def test_a_way_that_is_found_makes_what_came(drawn: tuple[Failing, maps.Key, Tensor]) -> None:
    case, key, values = drawn
    came = maps.made(key, case, values) if key[0] != "undone" else None
    if came is None or not came.isfinite().all():
        return
    seen = pair(values, came)
    fitting = [each for each in maps.keys(case, seen) if maps.gives(each, case, seen)]
    assert key in fitting
    for each in fitting:
        made = maps.made(each, case, values) if each[0] != "undone" else None
        assert made is None or torch.allclose(made, came, rtol=1e-8, atol=1e-8)
        assert maps.said(each, "output", {values.dim()}).endswith(".")


@given(st.lists(st.integers(2, 30), min_size=2, max_size=5, unique=True), st.sampled_from(["n/(n - 1)", "1/√n", "n²"]))
def test_a_closed_form_holds_at_every_size(sizes: Sequence[int], form: str) -> None:
    formula = {"n/(n - 1)": lambda n: n / (n - 1), "1/√n": lambda n: n**-0.5, "n²": lambda n: n**2}[form]
    values = torch.arange(1.0, 7.0, dtype=torch.float64)
    found = [(failing(n, 3, 5), pair(values, values * formula(n)), formula(n)) for n in sizes]
    said = closed_form(found)
    assert said == f"{form}, where n is the size of the batch"
    spoilt = [*found[:-1], (found[-1][0], found[-1][1], found[-1][2] * 1.001)]
    assert closed_form(spoilt) == ""


def cases_of(count: int) -> list[DeclaredCase]:
    return [layer_case((3, 2), {}, [call(tensor(n, 3, seed=n))], seed=n) for n in range(2, 2 + count)]


def test_a_way_must_hold_in_all_failing_cases_of_many() -> None:
    answer = after(nn.Linear, lambda y, x: y * 2 if len(x) != 20 else y * 2.5)
    assert turned(LINEAR, cases_of(18), answer) == "Your output is the expected one times 2."
    assert turned(LINEAR, cases_of(19), answer) == ""
