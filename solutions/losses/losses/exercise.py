"""MSELoss, BCELoss and CrossEntropyLoss, judged against ``torch.nn``."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.spec import (
    Exercise,
    Family,
    OffLimits,
    Part,
    call,
    growth,
    layer_case,
    listed,
    raises,
    reload,
    run,
    tensor,
    with_argument,
    with_dims,
)
from grader.strategies import cotangents, flags, keywords, layouts, normal_tensor, seeds, shapes, sizes

Case = dict[str, Any]

OFF_LIMITS = OffLimits(
    kernels=("*mse_loss*", "*binary_cross_entropy*", "*nll_loss*", "*cross_entropy*"),
    classes=("MSELoss", "BCELoss", "BCEWithLogitsLoss", "NLLLoss", "NLLLoss2d", "CrossEntropyLoss"),
)

REDUCTIONS = st.sampled_from(("sum", "none", "mean"))
MILD = ((1.0, 0.0), (2.0, 1.0), (0.1, -2.0), (1.0, 20.0))
"""Scale and shift of logits: no class is so certain that its loss is what rounding leaves."""
INSIDE: Case = {"fill": "uniform", "scale": 0.45, "shift": 0.5}
"""Probabilities away from 0 and 1."""
EXACT: Case = {"fill": "choice", "values": [0.0, 1.0, 0.25, 0.75], "grad": False}
"""Probabilities, 0 and 1 among them; what gradients mean there is nobody's to say."""
ONE_HOT = [0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]
"""Rows of probabilities that are each certain of a class."""
WEIGHTS: Case = {"fill": "uniform", "scale": 0.9, "shift": 1.2, "grad": False}
"""Positive ones, so that none of them makes everything vanish."""

UNKNOWN = 'in every loss, a `reduction` other than `"none"`, `"mean"` and `"sum"`, at construction or in the first call'


def unknown(*inputs: Any) -> list[Case]:
    """Reductions that there are not."""
    return listed(
        UNKNOWN,
        *(
            raises(layer_case((), {"reduction": name}, [call(*inputs)]), f'The reduction "{name}"')
            for name in ("average", "Mean", "", "batchmean", "means", "sums")
        ),
        raises(layer_case((), {"reduction": None}, [call(*inputs)]), "The reduction None"),
    )


def with_state(draw: st.DrawFn, weight: Case | None) -> Any:
    """Now and then, other weights to be loaded than the constructor was given."""
    return {"weight": {**weight, "seed": weight["seed"] + 1}} if weight is not None and draw(flags) else None


def replaced() -> list[Any]:
    """Steps that move the layer to another dtype and back, which makes a new buffer, and load other values into it."""
    return [run("moved = layer.to(torch.float16).to(torch.float64)"), reload()]


# MSELoss.


@st.composite
def squared_cases(draw: st.DrawFn) -> Case:
    """One or two calls on tensors of any number of axes."""
    steps = []
    for _ in range(draw(sizes(1, 2))):
        shape = draw(shapes(draw(st.integers(0, 4)), 1, 4))
        pair = [draw(normal_tensor(shape)) for _ in range(2)]
        steps.append(call(*pair, cotangent=draw(cotangents())))
    return layer_case((), draw(keywords(reduction=REDUCTIONS)), steps, seed=draw(seeds))


@st.composite
def close_cases(draw: st.DrawFn) -> Case:
    """In float32, predictions and targets that are far from zero and close to one another."""
    scale, shift = draw(st.sampled_from(((1.0, 1e3), (1.0, -1e4), (10.0, 1e5), (1e-3, 0.0), (1e4, 0.0))))
    shape = draw(st.sampled_from(([16], [4, 6])))
    pair = [tensor(*shape, seed=draw(seeds) + place, scale=scale, shift=shift) for place in (0, 100)]
    return layer_case((), draw(keywords(reduction=REDUCTIONS)), [call(*pair)], dtype="float32", seed=draw(seeds))


def squared(options: Case, *shape: int, **more: Any) -> Case:
    """A call on normal values."""
    pair = [tensor(*shape, seed=place, **more) for place in (0, 1)]
    return layer_case((), options, [call(*pair)])


MSE = Part(
    symbol="MSELoss",
    oracle=nn.MSELoss,
    cases=squared_cases(),
    examples=[
        squared({}, 4, 3),
        squared({"reduction": "sum"}, 4, 3),
        squared({"reduction": "none"}, 2, 3, 4),
        squared({"reduction": "mean"}, 5),
        squared({}, 1),
        squared({}),
        squared({"reduction": "none"}, 3, 1, layout="transposed"),
        layer_case((), {}, [call(tensor(2, 5), tensor(2, 5, seed=1, grad=False)), call(tensor(3), tensor(3, seed=1))]),
    ],
    arguments=["reduction"],
    numerics=close_cases(),
    errors=unknown(tensor(3, 2), tensor(3, 2, seed=1)),
    growth=[
        growth("batch", lambda size: squared({}, size, 3)),
        growth("number of features", lambda size: squared({"reduction": "none"}, 3, size)),
    ],
    off_limits=OFF_LIMITS,
    positional=False,
)


# BCELoss.


def probabilities(*shape: int, seed: int = 0, **more: Any) -> Case:
    """Away from 0 and 1."""
    return tensor(*shape, seed=seed, **{**INSIDE, **more})


def labels(*shape: int, seed: int = 1, **more: Any) -> Case:
    """Zeros and ones."""
    return tensor(*shape, fill="choice", seed=seed, values=[0.0, 1.0], **{"grad": False, **more})


@st.composite
def binary_cases(draw: st.DrawFn) -> Case:
    """Calls on probabilities inside, then perhaps on some that are exactly 0 or 1; with weights of several shapes."""
    shape = draw(shapes(draw(st.integers(0, 3)), 1, 4))
    options = draw(keywords(reduction=REDUCTIONS))
    weight = None
    if draw(flags):
        column = [*shape[:1], *[1] * (len(shape) - 1)]
        weight = tensor(*draw(st.sampled_from((shape, shape[-1:], column, []))), seed=draw(seeds), **WEIGHTS)
        options["weight"] = weight
    steps = []
    for _ in range(draw(sizes(1, 2))):
        x = probabilities(
            *shape, seed=draw(seeds), layout=draw(layouts), grad=draw(st.sampled_from((True, True, False)))
        )
        soft, seed = draw(flags), draw(seeds)
        target = probabilities(*shape, seed=seed, grad=draw(flags)) if soft else labels(*shape, seed=seed)
        steps.append(call(x, target, cotangent=draw(cotangents())))
    if draw(flags):
        pair = [tensor(*shape, seed=draw(seeds), layout=draw(layouts), **EXACT) for _ in range(2)]
        steps.append(call(*pair, cotangent=None))
    return layer_case((), options, steps, state=with_state(draw, weight), seed=draw(seeds))


def binary(options: Case, *shape: int, **more: Any) -> Case:
    """A call on probabilities and labels."""
    return layer_case((), options, [call(probabilities(*shape, **more), labels(*shape))])


def sized(why: str, shape: Sequence[int], target: Sequence[int]) -> Case:
    """A call that must raise."""
    return raises(layer_case((), {}, [call(probabilities(*shape), labels(*target))]), why)


BCE = Part(
    symbol="BCELoss",
    oracle=nn.BCELoss,
    cases=binary_cases(),
    examples=[
        binary({}, 4),
        binary({"reduction": "sum"}, 4, 3),
        binary({"reduction": "none"}, 2, 3),
        binary({"weight": tensor(3, **WEIGHTS)}, 4, 3),
        binary({"weight": tensor(4, 1, **WEIGHTS), "reduction": "sum"}, 4, 3),
        binary({"weight": tensor(2, 3, **WEIGHTS), "reduction": "none"}, 2, 3),
        # As many weights as samples and features: they belong to the features, as everything that broadcasts.
        binary({"weight": tensor(3, **WEIGHTS)}, 3, 3),
        binary({}, 1),
        binary({}),
        layer_case((), {}, [call(probabilities(3, 2), probabilities(3, 2, seed=5))]),
        layer_case((), {"reduction": "none"}, [call(probabilities(5, layout="strided"), labels(5, seed=3))]),
        layer_case(
            (),
            {"reduction": "none"},
            [
                call(
                    tensor(6, fill="values", values=[0.0, 0.0, 1.0, 1.0, 0.0, 1.0], grad=False),
                    tensor(6, fill="values", values=[0.0, 1.0, 0.0, 1.0, 0.3, 0.3], grad=False),
                    cotangent=None,
                )
            ],
        ),
        layer_case((), {}, [call(tensor(4, 5, **EXACT), labels(4, 5), cotangent=None)]),
        layer_case(
            (),
            {"weight": tensor(3, **WEIGHTS)},
            [call(probabilities(2, 3), labels(2, 3)), *replaced(), call(probabilities(2, 3), labels(2, 3))],
        ),
        layer_case(
            (),
            {"weight": tensor(3, **WEIGHTS)},
            [call(probabilities(2, 3), labels(2, 3))],
            state={"weight": tensor(3, seed=4, **WEIGHTS)},
        ),
    ],
    arguments=["weight", "reduction"],
    errors=[
        *unknown(probabilities(3, 2), labels(3, 2)),
        *listed(
            "in `BCELoss`, an input and a target of different sizes, sizes of one that would broadcast included",
            sized("A column of 4 probabilities and a row of 4 labels", [4, 1], [4]),
            sized("4 probabilities and 3 labels", [4], [3]),
            sized("4 probabilities and 1 label", [4], [1]),
            sized("1 probability and 5 labels", [1], [5]),
            sized("1 probability and a label without axes", [1], []),
            sized("A column of 5 probabilities and a row of 5 labels with two axes", [5, 1], [1, 5]),
            sized("An input of 2 by 3 and a target of 3 by 2", [2, 3], [3, 2]),
            sized("An input of 2 by 3 and a target of 1 by 3", [2, 3], [1, 3]),
            sized("An input of 2 by 3 and a target of 3", [2, 3], [3]),
            sized("An input of 1 by 3 and a target of 2 by 3", [1, 3], [2, 3]),
        ),
    ],
    growth=[
        growth("batch", lambda size: binary({}, size, 3)),
        growth("number of features", lambda size: binary({"reduction": "none"}, 3, size)),
    ],
    off_limits=OFF_LIMITS,
    positional=False,
)


# CrossEntropyLoss.


def target_shape(shape: Sequence[int]) -> list[int]:
    """The shape of the classes that belong to logits of a shape."""
    return [] if len(shape) == 1 else [shape[0], *shape[2:]]


def classes_of(shape: Sequence[int]) -> int:
    """How many classes logits of a shape tell apart."""
    return shape[0] if len(shape) == 1 else shape[1]


def classes(shape: Sequence[int], seed: int = 0, ignored: int | None = None, share: float = 0.4) -> Case:
    """Classes for logits of a shape, some of them ignored.

    Args:
        shape: Of the logits.
        seed: Of the classes.
        ignored: What marks those that do not count; None for none of them.
        share: How many those are; the first is not among them, unless all are.
    """
    drawn = random.Random(seed)
    found = [drawn.randrange(classes_of(shape)) for _ in range(math.prod(target_shape(shape)))]
    if ignored is not None:
        found = [ignored if share == 1 or (place and drawn.random() < share) else it for place, it in enumerate(found)]
    return tensor(*target_shape(shape), fill="values", values=found, dtype="int64")


def distributions(shape: Sequence[int], seed: int = 0, **more: Any) -> Case:
    """Probabilities of the classes that sum to one at every position, in hundredths."""
    drawn, count = random.Random(seed), classes_of(shape)
    rows = []
    for _ in range(math.prod(target_shape(shape))):
        cuts = sorted(drawn.randint(0, 100) for _ in range(count - 1))
        rows.append([(high - low) / 100 for low, high in zip([0, *cuts], [*cuts, 100], strict=True)])
    inner = math.prod(shape[2:])
    values = [
        rows[n * inner + place][c] for n in range(len(rows) // inner) for c in range(count) for place in range(inner)
    ]
    return tensor(*shape, fill="values", values=values, **more)


@st.composite
def logit_shapes(draw: st.DrawFn) -> list[int]:
    """With a batch, mostly; with further axes; the logits of a single sample."""
    count = draw(st.sampled_from((3, 2, 4, 5, 3, 2, 4, 5, 1)))
    batch = draw(st.sampled_from((3, 2, 1, 4)))
    return draw(
        st.sampled_from(
            (*[[batch, count]] * 5, [batch, count, draw(sizes(1, 3))], [batch, count, 2, draw(sizes(1, 3))], [count])
        )
    )


@st.composite
def class_cases(draw: st.DrawFn) -> Case:
    """Classes or probabilities as targets, with every argument."""
    shape = draw(logit_shapes())
    given = draw(st.sampled_from(("classes", "classes", "classes", "probabilities")))
    options = draw(keywords(reduction=REDUCTIONS))
    if draw(st.sampled_from((False, False, True))):
        options["label_smoothing"] = draw(st.sampled_from((0.1, 0.5, 1.0)))
    # torch refuses an `ignore_index` that could be a class where there are probabilities.
    markers = (-1, 255, 0, 1) if given == "classes" else (-1, -5)
    if draw(flags):
        options["ignore_index"] = draw(st.sampled_from(markers))
    weight = tensor(classes_of(shape), seed=draw(seeds), **WEIGHTS) if draw(flags) else None
    if weight is not None:
        options["weight"] = weight
    ignored, steps = options.get("ignore_index", -100), []
    for _ in range(draw(sizes(1, 2))):
        x, cotangent = draw(normal_tensor(shape, spreads=MILD)), draw(cotangents())
        if given == "classes":
            share = draw(st.sampled_from((0.0, 0.4, 0.0, 0.4, 0.4, 0.4, 1.0)))
            target = classes(shape, draw(seeds), ignored if share else None, share)
            # The mean of nothing is NaN; what its gradient is has no answer.
            if all(it == ignored for it in target["values"]) and options.get("reduction", "mean") == "mean":
                cotangent = None
        else:
            target = distributions(shape, draw(seeds), grad=draw(flags), layout=draw(layouts))
        steps.append(call(x, target, cotangent=cotangent))
    return layer_case((), options, steps, state=with_state(draw, weight), seed=draw(seeds))


@st.composite
def extreme_cases(draw: st.DrawFn) -> Case:
    """In float32, logits whose exponentials overflow or vanish."""
    scale, shift = draw(st.sampled_from(((100.0, 0.0), (1.0, 1e3), (1e4, 0.0), (1.0, -1e4), (3e3, 1e4))))
    shape = draw(st.sampled_from(([6, 4], [3, 5], [2, 4, 3])))
    options = draw(keywords(reduction=REDUCTIONS))
    target = distributions(shape, draw(seeds)) if draw(flags) else classes(shape, draw(seeds))
    x = tensor(*shape, seed=draw(seeds), scale=scale, shift=shift)
    return layer_case((), options, [call(x, target)], dtype="float32", seed=draw(seeds))


def logits(options: Case, *shape: int, seed: int = 0, ignored: int | None = None, **more: Any) -> Case:
    """A call on logits and classes."""
    return layer_case((), options, [call(tensor(*shape, seed=seed, **more), classes(shape, seed, ignored))])


def soft(options: Case, *shape: int, seed: int = 0, **more: Any) -> Case:
    """A call on logits and probabilities."""
    return layer_case((), options, [call(tensor(*shape, seed=seed), distributions(shape, seed, **more))])


def grown(shape: Sequence[int]) -> Case:
    """A call on logits of a shape and some of the first two classes."""
    target = tensor(*target_shape(shape), fill="integers", low=0, high=2, dtype="int64")
    return layer_case((), {}, [call(tensor(*shape), target)])


def nothing_counts(options: Case, *shape: int) -> Case:
    """A call in which every class is to be ignored, without gradients."""
    ignored = options.get("ignore_index", -100)
    return layer_case((), options, [call(tensor(*shape), classes(shape, 0, ignored, 1), cotangent=None)])


def bad_classes(why: str, shape: Sequence[int], values: Sequence[int], target: Sequence[int], **options: Any) -> Case:
    """A call that must raise."""
    chosen = tensor(*target, fill="values", values=values, dtype="int64")
    return raises(layer_case((), options, [call(tensor(*shape), chosen)]), why)


def family(name: str, share: float, holds: Callable[[Case, Case], bool]) -> Family:
    """Calls whose logits and target are of some kind."""

    def found(case: Any) -> bool:
        return any(step["do"] == "call" and holds(*step["args"]) for step in case["steps"])

    return Family(name=name, share=share, holds=found)


CE = Part(
    symbol="CrossEntropyLoss",
    oracle=nn.CrossEntropyLoss,
    cases=class_cases(),
    examples=[
        logits({}, 4, 3),
        logits({"reduction": "sum"}, 4, 3, seed=1),
        logits({"reduction": "none"}, 4, 3, seed=2),
        logits({"weight": tensor(3, **WEIGHTS)}, 5, 3),
        logits({"weight": tensor(3, **WEIGHTS), "reduction": "none"}, 5, 3, seed=1),
        logits({"weight": tensor(3, **WEIGHTS), "reduction": "sum"}, 5, 3, seed=2),
        logits({"weight": tensor(3, fill="values", values=[0.0, 1.0, 2.0], grad=False)}, 6, 3, seed=4),
        logits({}, 5, 3, seed=3, ignored=-100),
        logits({"ignore_index": -1}, 6, 3, seed=4, ignored=-1),
        logits({"ignore_index": 1}, 6, 3, seed=2),
        logits({"ignore_index": 255, "reduction": "none"}, 6, 3, seed=4, ignored=255),
        logits({"ignore_index": -1, "weight": tensor(3, **WEIGHTS)}, 6, 3, seed=4, ignored=-1),
        nothing_counts({}, 3, 4),
        nothing_counts({"weight": tensor(4, **WEIGHTS), "ignore_index": 2}, 3, 4),
        nothing_counts({"reduction": "sum"}, 3, 4),
        logits({}, 1, 4),
        logits({}, 2, 1),
        logits({}, 4, 3, layout="transposed"),
        logits({}, 3),
        logits({"reduction": "none"}, 4),
        logits({}, 2, 3, 4),
        logits({"reduction": "none"}, 2, 3, 4, 2),
        logits({"weight": tensor(3, **WEIGHTS), "ignore_index": -1}, 2, 3, 2, 3, seed=1, ignored=-1),
        soft({}, 4, 3),
        soft({"reduction": "none"}, 2, 4, seed=1),
        soft({"weight": tensor(3, **WEIGHTS)}, 4, 3, seed=2),
        soft({"ignore_index": -1}, 2, 3, seed=2, grad=False),
        soft({}, 2, 3, 4),
        soft({}, 3),
        logits({"label_smoothing": 0.1}, 4, 3),
        logits({"label_smoothing": 0.1, "weight": tensor(3, **WEIGHTS)}, 4, 3, seed=1),
        logits({"label_smoothing": 0.2, "ignore_index": -1}, 6, 3, seed=4, ignored=-1),
        logits({"label_smoothing": 0.2, "ignore_index": -1, "weight": tensor(3, **WEIGHTS)}, 6, 3, seed=4, ignored=-1),
        logits({"label_smoothing": 1.0, "reduction": "none", "weight": tensor(3, **WEIGHTS)}, 4, 3, seed=1),
        soft({"label_smoothing": 0.1, "weight": tensor(3, **WEIGHTS)}, 4, 3),
        # Probabilities that are exactly 0 and 1 are smoothed as well.
        layer_case((), {"label_smoothing": 0.2}, [call(tensor(3, 3), tensor(3, 3, fill="values", values=ONE_HOT))]),
        layer_case(
            (),
            {"weight": tensor(3, **WEIGHTS), "reduction": "sum"},
            [call(tensor(4, 3), classes([4, 3], 1)), *replaced(), call(tensor(4, 3), classes([4, 3], 2))],
        ),
        layer_case(
            (),
            {"weight": tensor(3, **WEIGHTS)},
            [call(tensor(4, 3), classes([4, 3], 1))],
            state={"weight": tensor(3, seed=4, **WEIGHTS)},
        ),
    ],
    arguments=["weight", "ignore_index", "reduction", "label_smoothing"],
    numerics=extreme_cases(),
    errors=[
        *unknown(tensor(3, 4), classes([3, 4])),
        *listed(
            "in `CrossEntropyLoss`, classes for more samples or positions than there are logits for, or for fewer, "
            "even for a single one",
            bad_classes("Logits of 3 samples and classes for 2", [3, 4], [0, 1], [2]),
            bad_classes("Logits of 3 samples and a class for 1", [3, 4], [2], [1]),
            bad_classes("Logits of 3 samples and classes for 5", [3, 4], [0, 1, 0, 1, 2], [5]),
            bad_classes("Logits of 1 sample and classes for 3", [1, 4], [0, 1, 2], [3]),
            bad_classes("Logits of 2 samples with 3 positions and classes for 1", [2, 4, 3], [0, 1, 1], [1, 3]),
            bad_classes("Logits of 3 positions in each sample and classes for 1", [2, 4, 3], [0, 1], [2, 1]),
            bad_classes("Logits of 3 positions in each sample and classes for 2", [2, 4, 3], [0, 1, 1, 0], [2, 2]),
            bad_classes("Logits of 3 by 2 positions and classes for 1 by 2", [1, 4, 3, 2], [0, 1], [1, 1, 2]),
            bad_classes("Logits of 3 by 2 positions and classes for 3 by 1", [1, 4, 3, 2], [0, 1, 0], [1, 3, 1]),
        ),
        *listed(
            "in `CrossEntropyLoss`, a class without axes where the logits have a batch, even of one sample",
            bad_classes("Logits of a batch of 1 and a class without axes", [1, 4], [2], []),
            bad_classes("Logits of a batch of 3 and a class without axes", [3, 4], [2], []),
        ),
        *listed(
            "in `CrossEntropyLoss`, a class that is negative or too large, unless it is `ignore_index`",
            bad_classes("The class 4 where there are 4", [3, 4], [0, 1, 4], [3]),
            bad_classes("The class 9 where there are 4", [3, 4], [9, 1, 0], [3]),
            bad_classes("The class -1 where that is not `ignore_index`", [3, 4], [0, -1, 2], [3]),
            bad_classes("The class -100 where `ignore_index` is -1", [3, 4], [0, -100, 2], [3], ignore_index=-1),
            bad_classes(
                "The class 4 where there are 4, with weights", [2, 4], [1, 4], [2], weight=tensor(4, **WEIGHTS)
            ),
        ),
    ],
    growth=[
        growth("batch", lambda size: grown([size, 3])),
        growth("number of classes", lambda size: grown([2, size])),
        growth("image height", lambda size: grown([2, 3, size, 2])),
    ],
    off_limits=OFF_LIMITS,
    positional=False,
    families=[
        with_dims(1, share=0.1, name="logits without a batch"),
        family("further axes", 0.15, lambda x, target: len(x["shape"]) > 2),
        family("probabilities as the target", 0.2, lambda x, target: "dtype" not in target),
        with_argument("label_smoothing", share=0.15, name="label smoothing"),
    ],
)

WEIGHT = "log_p.new_ones(log_p.shape[-1]) if self.weight is None else self.weight"
OUTSIDE = "(counts & ((target < 0) | (target >= log_p.shape[-1]))).any()"
CHECK = f"if {OUTSIDE}: raise IndexError(f'a class that is not one of the {{lo…"
REFUSED = "looking the class up raises an IndexError itself"

exercise = Exercise(
    title="Losses",
    parts=[MSE, BCE, CE],
    equivalent_mutants={
        "input - target → target - input": "the difference is squared",
        f"weight = {WEIGHT} → weight = ({WEIGHT}).detach()": "a buffer has no history",
        "counts = target != self.ignore_index → counts = (target != self.ignore_index).detach()": "nor has this",
        "target = target.where(counts, 0) → target = target.where(counts, 0).detach()": "nor have whole numbers",
        f"{CHECK} → if False": REFUSED,
        "target >= log_p.shape[-1] → target > log_p.shape[-1]": REFUSED,
    },
)
