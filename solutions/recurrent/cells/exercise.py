"""RNNCell, LSTMCell and GRUCell: one step of a recurrent network, judged against ``torch.nn``."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.properties import Fresh, uniform_init
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
    with_dims,
)
from grader.strategies import cotangents, flags, keywords, normal_tensor, seeds, sizes

Case = dict[str, Any]

OFF_LIMITS = OffLimits(
    kernels=["*lstm*", "*gru*", "*rnn*"],
    classes=["RNN*", "LSTM*", "GRU*"],
    modules=["torch.ao", "torch.nn.quantizable", "torch.nn.quantized"],
)

CALM = ((0.5, 0.0), (0.3, 0.2))
WILD = ((1.0, 0.0), (0.1, -0.5), (3.0, 1.0), (10.0, -2.0), (30.0, 10.0))
"""Scale and shift of inputs, up to where every gate is shut or wide open."""
HUGE = ((1.0, 0.0), (30.0, 10.0), (100.0, 0.0), (300.0, -100.0), (1e4, 0.0))
STATES = ((1.0, 0.0), (0.5, 0.3), (3.0, -1.0))
FILLS = ("normal", "normal", "uniform")
"""No integers: a sum of exactly zero is the kink of the relu."""


def state_of(shapes: Sequence[Any], pair: bool) -> Any:
    """What is handed in as the state: one recipe, or a tuple of two."""
    return tuple(shapes) if pair else shapes[0]


@st.composite
def steps_of(draw: st.DrawFn, inside: int, hidden: int, pair: bool, spreads: Sequence[tuple[float, float]]) -> Case:
    """One call, with or without a batch and a state."""
    leading = draw(st.sampled_from(([3], [2], [1], [], [4])))
    arguments = [draw(normal_tensor([*leading, inside], fills=FILLS, spreads=spreads))]
    given = draw(st.sampled_from(("zeros", "given", "given", "none")))
    if given == "given":
        shape = [*leading, hidden]
        states = [draw(normal_tensor(shape, fills=FILLS, spreads=STATES)) for _ in range(1 + pair)]
        arguments.append(state_of(states, pair))
    elif given == "none":
        arguments.append(None)
    return call(*arguments, cotangent=draw(cotangents()))


@st.composite
def cases(draw: st.DrawFn, pair: bool, options: Mapping[str, st.SearchStrategy[Any]]) -> Case:
    """One to three calls in either mode, then one with small inputs: its gradients say what counts as zero in
    others."""
    inside, hidden = draw(sizes(1, 5)), draw(sizes(1, 4))
    kwargs = draw(keywords(bias=flags, **options))
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 3))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        steps.append(draw(steps_of(inside, hidden, pair, WILD)))
    calm = draw(normal_tensor([3, inside], fills=FILLS, spreads=CALM, grad=True))
    steps.append(call(calm, cotangent=draw(seeds)))
    return layer_case((inside, hidden), kwargs, steps, seed=draw(seeds))


@st.composite
def numerics(draw: st.DrawFn, pair: bool) -> Case:
    """Sums so large that their exponentials overflow in float32."""
    inside, hidden, batch = draw(sizes(1, 6)), draw(sizes(1, 4)), draw(sizes(1, 4))
    x = draw(normal_tensor([batch, inside], fills=("normal",), spreads=HUGE, grad=True))
    states = [
        draw(normal_tensor([batch, hidden], fills=("normal",), spreads=STATES, grad=True)) for _ in range(1 + pair)
    ]
    arguments = [x, state_of(states, pair)] if draw(flags) else [x]
    return layer_case(
        (inside, hidden), {}, [call(*arguments, cotangent=draw(seeds))], dtype="float32", seed=draw(seeds)
    )


def given(pair: bool, *shape: int, seed: int = 7, second: Sequence[int] | None = None) -> Any:
    """A state of that shape; `second` is the shape of c where it is another."""
    return state_of([tensor(*shape, seed=seed), tensor(*(second or shape), seed=seed + 1)], pair)


def examples(pair: bool) -> list[Case]:
    """Cases for every suite."""
    x, wild = tensor(4, 3), tensor(4, 3, seed=5, scale=40.0, layout="transposed")
    return [
        layer_case((3, 2), {}, [call(x)]),
        layer_case((3, 2), {}, [call(x, given(pair, 4, 2))]),
        layer_case((3, 2), {"bias": False}, [call(x, given(pair, 4, 2))]),
        layer_case((2, 3), {}, [call(tensor(2), given(pair, 3)), call(tensor(2, seed=1))]),
        layer_case((1, 1), {}, [call(tensor(1, 1), given(pair, 1, 1))]),
        layer_case((3, 3), {}, [call(tensor(3, 3), given(pair, 3, 3))]),
        layer_case((3, 5), {}, [call(x, given(pair, 4, 5)), call(tensor(2, 3, seed=2)), evaluate(), call(x)]),
        layer_case(
            (3, 4), {}, [call(wild, given(pair, 4, 4)), call(tensor(4, 3, scale=0.5), given(pair, 4, 4))], seed=1
        ),
        layer_case((3, 4), {}, [call(x, given(pair, 4, 4, seed=3), cotangent=None), evaluate(), call(x)], seed=2),
        layer_case((2, 1), {}, [call(tensor(2, 2)), reload(), call(tensor(2, 2))]),
    ]


def refused(why: str, *arguments: Any, bias: bool = True) -> Case:
    """A call that must raise."""
    return raises(layer_case((3, 2), {"bias": bias}, [call(*arguments)]), why)


def refusals(pair: bool) -> list[Case]:
    """Shapes that do not fit."""
    x, inputs, states = tensor(4, 3), list[Case](), list[Case]()
    for bias in (True, False):
        inputs += [
            refused("An input of 5 features where input_size is 3", tensor(4, 5), bias=bias),
            refused("An input of 3 dimensions", tensor(2, 4, 3), bias=bias),
            refused("An input of 1 feature where input_size is 3", tensor(4, 1), bias=bias),
        ]
        states += [
            refused("A state of 3 rows for a batch of 4", x, given(pair, 3, 2), bias=bias),
            refused("A state of 1 row for a batch of 4", x, given(pair, 1, 2), bias=bias),
        ]
    states += [
        refused("A state of 4 rows for a batch of 1", tensor(1, 3), given(pair, 4, 2)),
        refused("A state of 3 features where hidden_size is 2", x, given(pair, 4, 3)),
        refused("A state of 1 feature where hidden_size is 2", x, given(pair, 4, 1)),
    ]
    if pair:
        states += [
            refused("A c of 3 rows for a batch of 4", x, given(pair, 4, 2, second=[3, 2])),
            refused("A c of 1 row for a batch of 4", x, given(pair, 4, 2, second=[1, 2])),
            refused("A c of 3 features where hidden_size is 2", x, given(pair, 4, 2, second=[4, 3])),
            refused("A c of 1 feature where hidden_size is 2", x, given(pair, 4, 2, second=[4, 1])),
        ]
    return [
        *listed("an input with other than 1 or 2 dimensions, or whose last one is not `input_size`", *inputs),
        *listed(
            "a state, `h` or `c`, with another number of rows than the input or other features than `hidden_size`, a "
            "single one included",
            *states,
        ),
    ]


def cell(symbol: str, oracle: type[nn.Module], **more: Any) -> Part:
    """The part of one cell."""
    pair = symbol == "LSTMCell"
    options = {"nonlinearity": st.sampled_from(("relu", "tanh"))} if symbol == "RNNCell" else {}
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=cases(pair, options),
        examples=[*examples(pair), *more.get("examples", ())],
        arguments=["input_size", "hidden_size", "bias", *options],
        numerics=numerics(pair),
        properties=[
            uniform_init(
                Fresh(args=(9, 64), bound=1 / 8, names=names),
                Fresh(args=(64, 25), bound=1 / 5, names=names),
                Fresh(args=(300, 2), kwargs={"bias": False}, bound=1 / math.sqrt(2), names=names[:1]),
            )
        ],
        errors=[*refusals(pair), *more.get("errors", ())],
        growth=[
            # A product for each gate instead of one for all of them is vectorized too.
            growth("batch", lambda batch: layer_case((3, 2), {}, [call(tensor(batch, 3))]), at_most=8),
            growth(
                "batch",
                lambda batch: layer_case((3, 2), {}, [call(tensor(batch, 3), given(pair, batch, 2))]),
                at_most=8,
            ),
        ],
        interface=[
            layer_case(
                (), {"input_size": 3, "hidden_size": 2}, [run("layer.eval().training", "layer.train().training")]
            ),
        ],
        off_limits=OFF_LIMITS,
        families=[with_dims(1, share=0.25)],
        core=True,
    )


exercise = Exercise(
    title="Recurrent cells",
    parts=[
        cell(
            "RNNCell",
            nn.RNNCell,
            examples=[
                layer_case((3, 2), {"nonlinearity": "relu"}, [call(tensor(4, 3), tensor(4, 2, seed=7))]),
                layer_case((3, 2), {"bias": False, "nonlinearity": "relu"}, [call(tensor(4, 3))]),
                layer_case(
                    (3, 2), {"bias": True, "nonlinearity": "relu"}, [call(tensor(3), tensor(2, seed=7))], seed=1
                ),
            ],
            errors=listed(
                'a `nonlinearity` other than `"tanh"` and `"relu"`, at construction or in the first call',
                *(
                    raises(layer_case((3, 2), {"nonlinearity": it}, [call(tensor(4, 3))]), f'The nonlinearity "{it}"')
                    for it in ("sigmoid", "Tanh", "")
                ),
            ),
        ),
        cell("LSTMCell", nn.LSTMCell),
        cell("GRUCell", nn.GRUCell),
    ],
    equivalent_mutants={
        "return x.new_zeros(shape) → return x.new_zeros(shape).detach()": "zeros have no graph to be cut from",
    },
)
