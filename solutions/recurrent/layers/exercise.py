"""RNN, LSTM and GRU: whole sequences, several layers, both directions, judged against ``torch.nn``."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.dropout_properties import WIDTH, dropout_between
from grader.properties import Fresh, uniform_init
from grader.spec import (
    Exercise,
    OffLimits,
    Part,
    Property,
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


def state_of(states: Sequence[Any], pair: bool) -> Any:
    """What is handed in as the state: one recipe, or a tuple of two."""
    return tuple(states) if pair else states[0]


def rows_of(kwargs: Mapping[str, Any]) -> int:
    """How many states there are: one per layer and direction."""
    return int(kwargs.get("num_layers", 1)) * (1 + bool(kwargs.get("bidirectional")))


# Ordinary cases.


@st.composite
def options_of(draw: st.DrawFn, more: Mapping[str, st.SearchStrategy[Any]]) -> Case:
    """Arguments of a constructor; dropout only where there are layers to stand between (torch warns otherwise)."""
    kwargs: Case = draw(
        keywords(num_layers=st.sampled_from((2, 1)), bias=flags, batch_first=flags, bidirectional=flags, **more)
    )
    if kwargs.get("num_layers", 1) > 1 and draw(flags):
        kwargs["dropout"] = draw(st.sampled_from((0.5, 0.0, 0.9)))
    if kwargs.get("nonlinearity") == "relu" and kwargs.get("num_layers", 1) > 1:
        # A lower layer of zeros and no bias put the upper one on the kink of the relu.
        kwargs.pop("bias", None)
    return kwargs


@st.composite
def call_of(
    draw: st.DrawFn, inside: int, hidden: int, kwargs: Case, pair: bool, spreads: Sequence[tuple[float, float]]
) -> Case:
    """One call, with or without a batch and a state."""
    length, batch = draw(st.sampled_from((2, 3, 1))), draw(st.sampled_from((2, 3, 1, None)))
    if batch is None:
        shape, state_shape = [length, inside], [rows_of(kwargs), hidden]
    else:
        shape = [batch, length, inside] if kwargs.get("batch_first") else [length, batch, inside]
        state_shape = [rows_of(kwargs), batch, hidden]
    arguments = [draw(normal_tensor(shape, fills=FILLS, spreads=spreads))]
    handed = draw(st.sampled_from(("zeros", "given", "given", "none")))
    if handed == "given":
        states = [draw(normal_tensor(state_shape, fills=FILLS, spreads=STATES)) for _ in range(1 + pair)]
        arguments.append(state_of(states, pair))
    elif handed == "none":
        arguments.append(None)
    return call(*arguments, cotangent=draw(cotangents()))


@st.composite
def cases(draw: st.DrawFn, pair: bool, more: Mapping[str, st.SearchStrategy[Any]]) -> Case:
    """One or two calls, the last one with small inputs: its gradients say what counts as zero in the other.

    With dropout both are in evaluation mode, where nothing is random.
    """
    inside, hidden, kwargs = draw(sizes(1, 4)), draw(sizes(1, 3)), draw(options_of(more))
    steps: list[Any] = [evaluate()] if kwargs.get("dropout") else []
    if draw(st.sampled_from((True, True, True, False))):
        if not kwargs.get("dropout") and draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        steps.append(draw(call_of(inside, hidden, kwargs, pair, WILD)))
    calm = draw(normal_tensor([2, 2, inside], fills=FILLS, spreads=CALM, grad=True))
    steps.append(call(calm, cotangent=draw(seeds)))
    return layer_case((inside, hidden), kwargs, steps, seed=draw(seeds))


@st.composite
def numerics(draw: st.DrawFn, pair: bool) -> Case:
    """Sums so large that their exponentials overflow in float32."""
    inside, hidden = draw(sizes(1, 6)), draw(sizes(1, 4))
    kwargs = {"num_layers": draw(sizes(1, 2)), "bidirectional": draw(flags)}
    x = draw(normal_tensor([draw(sizes(1, 4)), 3, inside], fills=("normal",), spreads=HUGE, grad=True))
    shape = [rows_of(kwargs), 3, hidden]
    states = [draw(normal_tensor(shape, fills=("normal",), spreads=STATES, grad=True)) for _ in range(1 + pair)]
    arguments = [x, state_of(states, pair)] if draw(flags) else [x]
    return layer_case(
        (inside, hidden), kwargs, [call(*arguments, cotangent=draw(seeds))], dtype="float32", seed=draw(seeds)
    )


def given(pair: bool, *shape: int, seed: int = 7, second: Sequence[int] | None = None) -> Any:
    """A state of that shape; `second` is the shape of c where it is another."""
    return state_of([tensor(*shape, seed=seed), tensor(*(second or shape), seed=seed + 1)], pair)


def examples(pair: bool, first: Case) -> list[Case]:
    """Cases for every suite; `first` are arguments that only this layer has."""
    x, calm = tensor(4, 2, 3), tensor(4, 2, 3, scale=0.5)
    wild = tensor(4, 2, 3, seed=5, scale=40.0, layout="transposed")
    both, deep = {"bidirectional": True}, {"num_layers": 2}
    every = {"num_layers": 2, **first, "bias": False, "batch_first": True, "dropout": 0.5, "bidirectional": True}
    if first:
        every["bias"] = True
    return [
        layer_case((3, 2), {}, [call(x)]),
        layer_case((3, 2), {}, [call(x, given(pair, 1, 2, 2))]),
        layer_case((3, 2), {"bias": False}, [call(x, given(pair, 1, 2, 2))]),
        layer_case(
            (3, 2), {}, [call(tensor(1, 2, 3), given(pair, 1, 2, 2)), call(tensor(1, 1, 3)), call(tensor(2, 1, 3))]
        ),
        layer_case((1, 1), {}, [call(tensor(2, 1, 1)), call(tensor(1, 1, 1), given(pair, 1, 1, 1))]),
        layer_case((3, 2), {"batch_first": True}, [call(tensor(2, 4, 3), given(pair, 1, 2, 2))]),
        layer_case((3, 3), {"batch_first": True}, [call(tensor(3, 3, 3), given(pair, 1, 3, 3)), evaluate(), call(x)]),
        layer_case((3, 2), {}, [call(tensor(4, 3)), call(tensor(4, 3, seed=1), given(pair, 1, 2))]),
        layer_case((3, 2), {"batch_first": True}, [call(tensor(4, 3), given(pair, 1, 2))]),
        layer_case((3, 2), deep, [call(x, given(pair, 2, 2, 2))]),
        layer_case((3, 2), both, [call(x, given(pair, 2, 2, 2))]),
        layer_case((3, 2), {**deep, **both}, [call(x, given(pair, 4, 2, 2)), call(tensor(1, 3, 3))]),
        layer_case(
            (1, 3), {**deep, **both, "batch_first": True}, [call(tensor(2, 3, 1), given(pair, 4, 2, 3))], seed=1
        ),
        layer_case((3, 2), {**deep, **both}, [call(tensor(4, 3), given(pair, 4, 2))], seed=2),
        layer_case((2, 2), {"num_layers": 3, **both}, [call(tensor(3, 2, 2), given(pair, 6, 2, 2))], seed=3),
        layer_case((1, 2), {"num_layers": 3, "bias": False}, [call(tensor(2, 1, 1))]),
        layer_case((3, 2), {**deep, "dropout": 0.5}, [evaluate(), call(x), call(x)]),
        layer_case((3, 2), {**deep, "dropout": 0.0}, [call(x)]),
        layer_case((3, 2), every, [evaluate(), call(tensor(2, 4, 3), given(pair, 4, 2, 2))]),
        layer_case((3, 2), {**every, "batch_first": False}, [evaluate(), call(x, given(pair, 4, 2, 2))], seed=1),
        layer_case((3, 2), {**every, "dropout": 0.0}, [call(tensor(2, 4, 3), given(pair, 4, 2, 2))], seed=2),
        layer_case((3, 4), {}, [call(wild, given(pair, 1, 2, 4)), call(calm, given(pair, 1, 2, 4))], seed=1),
        layer_case((3, 2), {}, [call(x, given(pair, 1, 2, 2), cotangent=None), evaluate(), call(x)], seed=2),
        layer_case((2, 1), {}, [call(tensor(2, 2, 2)), reload(), call(tensor(2, 2, 2))]),
    ]


# Dropout.


def one_layer_drops_nothing(symbol: str) -> Case:
    """With a single layer there is no between; torch says so in a warning."""
    made = f"    warnings.simplefilter('ignore')\n    single = {symbol}(3, 2, dropout=0.5)"
    lines = [
        "import warnings",
        f"with warnings.catch_warnings():\n{made}",
        "single = single.to(torch.float64)",
        "_ = single.load_state_dict(layer.state_dict())",
    ]
    return layer_case((3, 2), {}, [run(*lines, "torch.allclose(single(x := torch.ones(4, 2, 3))[0], layer(x)[0])")])


def passing_on(kind: str, layer: int, size: int, directions: int) -> Case:
    """Parameters with which an upper layer forgets its state and squashes its input, element by element.

    With two directions each of them reads the half of the input that its own direction below has written.
    """
    # The bias of each gate: wide open, shut, or (for the block that takes the input) none.
    blocks = {"RNN": (0.0,), "LSTM": (40.0, -40.0, 0.0, 40.0), "GRU": (0.0, -40.0, 0.0)}[kind]
    reader = {"RNN": 0, "LSTM": 2, "GRU": 2}[kind]
    rows, columns = len(blocks) * size, directions * size
    state = {}
    for number, suffix in enumerate(("", "_reverse")[:directions]):
        ones = {(reader * size + unit, number * size + unit) for unit in range(size)}
        weight = [float((row, column) in ones) for row in range(rows) for column in range(columns)]
        bias = [value for value in blocks for _ in range(size)]
        state |= {
            f"weight_ih_l{layer}{suffix}": tensor(rows, columns, fill="values", values=weight),
            f"weight_hh_l{layer}{suffix}": tensor(rows, size, fill="zeros"),
            f"bias_ih_l{layer}{suffix}": tensor(rows, fill="values", values=bias),
            f"bias_hh_l{layer}{suffix}": tensor(rows, fill="zeros"),
        }
    return state


def drops_between(kind: str, layers: int, p: float, *, directions: int = 1) -> Property:
    """Dropout between layers that `passing_on` has made transparent."""
    state: Case = {}
    for layer in range(1, layers):
        state |= passing_on(kind, layer, WIDTH, directions)
    return dropout_between(state, layers=layers, p=p, squashes=1 + (kind == "LSTM"), directions=directions)


# Bad arguments, growth, interface.


def refusals(pair: bool) -> list[Case]:
    """Shapes that do not fit."""
    x = tensor(5, 4, 3)

    def refused(why: str, *arguments: Any, **kwargs: Any) -> Case:
        return raises(layer_case((3, 2), kwargs, [call(*arguments)]), why)

    inputs = [
        refused(why, tensor(*shape), **options)
        for options in ({}, {"bias": False, "batch_first": True})
        for why, *shape in (
            ("An input of 2 features where input_size is 3", 5, 4, 2),
            ("An input of 1 dimension", 3),
            ("An input of 4 dimensions", 2, 5, 4, 3),
            ("An input of 1 feature where input_size is 3", 5, 4, 1),
            ("An input of 2 features, without a batch, where input_size is 3", 5, 2),
        )
    ]
    states = [
        refused("A state for 3 sequences where there are 4", x, given(pair, 1, 3, 2)),
        refused("A state for 1 sequence where there are 4", x, given(pair, 1, 1, 2)),
        refused("A state of 3 features where hidden_size is 2", x, given(pair, 1, 4, 3)),
        refused("A state of 1 feature where hidden_size is 2", x, given(pair, 1, 4, 1)),
        refused("A state for 1 layer where there are 2", x, given(pair, 1, 4, 2), num_layers=2),
        refused("A state for 1 direction where there are 2", x, given(pair, 1, 4, 2), bidirectional=True),
        refused("A state for 2 layers where there is 1", x, given(pair, 2, 4, 2)),
        refused(
            "A state for 5 sequences, although batch_first makes them 5 times in 4",
            *(tensor(4, 5, 3), given(pair, 1, 5, 2)),
            batch_first=True,
        ),
    ]
    if pair:
        states += [
            refused("A c_0 for 3 sequences where there are 4", x, given(pair, 1, 4, 2, second=[1, 3, 2])),
            refused("A c_0 for 1 sequence where there are 4", x, given(pair, 1, 4, 2, second=[1, 1, 2])),
            refused("A c_0 of 3 features where hidden_size is 2", x, given(pair, 1, 4, 2, second=[1, 4, 3])),
            refused("A c_0 of 1 feature where hidden_size is 2", x, given(pair, 1, 4, 2, second=[1, 4, 1])),
        ]
    odds = [
        refused(f"A dropout of {p}", x, num_layers=2, dropout=p, **options)
        for p in (1.5, -0.5)
        for options in ({}, {"bidirectional": True})
    ]
    return [
        *listed("an input with other than 2 or 3 dimensions, or whose last one is not `input_size`", *inputs),
        *listed(
            "a state, `h_0` or `c_0`, for another batch (one sequence included), for another number of layers or "
            "directions, or with other features than the table says",
            *states,
        ),
        *listed("a `dropout` below 0 or above 1, at construction or in a call in training", *odds),
    ]


DEEP = {"num_layers": 2, "bidirectional": True}
INTERFACE = [
    layer_case((), {"input_size": 3, "hidden_size": 2}, [run("layer.eval().training", "layer.train().training")]),
]
"""Arguments by name."""


def names_of(layers: int, *directions: str) -> list[str]:
    """The parameters' names."""
    stems = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return [f"{stem}_l{layer}{direction}" for layer in range(layers) for direction in directions for stem in stems]


def layer(
    symbol: str, oracle: Callable[..., Any], first: Case, errors: Sequence[Case] = (), extra: Sequence[Case] = ()
) -> Part:
    """The part of one layer; `first` are arguments that only this layer has, away from their defaults."""
    pair = symbol == "LSTM"
    more = {"nonlinearity": st.sampled_from(("relu", "tanh"))} if first else {}
    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=cases(pair, more),
        examples=[*examples(pair, first), one_layer_drops_nothing(symbol), *extra],
        arguments=[
            "input_size", "hidden_size", "num_layers", *first, "bias", "batch_first", "dropout", "bidirectional",
        ],
        numerics=numerics(pair),
        properties=[
            uniform_init(
                Fresh(args=(9, 49), kwargs=DEEP, bound=1 / 7, names=names_of(2, "", "_reverse")),
                Fresh(args=(64, 25), bound=1 / 5, names=names_of(1, "")),
                Fresh(args=(300, 2), kwargs={"bias": False}, bound=1 / math.sqrt(2), names=["weight_ih_l0"]),
            ),
            drops_between(symbol, 2, 0.25),
            drops_between(symbol, 3, 0.2),
            drops_between(symbol, 2, 0.4, directions=2),
        ],
        errors=[*refusals(pair), *errors],
        # That the work grows with time lies in the nature of the thing.
        growth=[
            growth("batch", lambda batch: layer_case((3, 2), {}, [call(tensor(3, batch, 3))]), fine="time steps"),
            growth("batch", lambda batch: layer_case(
                (3, 2), {**DEEP, "batch_first": True}, [call(tensor(batch, 3, 3), given(pair, 4, batch, 2))]),
                fine="time steps"),
        ],
        interface=INTERFACE,
        off_limits=OFF_LIMITS,
        families=[with_dims(2, share=0.25)],
        size=48,
        core=True,
    )  # fmt: skip


# Mutants of the reference that change nothing that can be seen.

ONE_MORE_STATE = ("1 → 2 in states = 1", "2 → 3 in states = 2")
LAST_AXIS = (
    "-1 → 1 in i, f, g, o = (from_input + from_state).chunk(self.blocks, -1)",
    "-1 → 1 in input_r, input_z, input_n = from_input.chunk(self.blocks, -1)",
    "-1 → 1 in state_r, state_z, state_n = from_state.chunk(self.blocks, -1)",
)
STACKED = (
    "zip(*last, strict=True) → zip(*last)",
    "True → False in ends = tuple((torch.stack(each) for each in zip(*last, strict=True)))",
)

exercise = Exercise(
    title="Recurrent layers",
    parts=[
        layer(
            "RNN",
            nn.RNN,
            {"nonlinearity": "relu"},
            errors=listed(
                'a `nonlinearity` other than `"tanh"` and `"relu"`, at construction or in the first call',
                *(
                    raises(
                        layer_case((3, 2), {"nonlinearity": it}, [call(tensor(5, 4, 3))]), f'The nonlinearity "{it}"'
                    )
                    for it in ("sigmoid", "Tanh", "")
                ),
            ),
            extra=[
                layer_case((3, 2), {"nonlinearity": "relu"}, [call(tensor(4, 2, 3), tensor(1, 2, 2, seed=7))]),
                layer_case((3, 2), {"nonlinearity": "relu", "bidirectional": True}, [call(tensor(4, 2, 3))], seed=1),
                layer_case((3, 2), {"nonlinearity": "relu", "bias": False}, [call(tensor(4, 2, 3))]),
            ],
        ),
        layer("LSTM", nn.LSTM, {}),
        layer("GRU", nn.GRU, {}),
    ],
    equivalent_mutants={
        **dict.fromkeys(ONE_MORE_STATE, "a state of zeros more, which no step reads"),
        **dict.fromkeys(LAST_AXIS, "inside the walk there are two axes, so 1 is the last"),
        **dict.fromkeys(STACKED, "all directions of all layers end in equally many states"),
    },
)
