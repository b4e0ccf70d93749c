"""Properties of fresh parameters: what must hold of an answer's random or constant initial values.

`grader.spec.draw_properties` tells draws from what is none, and how seldom it is wrong about that.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import wraps
from typing import Any, ParamSpec

import torch

from grader.model import Argument, CourseError, DeclaredCase, Observation
from grader.spec import Property, layer_case, run
from grader.spec.draw_properties import FALSE_ALARM, ks_normal, ks_threshold, ks_uniform, normal_problem, not_constant

__all__ = [
    "FALSE_ALARM", "Fresh", "constant_init", "graph_free", "ks_normal", "ks_threshold", "ks_uniform", "line_values",
    "normal_init", "not_constant", "recorded", "remade", "uniform_init",
]  # fmt: skip

_Arguments = ParamSpec("_Arguments")

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

    So are their spread, their tails, and each row and column of a matrix, and no two draws are copies of each other
    (see `normal_problem`). Arguments and false alarms are those of `uniform_init`.
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
    return normal_problem(values, item.bound)


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
