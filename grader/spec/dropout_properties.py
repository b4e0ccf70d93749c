"""Properties of dropout: as a layer, between stacked recurrent layers, and between the layers of a classifier."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.model import Argument, Observation, Recipe, Step
from grader.spec import Property, call, evaluate, layer_case, run, tensor, train
from grader.spec.masks import PARTS_OF_CHANNELS, ROUNDING, close, independent, masked, of_new_layers, told_of_new_layers
from grader.spec.properties import ks_threshold, line_values, recorded

WIDTH = 8
"""The hidden size of the layers that `dropout_between` constructs."""
_LENGTH, _BATCH, _INPUT = 6, 32, 3
_IMAGES, _OUTPUTS = 6, 40
_SHOWS = (
    "for number, (out, _) in enumerate((out1, out2, out4), 1):",
    "    gone = out.abs() < 1e-6",
    "    firsts = gone[:1], gone[:, :1], gone[..., :1]",
    '    print(f"call {number} in training drops {gone.double().mean():.0%}")',
    '    print("the same at all times, in the whole batch, in all features:")',
    "    print([bool((gone == first).all()) for first in firsts])",
    'print("two calls drop the same:", torch.equal(out1[0], out2[0]))',
    'for when, out in ("training", out1), ("evaluation", out3):',
    '    print("some outputs in", when, out[0][0, 0])',
    "    states = out[1][0] if isinstance(out[1], tuple) else out[1]",
    '    print("first and last layer\'s states in", when, states[0, 0], states[-1, 0])',
)

_CALLS = 10
"""Calls in training by which a dropout layer is judged."""
_SHOWS_MASKS = (
    "for number, out in enumerate((out1, out2), 1):",
    "    gone = out == 0",
    '    print(f"call {number} in training drops {gone.double().mean():.1%}")',
    '    print("zeros in each of the first samples:", gone[:5].flatten(1).sum(1).tolist())',
    'print("the first rows of an output:", out1.flatten(0, -2)[:5])',
    'print("two calls drop the same:", torch.equal(out1 == 0, out2 == 0))',
)


@recorded
def drops(
    args: Sequence[Argument],
    kwargs: Mapping[str, Argument],
    *,
    shape: Sequence[int],
    p: float,
    whole_channels: bool = False,
) -> Property:
    """In training a dropout layer zeroes elements, or whole channels, with probability p, and scales the others.

    A sample's draws are its elements, or its channels. The probability that a correct answer fails is at most the sum
    of

    - 1e-11 that the share of zeros of all calls is off by more than `ks_threshold` (Hoeffding's inequality, of which
      that is the bound for all thresholds at once);
    - for each pair of samples of each call, (p^2 + q^2)^n with q = 1 - p, that the same of their n draws are zero;
    - for each pair of places along another axis, the same with n for their draws in all samples of all ten calls; and
      for two new layers, with n for the draws of one call;
    - 2e-12 that an input of a single draw is dropped in each of the calls of `of_new_layers`, or in none;
    - c^9 that all ten calls drop equally many of N draws, where c is the likeliest count's probability, below
      (2 pi N p q)^-0.5 * 1.01, and much less that all samples of all calls do, that all slices of a call along another
      axis are the same, or that two calls are.

    It is the author's to choose a shape for which that is below 1e-9.

    Args:
        args: Of the constructor.
        kwargs: Of the constructor, by name.
        shape: Of the input; the first axis are the samples, the second the channels.
        p: The probability of dropping.
        whole_channels: Whether channels are dropped as a whole.
    """
    step = call(tensor(*shape, fill="arange", shift=1.0, grad=False), cotangent=None)
    anew = run(*of_new_layers(args, kwargs, shape, p))
    case = layer_case(args, kwargs, [*[step] * (_CALLS - 1), evaluate(), step, train(), step, anew])
    what = "channels" if whole_channels else "elements"
    x = torch.arange(1, 1 + math.prod(shape), dtype=torch.float64).reshape(tuple(shape))

    def holds(observations: Sequence[Observation]) -> str | None:
        outputs: list[Any] = [observed["out"] for observed in observations[0]["steps"] if "out" in observed]
        resting = outputs.pop(_CALLS - 1)
        if not torch.equal(resting.double(), x):
            return "in evaluation mode, after calls in training, nothing should be dropped or scaled"
        masks = []
        for out in outputs:
            gone, said = masked(out.double() / x, p)
            if said is None and whole_channels:
                first = gone.flatten(2)[..., :1]
                said = None if bool((gone.flatten(2) == first).all()) else PARTS_OF_CHANNELS
                gone = first[..., 0]
            if said:
                return f"in training, {said}"
            masks.append(gone)
        said = independent(torch.stack(masks), p, what) or told_of_new_layers(line_values(observations[0]), what)
        return said and f"in training, {said}"

    return Property(criterion="values", cases=[case], holds=holds, shows=_SHOWS_MASKS)


@recorded
def same_mask_backward(
    args: Sequence[Argument], kwargs: Mapping[str, Argument], *, shape: Sequence[int], p: float
) -> Property:
    """In training the gradient of an element is that by which the element was multiplied. It cannot give a false alarm.

    Args:
        args: Of the constructor.
        kwargs: Of the constructor, by name.
        shape: Of the input.
        p: The probability of dropping.
    """
    step: Step = {**call(tensor(*shape, fill="arange", shift=1.0)), "loss": "sum"}
    case = layer_case(args, kwargs, [step, step])
    x = torch.arange(1, 1 + math.prod(shape), dtype=torch.float64).reshape(tuple(shape))

    def holds(observations: Sequence[Observation]) -> str | None:
        for observed in observations[0]["steps"]:
            output: Any = observed["out"]
            gradient: Any = next(iter(observed["grads"].values()))
            _, said = masked(gradient.double(), p)
            if said:
                return f"in training, of the gradients where those of all outputs are 1: {said}"
            if not close(gradient.double(), output.double() / x):
                return (
                    "in training, the gradient of each element should be what the element was multiplied by in the "
                    "call before: 0 where it was dropped, else 1 / (1 - p)"
                )
        return None

    return Property(criterion="gradients", cases=[case], holds=holds)


@recorded
def negative_where_dropped(
    kwargs: Mapping[str, Argument], state: Mapping[str, Recipe], *shapes: Sequence[int], p: float
) -> Property:
    """In training a share p of the outputs is negative, in evaluation none. False alarms: below 1e-11.

    Args:
        kwargs: Of the constructor, by name.
        state: Recipes with which what is dropped comes out negative, and nothing else does.
        shapes: Of the inputs, which are zeros.
        p: The probability of dropping.
    """
    step = call(*(tensor(*shape, fill="zeros", grad=False) for shape in shapes), cotangent=None)
    case = layer_case((), kwargs, [step, step, step, evaluate(), step], state=state)

    def holds(observations: Sequence[Observation]) -> str | None:
        outputs: list[Any] = [observed["out"] for observed in observations[0]["steps"] if "out" in observed]
        *training, resting = [out < -ROUNDING for out in outputs]
        share = float(torch.stack(training).double().mean())
        if abs(share - p) > ks_threshold(len(training) * training[0].numel()):
            return f"in training {share:.1%} of what its last layer adds is dropped, where {p:.0%} are expected"
        return "in evaluation nothing should be dropped" if bool(resting.any()) else None

    return Property(criterion="values", cases=[case], holds=holds)


@recorded
def dropout_between(
    state: Mapping[str, Recipe], *, layers: int, p: float, squashes: int = 1, directions: int = 1
) -> Property:
    """In training, what comes out of every layer but the last is dropped and scaled; nothing else is.

    The upper layers squash each element by itself, so each output is zero, or what the scaled elements below give. A
    correct answer fails with a probability below 1e-10: the share of zeros by Hoeffding's inequality (of which
    `ks_threshold` is the bound for all thresholds at once), and equal masks, the likeliest of which are those of all
    times of one call, with less than 0.7 ** 256 < 1e-39.

    Args:
        state: Recipes with which every layer above the lowest forgets its state and gives back its input, squashed.
        layers: How many layers.
        p: The probability of dropping an element.
        squashes: How many times an upper layer applies tanh to its input.
        directions: 1, or 2 for a layer that also reads backward.
    """
    step = call(tensor(_LENGTH, _BATCH, _INPUT, grad=False), cotangent=None)
    kwargs: dict[str, Argument] = {"num_layers": layers, "dropout": p, "bidirectional": directions == 2}
    case = layer_case((_INPUT, WIDTH), kwargs, [step, step, evaluate(), step, train(), step], state=state)
    arguments = ", ".join(f"{name}={value}" for name, value in kwargs.items())

    def holds(observations: Sequence[Observation]) -> str | None:
        outputs = [_output_and_state(observed["out"]) for observed in observations[0]["steps"] if "out" in observed]
        first, second, resting, third = outputs
        lowest = resting[0]
        for _ in range(squashes * (layers - 1)):
            lowest = torch.atanh(lowest)
        for output, h_n in (first, second, third):
            said = _one_call(squashes, p, lowest, resting[1][:directions], output, h_n)
            if said:
                return f"in training, with {arguments}: {said}"
        if torch.equal(first[0], second[0]) or torch.equal(first[0], third[0]):
            return f"in training, with {arguments}: two calls drop the very same elements"
        return None

    return Property(criterion="values", cases=[case], holds=holds, shows=_SHOWS)


def _output_and_state(out: Any) -> tuple[Tensor, Tensor]:
    output, states = out
    return output.double(), (states[0] if isinstance(states, list) else states).double()


def _last(output: Tensor, directions: int) -> Tensor:
    """The last output of each direction, in the shape of a layer's states: forward at the end, backward at the
    start."""
    halves = output.chunk(directions, -1)
    return torch.stack([half[0] if number else half[-1] for number, half in enumerate(halves)])


def _one_call(squashes: int, p: float, lowest: Tensor, h_0: Tensor, output: Tensor, h_n: Tensor) -> str | None:
    """What is wrong with a call in training, given the lowest layer's outputs and its last states."""
    directions = len(h_0)
    layers = len(h_n) // directions
    if not close(h_n[:directions], h_0):
        return "the states of the first layer change, but its input and its states are not to be dropped"
    if not close(_last(output, directions), h_n[-directions:]):
        return "the last layer's outputs differ from its states, but they are not to be dropped"
    expected = lowest
    for layer in range(1, layers):
        expected = expected / (1 - p)
        for _ in range(squashes):
            expected = torch.tanh(expected)
        if not _dropped(h_n[layer * directions : (layer + 1) * directions], _last(expected, directions)):
            return (
                f"the outputs of layer {layer - 1} should reach layer {layer} either as zero or divided by 1 - dropout"
            )
    if not _dropped(output, expected):
        return "the outputs of a layer should reach the next either as zero or divided by 1 - dropout"
    gone = output.abs() < ROUNDING / 10
    wanted = 1 - (1 - p) ** (layers - 1)
    for half in gone.chunk(directions, -1):
        share = float(half.double().mean())
        if abs(share - wanted) > ks_threshold(half.numel()):
            return f"{share:.0%} of the elements are dropped before the last layer, where {wanted:.0%} are expected"
        if any(bool((half == first).all()) for first in (half[:1], half[:, :1], half[..., :1])):
            return "the same elements are dropped at all times, in the whole batch or in all features"
    return None


def _dropped(values: Tensor, kept: Tensor) -> bool:
    return bool(torch.minimum(values.abs(), (values - kept).abs()).max() <= ROUNDING)


@recorded
def classifier_drops_half(
    args: Sequence[Argument], kwargs: Mapping[str, Argument], *, image: Sequence[int], linear: Sequence[str], width: int
) -> Property:
    """Both hidden layers of a classifier drop half of their units in training and none in evaluation.

    The first hidden layer is made all ones, and each unit of the second the mean of the first after dropout: K of its
    units survive, so that is 2K/width. Forty units of the second, after dropout, are the output, one row per image; so
    every row holds zeros and 4K/width, and K differs from row to row. Of six rows a correct answer gives one without
    any zero or any other value with a probability below 6 * 2^-39 = 1.1e-11, one whose K is further than seven standard
    deviations from width/2 with 1.6e-11, and six equal K with 1.2e-10 where width is 4096: below 1e-9 in all.

    Args:
        args: Of the constructor; the network has one output per class.
        kwargs: Of the constructor, by name, ``num_classes`` aside.
        image: Shape of an image, of which the network makes a vector of features for the classifier.
        linear: Names of the classifier's three linear layers, between which there are ReLU and dropout.
        width: Units of each hidden layer.
    """
    first, second, last = linear
    lines = (
        "like = next(layer.parameters())",
        "state = layer.state_dict()",
        f"for name in {list(linear)}: state[name + '.weight'].zero_(); state[name + '.bias'].zero_()",
        f"state['{first}.bias'].fill_(1)",
        f"state['{second}.weight'].fill_(1 / {width})",
        f"state['{last}.weight'].fill_diagonal_(1)",
        f"layer(torch.zeros({_IMAGES}, *{list(image)}).to(like)).detach()",
        f"bool((layer.eval()(torch.zeros(1, *{list(image)}).to(like)) - 1).abs().max() < 1e-4)",
    )
    # Such layers are large.
    named = {**kwargs, "num_classes": _OUTPUTS}
    case = layer_case(args, named, [run(*lines)], state=None, dtype="float32", patience=4)

    def holds(observations: Sequence[Observation]) -> str | None:
        values = line_values(observations[0])
        if isinstance(values, str):
            return values
        said = _half_survives(values[-2].double(), width)
        return said or (None if values[-1] is True else "in evaluation mode nothing should be dropped")

    return Property(criterion="values", cases=[case], holds=holds)


def _half_survives(rows: Tensor, width: int) -> str | None:
    """What is wrong with the outputs of `classifier_drops_half` in training."""
    counts = []
    for row in rows:
        kept = row[row != 0]
        if not 0 < len(kept) < len(row):
            return "in training, some units of the second hidden layer should be dropped, and others kept"
        count = float(kept[0]) * width / 4
        near = abs(count - width / 2) <= 3.5 * width**0.5
        if not near or float((kept - kept[0]).abs().max()) > 10 * ROUNDING or abs(count - round(count)) > 0.01:
            return (
                "in training, each unit of both hidden layers should be dropped with probability 0.5, the rest doubled"
            )
        counts.append(round(count))
    if len(set(counts)) == 1:
        return "in training, other units of the first hidden layer should be dropped for every image"
    return None
