"""Properties of fresh parameters: what must hold of an answer's random or constant initial values.

The tests of a distribution are Kolmogorov-Smirnov: by the Dvoretzky-Kiefer-Wolfowitz inequality the distance D of n
independent draws from their own distribution function has P(D > t) <= 2 exp(-2 n t^2), so the threshold below rejects
correct draws with a probability under `FALSE_ALARM` whatever n is.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import wraps
from typing import Any, ParamSpec

import numpy as np
import torch

from grader.model import Argument, CourseError, DeclaredCase, Observation
from grader.spec import Property, layer_case, run

__all__ = [
    "FALSE_ALARM", "Fresh", "constant_init", "graph_free", "ks_normal", "ks_threshold", "ks_uniform", "line_values",
    "normal_init", "not_constant", "recorded", "remade", "uniform_init",
]  # fmt: skip

_Arguments = ParamSpec("_Arguments")

FALSE_ALARM = 1e-11
"""Bound on the probability that one tensor of correct draws is rejected."""
_SLACK = 1e-6
"""Relative room at the ends of an interval: how a bound is computed may differ in its last bits."""


_makers: dict[str, Callable[..., Property]] = {}


def recorded(make: Callable[_Arguments, Property]) -> Callable[_Arguments, Property]:
    """Let a kit judge by what a function of the engine makes: its name and its arguments are recorded, no code.

    The arguments are plain data, tuples and `Fresh`. What a course's own files define is not part of the engine, and
    has no name.
    """
    if make.__module__.partition(".")[0] != __name__.partition(".")[0]:
        return make

    @wraps(make)
    def made(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Property:
        arguments = {"args": _as_data(list(args)), "kwargs": _as_data(kwargs)}
        return replace(make(*args, **kwargs), name=make.__name__, arguments=arguments)

    _makers[make.__name__] = made
    return made


def remade(name: str, arguments: Mapping[str, object]) -> Property:
    """The property that a kit's record describes.

    Raises:
        CourseError: where this engine has no such property, or not with these arguments.
    """
    try:
        return _makers[name](*_from_data(arguments["args"]), **_from_data(arguments["kwargs"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CourseError(f"The property {name!r} cannot be made again ({type(error).__name__}: {error}).") from None


def _as_data(value: object) -> object:
    if isinstance(value, Fresh):
        return {"$fresh": _as_data(asdict(value))}
    if isinstance(value, tuple):
        return {"$tuple": [_as_data(item) for item in value]}
    if isinstance(value, list):
        return [_as_data(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _as_data(item) for key, item in value.items()}
    return value


def _from_data(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_data(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$fresh" in value:
        return Fresh(**_from_data(value["$fresh"]))
    if "$tuple" in value:
        return tuple(_from_data(value["$tuple"]))
    return {key: _from_data(item) for key, item in value.items()}


def ks_threshold(count: int) -> float:
    """The distance that ``count`` independent correct draws exceed with a probability below `FALSE_ALARM`."""
    return math.sqrt(math.log(2 / FALSE_ALARM) / (2 * count))


def ks_uniform(values: object, low: float, high: float) -> str | None:
    """Why values do not look drawn from U(low, high), or None. False alarms: below `FALSE_ALARM`."""
    drawn = _flat(values)
    if isinstance(drawn, str):
        return drawn
    room = _SLACK * (high - low)
    least, most = float(drawn.min()), float(drawn.max())
    if least < low - room or most > high + room:
        return f"lie between {least:.4g} and {most:.4g}, outside of the interval from {low:.4g} to {high:.4g}"
    quantiles = ((drawn - low) / (high - low)).clamp(0, 1)
    return _distance(quantiles, f"the uniform distribution from {low:.4g} to {high:.4g}")


def ks_normal(values: object, mean: float = 0.0, std: float = 1.0) -> str | None:
    """Why values do not look drawn from N(mean, std^2), or None. False alarms: below `FALSE_ALARM`."""
    drawn = _flat(values)
    if isinstance(drawn, str):
        return drawn
    return _distance(
        torch.special.ndtr((drawn - mean) / std),
        f"the normal distribution with mean {mean:.4g} and standard deviation {std:.4g}",
    )


def not_constant(values: object, expected: float) -> str | None:
    """Why values are not all ``expected``, or None."""
    flat = _flat(values)
    if isinstance(flat, str):
        return flat
    worst = float((flat - expected).abs().max())
    return None if worst == 0 else f"should all be {expected:g}, but differ from it by up to {worst:.4g}"


def line_values(observation: Observation) -> list[Any] | str:
    """The values of every line that a case ran, in order; or a sentence on why there are none."""
    error = observation.get("error")
    if error:
        return f"{error['type']}: {error['message']}"
    answers = [answer for step in observation["steps"] for answer in step.get("lines", [])]
    for answer in answers:
        if "raised" in answer:
            return f"{answer['raised']}: {answer['message']}"
    return [answer.get("value") for answer in answers]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """One construction whose fresh values are judged."""

    args: Sequence[Argument] = ()
    kwargs: Mapping[str, Argument] = field(default_factory=dict)
    bound: float = 1.0
    """The values are uniform between minus and plus this, or this is their standard deviation (for `normal_init`)."""
    names: Sequence[str] = ("weight", "bias")
    """Parameters; each should have a few hundred elements, at most 20000."""


@recorded
def uniform_init(*constructions: Fresh, reset: bool = False, criterion: str = "init") -> Property:
    """Fresh parameters are uniform within a bound, and differ from one construction to the next.

    Args:
        constructions: What is constructed.
        reset: Whether ``reset_parameters()`` must draw all of them again after they were overwritten.
        criterion: The criterion to which the property belongs.

    Two draws are compared for equality, which adds nothing to the false alarms: they are at most `FALSE_ALARM` for each
    tensor looked at, two or three per name and construction.
    """
    return Property(
        criterion=criterion,
        cases=[_draws(item, reset) for item in constructions],
        holds=_each(constructions, lambda item, values: _drawn_problem(item, values, reset, _is_uniform)),
        shows=_show_draws(constructions, reset),
    )


@recorded
def normal_init(*constructions: Fresh, reset: bool = False, criterion: str = "init") -> Property:
    """Fresh parameters are normal with mean 0 and a standard deviation of ``bound``, and differ between constructions.

    Arguments and false alarms are those of `uniform_init`.
    """
    return Property(
        criterion=criterion,
        cases=[_draws(item, reset) for item in constructions],
        holds=_each(constructions, lambda item, values: _drawn_problem(item, values, reset, _is_normal)),
        shows=_show_draws(constructions, reset),
    )


@recorded
def constant_init(constants: Mapping[str, float], *constructions: Fresh, criterion: str = "init") -> Property:
    """Fresh parameters and buffers, by name, all have one value. It cannot give a false alarm."""
    names = list(constants)

    def problem(item: Fresh, values: list[object]) -> str | None:
        for name, value in zip(names, values, strict=True):
            said = not_constant(value, constants[name])
            if said:
                return f"the values of {name} {said}"
        return None

    look = run(*(f"layer.{name}" for name in names))
    cases = [layer_case(item.args, item.kwargs, [look], state=None) for item in constructions]
    # A comma makes a single one a tuple.
    made = ", ".join(map(_called, constructions)) + ("," if len(constructions) == 1 else "")
    shows = [f"for one in {made}:", "    print(one.state_dict())"]
    return Property(criterion=criterion, cases=cases, holds=_each(constructions, problem), shows=shows)


@recorded
def graph_free(args: Sequence[Argument], shape: Sequence[int], *names: str, criterion: str = "state") -> Property:
    """Buffers do not keep the graph of the batch that updated them. It cannot give a false alarm.

    Args:
        args: Arguments of the constructor.
        shape: Shape of the batch.
        names: The buffers.
        criterion: The criterion to which the property belongs.
    """
    lines = [f"out = layer(torch.arange({math.prod(shape)}.0).reshape({list(shape)}).requires_grad_())"]
    case = layer_case(args, {}, [run(*lines, *(f"layer.{name}.requires_grad" for name in names))], state=None)

    def holds(observations: Sequence[Observation]) -> str | None:
        values = line_values(observations[0])
        if isinstance(values, str):
            return values
        held = [name for name, grad in zip(names, values[-len(names) :], strict=True) if grad is not False]
        if not held:
            return None
        return f"after a training call {' and '.join(held)} should not hold on to the graph of the batch"

    return Property(criterion=criterion, cases=[case], holds=holds)


def _draws(item: Fresh, reset: bool) -> DeclaredCase:
    """Look at the fresh values, at those of a second object, and at those after a reset."""
    made = ", ".join([*(repr(arg) for arg in item.args), *(f"{key}={value!r}" for key, value in item.kwargs.items())])
    lines = [f"layer.{name}" for name in item.names]
    lines += ["other = type(layer)(" + made + ")", *(f"other.{name}" for name in item.names)]
    if reset:
        lines += [f"layer.{name}.data.fill_(7.0)" for name in item.names]
        lines += ["layer.reset_parameters()", *(f"layer.{name}" for name in item.names)]
    return layer_case(item.args, item.kwargs, [run(*lines)], state=None)


def _show_draws(constructions: Sequence[Fresh], reset: bool) -> Sequence[str]:
    """Print the range of every construction's values, whether those of a second object differ, what a reset draws."""
    lines = [
        f"for make in [{', '.join(f'lambda: {_called(item)}' for item in constructions)}]:",
        "    one, other = make(), make()",
        "    for (name, a), b in zip(one.named_parameters(), other.parameters()):",
        '        print(name, "from", a.min().item(), "to", a.max().item(), "std", a.std().item())',
        '        print("the same in another layer:", torch.equal(a, b))',
    ]
    if reset:
        lines += [
            "        a.data.fill_(7.0)",
            "    one.reset_parameters()",
            "    for name, a in one.named_parameters():",
            '        print(name, "after a reset from", a.min().item(), "to", a.max().item())',
        ]
    return lines


def _called(item: Fresh) -> str:
    """A construction as source, of whatever class the layer has."""
    named = (f"{key}={value!r}" for key, value in item.kwargs.items())
    return f"type(layer)({', '.join([*map(repr, item.args), *named])})"


def _is_uniform(values: object, item: Fresh) -> str | None:
    return ks_uniform(values, -item.bound, item.bound)


def _is_normal(values: object, item: Fresh) -> str | None:
    return ks_normal(values, std=item.bound)


def _drawn_problem(
    item: Fresh, values: list[Any], reset: bool, problem: Callable[[object, Fresh], str | None]
) -> str | None:
    count = len(item.names)
    first, second = values[:count], values[count + 1 : 2 * count + 1]
    third = values[-count:] if reset else []
    for when, tensors in (("fresh", first), ("fresh", second), ("reset", third)):
        for name, tensor in zip(item.names, tensors, strict=False):
            said = problem(tensor, item)
            if said:
                return f"the values of {name} {said}" + (" after reset_parameters()" if when == "reset" else "")
    for name, one, other in zip(item.names, first, second, strict=True):
        if torch.equal(one.double(), other.double()):
            return f"two layers constructed one after the other have the very same {name}"
    return None


def _each(
    constructions: Sequence[Fresh], problem: Callable[[Fresh, list[Any]], str | None]
) -> Callable[[Sequence[Observation]], str | None]:
    """Judge each construction by its own observation, and name it in what did not hold."""

    def holds(observations: Sequence[Observation]) -> str | None:
        for item, observation in zip(constructions, observations, strict=True):
            values = line_values(observation)
            said = values if isinstance(values, str) else problem(item, values)
            if said:
                made = [*(repr(arg) for arg in item.args), *(f"{key}={value!r}" for key, value in item.kwargs.items())]
                return f"constructed with ({', '.join(made)}): {said}"
        return None

    return holds


def _flat(values: object) -> torch.Tensor | str:
    """The values one by one in float64; or what makes that impossible."""
    if not isinstance(values, torch.Tensor):
        return "are not a tensor"
    if values.numel() == 0:
        return "are empty"
    if not torch.isfinite(values).all():
        return "are not all finite"
    return values.detach().double().flatten()


def _distance(quantiles: torch.Tensor, distribution: str) -> str | None:
    """Compare values, mapped by their distribution function, with the uniform distribution on (0, 1)."""
    count = quantiles.numel()
    # Not torch's sort, which is many times slower on what fits one thread.
    ordered = torch.from_numpy(np.sort(quantiles.cpu().numpy()))
    grid = torch.arange(count + 1, dtype=torch.float64, device=ordered.device) / count
    distance = float(torch.maximum(ordered - grid[:-1], grid[1:] - ordered).max())
    threshold = ks_threshold(count)
    if distance <= threshold:
        return None
    measured = f"Kolmogorov-Smirnov distance {distance:.3f}, at most {threshold:.3f} expected"
    return f"do not look drawn from {distribution}: {measured}"
