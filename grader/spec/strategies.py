"""Hypothesis strategies that exercises share: sizes, fills, keyword arguments, programs of train and eval steps.

Only small bounded choices are drawn, listed simple to nasty (hypothesis shrinks towards the first): a seed stands for
the elements of a tensor, and no range is wide enough for hypothesis to slip harvested constants into it.
"""

from collections.abc import Callable, Mapping, Sequence

from hypothesis import strategies as st

from grader.model import Fills, Recipe, Step
from grader.spec import call, evaluate, tensor, train

__all__ = [
    "NASTY_SPREADS", "SPREADS", "UNTRAINED", "cotangents", "eps_values", "flags", "keywords", "layouts", "nasty_tensor",
    "normal_tensor", "seeds", "shapes", "sizes", "train_eval_programs",
]  # fmt: skip

seeds = st.integers(0, 99)
"""Seeds of fills, states and cotangents."""

eps_values = st.sampled_from([1e-5, 1e-3, 0.1, 1.0])
"""What is added to a variance: the usual, and values that show where it is added."""

layouts = st.sampled_from(["contiguous", "transposed", "strided", "channels_last"])
"""Layouts of memory (see `grader.case.recipes`)."""

flags = st.booleans()
"""False is the simpler."""

SPREADS = ((1.0, 0.0), (3.0, 1.0), (0.1, -2.0), (100.0, 30.0), (0.01, 0.5), (1.0, 50.0))
"""Scale and shift of inputs; the shift stays below 100 times the scale, so float64 settles every formula's values."""

NASTY_SPREADS = ((1.0, 1e3), (1.0, -4e3), (1.0, 1e4), (10.0, 1e5), (1e-3, 0.0), (1e-2, 3.0), (1e4, 0.0), (1e3, -1e6))
"""Scale and shift at which float32 separates a stable formula from an unstable one."""


UNTRAINED: Mapping[str, Recipe] = {
    "running_mean": {"$fill": "zeros"},
    "running_var": {"$fill": "ones", "scale": 1.0, "shift": 0.0},
    "num_batches_tracked": {"$fill": "zeros"},
}
"""A case's `state` with moving statistics as before any training, so that nothing depends on how a layer begins."""


def sizes(low: int = 1, high: int = 5) -> st.SearchStrategy[int]:
    """A small size; inclusive bounds."""
    return st.integers(low, high)


def shapes(dims: int, low: int = 1, high: int = 5) -> st.SearchStrategy[list[int]]:
    """Sizes of ``dims`` axes."""
    return st.lists(sizes(low, high), min_size=dims, max_size=dims)


@st.composite
def keywords(draw: st.DrawFn, /, **options: st.SearchStrategy[object]) -> dict[str, object]:
    """Keyword arguments, each left out or, more often, drawn from its strategy."""
    # Not `optional` of `fixed_dictionaries`, which leaves out most of them most of the time.
    return {name: draw(values) for name, values in options.items() if draw(st.sampled_from((False, True, True)))}


def cotangents() -> st.SearchStrategy[int | None]:
    """Seed of a cotangent; occasionally None, for a call under ``torch.no_grad()``."""
    return st.one_of(seeds, seeds, seeds, st.none())


@st.composite
def normal_tensor(
    draw: st.DrawFn,
    shape: Sequence[int],
    *,
    fills: Sequence[str] = ("normal", "normal", "uniform", "integers"),
    spreads: Sequence[tuple[float, float]] = SPREADS,
    grad: bool | None = None,
) -> Recipe:
    """A well-conditioned tensor of the shape: its fill, scale, shift, layout and seed are drawn.

    Args:
        draw: Hypothesis draws through it.
        shape: Its sizes.
        fills: Families to draw from; ``integers`` brings ties and constant stretches.
        spreads: Pairs of scale and shift to draw from.
        grad: Whether a gradient is asked for; None draws it, mostly yes.
    """
    scale, shift = draw(st.sampled_from(spreads))
    wanted = draw(st.sampled_from((True, True, True, False))) if grad is None else grad
    options: Fills = {}
    if scale != 1:
        options["scale"] = scale
    if shift:
        options["shift"] = shift
    return tensor(
        *shape,
        fill=draw(st.sampled_from(fills)),
        seed=draw(seeds),
        layout=draw(layouts),
        grad=wanted,
        **options,
    )


def nasty_tensor(shape: Sequence[int]) -> st.SearchStrategy[Recipe]:
    """A tensor for `Part.numerics`: normal values, far from zero, tiny or huge."""
    return normal_tensor(shape, fills=("normal",), spreads=NASTY_SPREADS, grad=True)


@st.composite
def train_eval_programs(
    draw: st.DrawFn, make_input: Callable[[bool], st.SearchStrategy[Recipe]], *, calls: int = 3
) -> list[Step]:
    """A program of one to ``calls`` calls, each perhaps after a switch of mode; it starts in training mode.

    Args:
        draw: Hypothesis draws through it.
        make_input: Gives the strategy of the input of one call, given whether the layer is training.
        calls: The most calls.
    """
    steps: list[Step] = []
    training = True
    for _ in range(draw(st.integers(1, calls))):
        mode = draw(st.sampled_from(("keep", "eval", "train")))
        if mode != "keep":
            training = mode == "train"
            steps.append(train() if training else evaluate())
        steps.append(call(draw(make_input(training)), cotangent=draw(cotangents())))
    return steps
