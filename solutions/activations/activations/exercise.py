"""The element-wise activations, each declared by what is particular to it and judged against ``torch.nn``."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.properties import Fresh, constant_init
from grader.slope_properties import random_slopes
from grader.spec import (
    Exercise,
    Family,
    OffLimits,
    Part,
    call,
    evaluate,
    growth,
    layer_case,
    reload,
    tensor,
    train,
    with_dims,
)
from grader.strategies import cotangents, flags, keywords, normal_tensor, seeds, sizes

Case = dict[str, Any]
NONE: Mapping[str, Any] = {}

FEW = ((1.0, 0.5), (1.2, 1.0))
SOME = ((1.0, 0.3), (3.0, 0.5), (0.7, -0.3))
MANY = ((1.0, 0.0), (3.0, 1.0), (10.0, -2.0), (0.5, 0.3))
"""Scale and shift for up to 3 elements, for up to 11 and for more: the fewer, the likelier all of them lie where a
function has all but vanished. Correct formulas differ there by what rounding leaves of it, and zeros are right."""

HUGE = (-1e4, 1e4, -700.0, 90.0, 0.5, -0.5)
"""Where an exponential overflows, in float32 or altogether."""

LARGE = ((1.0, 0.0), (30.0, 0.0), (1e4, 0.0))
NEAR_ZERO = (*LARGE, (1e-4, 0.0), (1e-3, 0.0))
"""Scale and shift in float32, for functions that a difference of nearly equal numbers would spoil around 0."""
FAR_BELOW = (*LARGE, (1.0, -10.0))
FAR_ABOVE = (*LARGE, (1.0, 10.0))
"""The same where 1 plus a small exponential is all but 1."""

LISTED, DRAWN = st.sampled_from(([3], [2, 3], [4])), st.lists(sizes(1, 4), min_size=1, max_size=5)
SHAPES = st.one_of(LISTED, DRAWN, DRAWN, DRAWN, DRAWN, st.sampled_from(([], [1], [2, 0, 3], [], [0])))
"""Any number of axes, or none, and without elements now and then."""


def at_zero(**_: float) -> tuple[float, ...]:
    """The kinks of most: 0, which is also where a formula with an absolute value has one of its own."""
    return (0.0,)


@st.composite
def inputs(draw: st.DrawFn, shape: Sequence[int], kinks: Sequence[float], wide: float) -> Case:
    """Moderate numbers as a rule; else the kinks and their surroundings, or numbers that are huge."""
    kind = draw(st.sampled_from(("plain", "plain", "plain", "kinks", "plain", "huge")))
    count = math.prod(shape)
    if kind == "plain" or count < 3:
        spreads = [(scale * wide, shift) for scale, shift in (FEW if count < 4 else SOME if count < 12 else MANY)]
        return draw(normal_tensor(shape, fills=("normal", "normal", "uniform"), spreads=spreads))
    if kind == "kinks":
        return tensor(*shape, fill="choice", seed=draw(seeds), values=around(kinks))
    return tensor(*shape, fill="choice", seed=draw(seeds), values=HUGE)


def around(kinks: Sequence[float]) -> list[float]:
    """Kinks, each more often than what is beside them."""
    return [*kinks, *kinks, *(kink + 0.5 for kink in kinks), *(kink - 0.25 for kink in kinks)]


def holds(case: Any, low: float, high: float) -> bool:
    """Whether an input is drawn from numbers the largest of which is in a range."""
    given = [arg for step in case["steps"] for arg in step.get("args", ())]
    listed = [max(map(abs, arg["values"])) for arg in given if isinstance(arg, dict) and arg.get("$fill") == "choice"]
    return any(low <= largest < high for largest in listed)


FAMILIES = [
    Family(name="inputs exactly at 0 or at a kink", share=0.25, holds=lambda case: holds(case, 0.0, 1e3)),
    Family(name="inputs of thousands", share=0.25, holds=lambda case: holds(case, 1e3, 1e9)),
]
"""What formulas from a book lack now and then while they are right everywhere else."""


def activation(
    symbol: str,
    *aliases: str,
    also: Sequence[str] = (),
    options: Mapping[str, st.SearchStrategy[Any]] = NONE,
    required: Mapping[str, st.SearchStrategy[Any]] = NONE,
    examples: Sequence[Case] = ({},),
    further: Sequence[Case] = (),
    kinks: Callable[..., Sequence[float]] = at_zero,
    hard: Sequence[tuple[float, float]] = LARGE,
    wide: float = 1.0,
    still: Callable[..., bool] = lambda **_: True,
    shapes: Callable[..., st.SearchStrategy[list[int]]] = lambda **_: SHAPES,
    families: Sequence[Family] = (),
    **more: Any,
) -> Part:
    """The part of one activation.

    Args:
        symbol: Its name in ``torch.nn``.
        aliases: Layers of ``torch.nn`` that are off limits as well, with their functions.
        also: Further kernels and functions that are off limits.
        options: Strategies of the constructor's arguments that have defaults, by name.
        required: Strategies of those that have none, which come first.
        examples: Arguments that are in every suite, by name; the first with defaults only.
        further: Further cases that are in every suite.
        kinks: Where the slope jumps, given the arguments by name.
        hard: Scale and shift of inputs in float32.
        wide: How much wider inputs are spread than as a rule.
        still: Whether training gives what evaluation gives, given the arguments by name.
        shapes: The strategy of the inputs' shapes, given the arguments by name.
        families: Further families.
        more: Further fields of the part.
    """

    def made(arguments: Case, *calls: Any, **how: Any) -> Case:
        """A case of these arguments, in evaluation where training is random."""
        first = [] if still(**arguments) else [evaluate()]
        by_name = {name: value for name, value in arguments.items() if name not in required}
        return layer_case([arguments[name] for name in required], by_name, [*first, *calls], **how)

    @st.composite
    def cases(draw: st.DrawFn) -> Case:
        """One or two calls, in either mode where it makes no difference."""
        arguments = {name: draw(values) for name, values in required.items()} | draw(keywords(**options))
        steps: list[Any] = []
        for _ in range(draw(sizes(1, 2))):
            if still(**arguments) and draw(flags):
                steps.append(draw(st.sampled_from([evaluate(), train()])))
            shape = draw(shapes(**arguments))
            steps.append(call(draw(inputs(shape, kinks(**arguments), wide)), cotangent=draw(cotangents())))
        return made(arguments, *steps, seed=draw(seeds))

    @st.composite
    def numerics(draw: st.DrawFn) -> Case:
        """Numbers that float32 finds hard."""
        x = normal_tensor([4, 3], fills=("normal",), spreads=hard, grad=True)
        return made(examples[0], call(draw(x), cotangent=draw(seeds)), dtype="float32", seed=draw(seeds))

    fixed = []
    for given in examples:
        edges = tensor(2, 3, 4, fill="choice", values=around(kinks(**given)))
        fixed += [made(given, call(tensor(2, 3))), made(given, call(edges))]
    first = examples[0]
    fixed += [
        made(first, call(tensor(3, 4, fill="choice", values=HUGE))),
        made(first, call(tensor()), call(tensor(5, scale=3.0))),
        made(first, call(tensor(2, 3, 2, 4, layout="channels_last", scale=3.0)), call(tensor(4, 3, layout="strided"))),
        made(first, call(tensor(2, 0, 3))),
    ]
    off = [symbol, *aliases]
    return Part(
        symbol=symbol,
        oracle=getattr(nn, symbol),
        cases=cases(),
        examples=[*fixed, *further],
        arguments=[*required, *options],
        numerics=numerics(),
        growth=[growth("batch", lambda size: made(first, call(tensor(size, 5, scale=wide))))],
        off_limits=OffLimits(kernels=[*(name.lower() for name in off), *also], classes=off),
        families=[*FAMILIES, *families],
        size=24,
        points={"values": 2, "gradients": 2},
        **more,
    )


def one_of(*values: float) -> st.SearchStrategy[float]:
    """One of a few arguments."""
    return st.sampled_from(values)


def with_slopes(num_parameters: int = 1, **_: float) -> st.SearchStrategy[list[int]]:
    """Shapes whose axis 1 has as many channels as there are slopes; any shape for one slope."""
    if num_parameters == 1:
        return SHAPES
    return st.sampled_from(
        ([2, num_parameters], [1, num_parameters, 3], [3, num_parameters, 2, 4], [2, num_parameters, 1])
    )


PIECEWISE = [
    activation("ReLU", "Threshold", "ReLU6", "Hardtanh"),
    activation(
        "LeakyReLU",
        also=["leaky_relu"],
        options={"negative_slope": one_of(0.2, 2.0, -0.5, 0.0)},
        examples=[{}, {"negative_slope": 0.2}, {"negative_slope": 2.0}],
    ),
    activation(
        "PReLU",
        also=["_prelu_kernel"],
        options={"num_parameters": one_of(3, 2), "init": one_of(0.5, 0.0)},
        shapes=with_slopes,
        families=[with_dims(0, 1, share=0.15, name="input of fewer than two axes")],
        further=[
            layer_case((3,), {}, [call(tensor(2, 3, 4)), reload(), call(tensor(4, 3, seed=1))]),
            layer_case((3,), {"init": 0.5}, [call(tensor(3, 3, 3))]),
            layer_case((3,), {}, [call(tensor(2, 3, 1))]),
            layer_case((2,), {}, [call(tensor(2, 2, 2, 3)), call(tensor(1, 2, 3, seed=1))]),
            layer_case((3,), {}, [call(tensor(2, 3, fill="choice", values=[0.0, 0.0, 0.5, -0.25]))]),
            layer_case((), {}, [call(tensor(3, seed=1)), call(tensor(seed=2, shift=-2.0))]),
        ],
        properties=[
            constant_init({"weight": 0.25}, Fresh(), Fresh(args=(4,))),
            constant_init({"weight": 0.1}, Fresh(kwargs={"init": 0.1}), Fresh(args=(3, 0.1))),
        ],
    ),
    activation(
        "RReLU",
        also=["rrelu_with_noise*"],
        options={"lower": one_of(0.3, 0.0), "upper": one_of(0.3, 0.5, 0.9)},
        examples=[{}, {"lower": 0.3, "upper": 0.3}, {"lower": 0.0, "upper": 0.9}],
        still=lambda lower=0.125, upper=1 / 3: lower == upper,
        # The only slopes in training that are the same on every device; long enough to be among the cases of `device`.
        further=[
            layer_case(
                (),
                {"lower": 0.3, "upper": 0.3},
                [train(), call(tensor(3, 4)), call(tensor(2, 3, 4)), evaluate(), call(tensor(5))],
            )
        ],
        properties=[
            random_slopes(1 / 8, 1 / 3),
            random_slopes(0.3, 0.9, kwargs={"lower": 0.3, "upper": 0.9}),
            random_slopes(1 / 8, 1 / 3, criterion="gradients"),
        ],
    ),
    activation("ReLU6", "Hardtanh", kinks=lambda: (0.0, 6.0)),
    activation(
        "Threshold",
        required={"threshold": one_of(0.5, -1.0, 0.0), "value": one_of(2.0, 0.0, -3.0)},
        examples=[{"threshold": 0.5, "value": 2.0}, {"threshold": -1.0, "value": -3.0}],
        kinks=lambda threshold, value: (threshold,),
    ),
    activation(
        "Hardtanh",
        "ReLU6",
        options={"min_val": one_of(-2.0, 0.0, -0.5), "max_val": one_of(2.0, 3.0, 0.5)},
        examples=[{}, {"min_val": -2.0, "max_val": 0.5}, {"min_val": 0.0}],
        kinks=lambda min_val=-1.0, max_val=1.0: (min_val, max_val),
    ),
    # torch's own gradient is off by 1e-8.
    activation("Hardsigmoid", kinks=lambda: (-3.0, 3.0), tolerance=1e-6),
    # At exactly -3 and 3 torch's gradient depends on its version and on the device. An answer may take its Hardsigmoid.
    activation("Hardswish", tolerance=1e-6),
    activation(
        "Hardshrink",
        options={"lambd": one_of(1.0, 0.25, 0.0)},
        examples=[{}, {"lambd": 1.0}],
        kinks=lambda lambd=0.5: (-lambd, 0.0, lambd),
        wide=3.0,  # else too often nothing is left
    ),
]

SMOOTH = [
    activation("Softsign"),
    activation("Sigmoid", also=["expit", "special_expit"]),
    activation("Tanh"),
    activation("Tanhshrink"),
    activation(
        "ELU",
        "SELU",
        "CELU",
        options={"alpha": one_of(2.0, 0.5)},
        examples=[{}, {"alpha": 2.0}],
        hard=NEAR_ZERO,
    ),
    activation("SELU", "ELU", "CELU", hard=NEAR_ZERO),
    activation(
        "CELU",
        "ELU",
        "SELU",
        options={"alpha": one_of(2.0, 0.5)},
        examples=[{}, {"alpha": 2.0}],
        hard=NEAR_ZERO,
        # torch's own gradient is off by 3e-8.
        tolerance=1e-6,
    ),
    activation(
        "Softplus",
        options={"beta": one_of(2.0, 0.5), "threshold": one_of(1.0, 4.0)},
        examples=[{}, {"beta": 2.0}, {"beta": 2.0, "threshold": 1.0}],
        kinks=lambda beta=1.0, threshold=20.0: (0.0, threshold / beta),
        hard=FAR_BELOW,
    ),
    activation("LogSigmoid", also=["log_sigmoid*"], hard=FAR_ABOVE),
    activation("SiLU"),
    activation("Mish"),
    activation(
        "GELU", options={"approximate": st.sampled_from(["tanh", "none"])}, examples=[{}, {"approximate": "tanh"}]
    ),
]

NOT_TAKEN = "what the clamp lets through is on the side that is not taken, and far from an overflow"

DRAWN = "slope = torch.empty_like(x).uniform_(self.lower, self.upper)"
MEAN = "slope = torch.full_like(x, (self.lower + self.upper) / 2)"

exercise = Exercise(
    title="Activations",
    parts=[*PIECEWISE, *SMOOTH],
    equivalent_mutants={
        "20.0 → 40.0 in def __init__(self, beta: float=1.0, threshold: float=20.0) -> None:": (
            "between the two, the formula gives the input but for 2e-9 at most"
        ),
        f"{DRAWN} → {DRAWN}.detach()": "new slopes have no history",
        f"{MEAN} → {MEAN}.detach()": "new slopes have no history",
        "x > 0 → x >= 0": "in CELU, Sigmoid and Tanh both sides have one value and one slope at 0",
        "x <= -3 → x < -3": "in Hardswish both sides are 0 there, and its gradient at exactly -3 is not judged",
        "x >= 3 → x > 3": "in Hardswish both sides are 3 there, and its gradient at exactly 3 is not judged",
        "0 → 1 in return torch.where(x > 0, x, self.alpha * torch.expm1(x.clamp(max=0)))": NOT_TAKEN,
        "0 → 1 in return self.SCALE * torch.where(x > 0, x, self.ALPHA * torch.expm1(x.clamp(max=0)))": NOT_TAKEN,
        "0 → 1 in return torch.where(x > 0, x, self.alpha * torch.expm1(x.clamp(max=0) / self.alpha))": NOT_TAKEN,
        "0 → 1 in rising, falling = (torch.exp(x.clamp(max=0)), torch.exp(-x.clamp(min=0)))": NOT_TAKEN,
        "0 → 1 in below, above = (torch.expm1(2 * x.clamp(max=0)), torch.expm1(-2 * x.clamp(min=0)))": NOT_TAKEN,
    },
)
