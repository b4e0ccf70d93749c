"""What an ``exercise.py`` may import: how exercises, parts, cases and misconceptions are declared.

Everything here is data or builds data. A *case* is one concrete input, written with `layer_case`, `function_case` or
`program`; a *part* says what its symbol is compared with and how its cases are drawn; an *exercise* is the parts that
share an answer file.

May import: case, model.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, Unpack

from hypothesis import strategies as st

from grader.model import CRITERIA, Argument, DeclaredCase, Fills, New, Observation, Recipe, Step  # fmt: skip

__all__ = [
    "POINTS", "Exercise", "Growth", "Misconception", "OffLimits", "Part", "Property", "call", "evaluate",
    "function_case", "growth", "layer_case", "misconception", "mistake", "module", "program", "raises", "reload", "run",
    "tensor", "train", "tuple_of",
]  # fmt: skip

_Answer = TypeVar("_Answer", bound=Callable[..., object])

POINTS: Mapping[str, float] = {
    "own_work": 0, "interface": 1, "parameters": 1, "shapes": 1, "state": 2, "values": 4, "gradients": 3,
    "numerics": 1, "init": 1, "errors": 1, "vectorized": 1,
}  # fmt: skip
"""Points of a criterion unless the part says otherwise."""


def tensor(
    *shape: int,
    fill: str = "normal",
    seed: int = 0,
    grad: bool = True,
    layout: str = "contiguous",
    **more: Unpack[Fills],
) -> Recipe:
    """A tensor's recipe.

    Args:
        shape: Its sizes.
        fill: ``normal``, ``uniform`` (-1 to 1), ``integers`` (``low`` to ``high``, exclusive), ``arange``, ``zeros``,
            ``ones``, ``choice`` (each element drawn from ``values``) or ``values`` (all of them, in order).
        seed: Of the values.
        grad: Whether a gradient is asked for (floating tensors only).
        layout: ``contiguous``, ``transposed``, ``strided`` or ``channels_last`` memory.
        more: ``scale`` and ``shift`` of any fill, ``low``, ``high``, ``values``, and ``dtype`` where it is not the
            case's.
    """
    recipe: Recipe = {"$fill": fill, "shape": list(shape), "seed": seed}
    if layout != "contiguous":
        recipe["layout"] = layout
    if not grad:
        recipe["grad"] = False
    if "values" in more:
        more["values"] = list(more["values"])
    return {**recipe, **more}


def tuple_of(*items: Argument) -> dict[str, list[Argument]]:
    """A tuple among a case's arguments (a list stays a list)."""
    return {"$tuple": list(items)}


def module(path: str, *args: Argument, **kwargs: Argument) -> dict[str, Argument]:
    """An object of torch among a case's arguments: ``module("nn.Linear", 2, 3)`` is ``torch.nn.Linear(2, 3)``."""
    return {"$torch": path, "args": list(args), "kwargs": kwargs}


def train() -> Step:
    """The step ``layer.train()``."""
    return {"do": "train"}


def evaluate() -> Step:
    """The step ``layer.eval()``."""
    return {"do": "eval"}


def call(
    *args: Argument, cotangent: int | None = 0, method: str | None = None, count: bool = False, **kwargs: Argument
) -> Step:
    """The step that calls the layer or function, and pulls a random cotangent back to inputs and parameters.

    Args:
        args: Plain values, recipes, `tuple_of`, `module`.
        cotangent: Seed of the cotangent; None runs under ``torch.no_grad()``.
        method: Name of the method to call instead of the object.
        count: Whether the tensor operations that it dispatches are counted (see `growth`).
        kwargs: As ``args``, by name.
    """
    step: Step = {"do": "call", "args": [_plain(arg) for arg in args]}
    if kwargs:
        step["kwargs"] = {key: _plain(value) for key, value in kwargs.items()}
    if cotangent is not None:
        step["cotangent"] = cotangent
    if method is not None:
        step["method"] = method
    if count:
        step["count"] = True
    return step


def run(*lines: str) -> Step:
    """The step that runs lines of Python, each compared by its value (or by whether it raises).

    They see the answer's symbols, ``torch``, ``nn``, ``layer`` (the object of a `layer_case`) and earlier variables.
    """
    return {"do": "run", "lines": list(lines)}


def reload() -> Step:
    """The step that loads halves of all values: what a layer keeps of its old parameters is then out of date."""
    halves = "{name: item / 2 if item.is_floating_point() else item for name, item in layer.state_dict().items()}"
    return run(f"loaded = layer.load_state_dict({halves})")


def layer_case(
    args: Sequence[Argument] = (),
    kwargs: Mapping[str, Argument] | None = None,
    steps: Iterable[Step] = (),
    *,
    state: str | Mapping[str, Recipe] | None = "normal",
    dtype: str = "float64",
    seed: int = 0,
    patience: int = 1,
) -> DeclaredCase:
    """A case that constructs the part's symbol and takes steps with the object.

    Args:
        args: Positional arguments of the constructor.
        kwargs: Arguments by name.
        steps: What is done, in order: `train`, `evaluate`, `call`, `run`.
        state: What is loaded into parameters and buffers first. ``"normal"`` draws each at random (variances
            positive, counts small); a mapping gives recipes for some names; None keeps the fresh state, which then
            must not be random.
        dtype: ``float64``, or ``float32`` for `Part.numerics`.
        seed: Of the state, and of torch's generator while the case runs.
        patience: How many times longer than other cases it may take, where a right answer needs a good second.
    """
    new: New = {
        "args": [_plain(arg) for arg in args],
        "kwargs": {key: _plain(item) for key, item in (kwargs or {}).items()},
    }
    case: DeclaredCase = {
        "new": new,
        "state": _plain(state),
        "steps": [step.copy() for step in steps],
        "dtype": dtype,
        "seed": seed,
    }
    if patience != 1:
        case["patience"] = patience
    return case


def function_case(
    *args: Argument, dtype: str = "float64", cotangent: int | None = 0, seed: int = 0, **kwargs: Any
) -> DeclaredCase:
    """A case that calls a function once (list several `call` steps with `program_of` where one is not enough)."""
    return {"steps": [call(*args, cotangent=cotangent, **kwargs)], "dtype": dtype, "seed": seed}


def raises(case: DeclaredCase, why: str) -> DeclaredCase:
    """A case for `Part.errors`: the answer has to raise, as the oracle does.

    Args:
        case: The case.
        why: What is bad about it, for the student to read: "A last dimension of another size".
    """
    return {**case, "why": why}


def growth(along: str, make: Callable[[int], DeclaredCase], sizes: Sequence[int] = (2, 4, 8)) -> "Growth":
    """Cases of growing size, in which the number of tensor operations may not grow with them.

    Args:
        along: What grows, for the student to read: "batch", "image height".
        make: The case of one size. The operations of its calls are counted: of those with ``count=True``, or of all
            where none says so.
        sizes: Small to large; not from one on, since the smallest sizes may take a shorter way.
    """
    return Growth(along=along, cases=[_counted(make(size)) for size in sizes])


def _counted(case: DeclaredCase) -> DeclaredCase:
    steps = case["steps"]
    if not any("count" in step for step in steps):
        steps = [{**step, "count": True} if step["do"] == "call" else step for step in steps]
    return {**case, "steps": steps}


def program(*lines: str, criterion: str | None = None, dtype: str = "float32", seed: int = 0) -> DeclaredCase:
    """A case that is a program: lines of Python run on the answer's symbols, every line's value compared.

    Args:
        lines: One or more statements each; the value of an expression, or whether it raises, is what is compared.
        criterion: The criterion that the program judges (default: the part's ``judged_lines``).
        dtype: The default dtype while it runs.
        seed: Of torch's generator.
    """
    case: DeclaredCase = {"steps": [run(*lines)], "dtype": dtype, "seed": seed}
    if criterion is not None:
        case["lines"] = criterion
    return case


def _plain(value: Argument) -> Any:
    """Plain data for what authors like to write: tuples become `tuple_of`."""
    if isinstance(value, tuple):
        return {"$tuple": [_plain(item) for item in value]}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


@dataclass(frozen=True, kw_only=True, slots=True)
class OffLimits:
    """What an answer may not use, however it is reached.

    Patterns are those of `fnmatch`. ``kernels`` are aten names without overload (``*batch_norm*``): every function of
    ``torch``, ``torch.nn.functional`` and ``Tensor`` of a matching name is meant too. ``classes`` are names in
    ``torch.nn`` (``BatchNorm*``); ``functions`` dotted names below ``torch`` without a kernel of their own
    (``torch.flatten``, ``torch.Tensor.flatten``, ``torch.nn.functional.softsign``); ``modules`` are whole packages that
    may not be imported (``torch`` for arithmetic).
    """

    kernels: Sequence[str] = ()
    classes: Sequence[str] = ()
    functions: Sequence[str] = ()
    modules: Sequence[str] = ()
    allow: Sequence[str] = ()
    """Names that a pattern above would match, but that are allowed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Property:
    """A criterion judged by what must hold of an observation, for answers that are random.

    ``holds`` gets what running ``cases`` gave, one observation a case, in order, as the judge decoded it
    (see `grader.case.probe.run_case`), and returns None, or a sentence on what did not hold. It states its
    false-alarm rate; below 1e-9 is asked for.
    """

    criterion: str
    cases: Sequence[DeclaredCase]
    holds: Callable[[Sequence[Observation]], str | None]
    name: str = ""
    """The function of `grader.properties` that makes it again from ``arguments`` (plain data), so that a kit can judge
    by it; without a name it is judged only where ``solutions/`` are."""
    arguments: Mapping[str, object] = field(default_factory=dict)
    shows: Sequence[str] = ()
    """Lines of Python that show a learner what ``holds`` looks at: they follow the constructor, and the calls with
    their outputs (``out``, or ``out1`` and so on), in the snippet of a case, in place of the case's own lines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """Cases that differ in one size, small to large, over which the count of dispatched ops may not keep growing."""

    along: str
    """What grows: "batch", "image height"."""
    cases: Sequence[DeclaredCase]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One symbol of an exercise and how it is judged.

    A criterion of `grader.model.CRITERIA` is on the part's rubric where there is something to judge it by:
    ``parameters`` where the oracle is a module; ``state`` where it has buffers; ``numerics``, ``init``, ``errors``,
    ``vectorized`` where the fields below are given. ``points`` overrides; 0 points takes a criterion off.
    """

    symbol: str
    oracle: Callable[..., object] | Mapping[str, object]
    """What computes the expected answer; for programs a mapping of every name that their lines use."""
    cases: st.SearchStrategy[DeclaredCase]
    """Strategy of cases; small bounded values and seeds, ordered simple to nasty."""
    examples: Sequence[DeclaredCase] = ()
    """Cases that are in every suite, hidden and public; first the one with defaults only."""
    arguments: Sequence[str] = ()
    """Constructor arguments in order, all of which the cases must give values away from their defaults."""
    numerics: st.SearchStrategy[DeclaredCase] | None = None
    """Strategy of float32 cases, judged against float64 within a multiple of torch's own error."""
    numerics_multiple: float = 50
    properties: Sequence[Property] = ()
    errors: Sequence[DeclaredCase] = ()
    """Cases in which oracle and answer must raise."""
    growth: Sequence[Growth] = ()
    interface: Sequence[DeclaredCase] = ()
    """Cases whose `run` lines belong to the interface (methods, ``extra_repr``)."""
    off_limits: OffLimits = field(default_factory=OffLimits)
    tolerance: float = 1e-8
    points: Mapping[str, float] = field(default_factory=dict)
    size: int = 64
    """Random cases in a suite, besides examples and killers of misconceptions."""
    positional: bool = True
    """Whether the constructor's arguments are also passed by position."""
    judged_lines: str = "values"
    """The criterion to which `run` lines of ``cases`` belong."""
    state_outputs: Sequence[int] = ()
    """Where a function returns a tuple: which of its items are its caller's state, and so belong to ``state``."""
    core: bool = False
    """Whether it belongs to the topics that must be finest: more misconceptions and right variants are asked for."""

    @property
    def oracles(self) -> Mapping[str, object]:
        """What takes the answer's place, by name, when a case is run for what is expected."""
        return self.oracle if isinstance(self.oracle, Mapping) else {self.symbol: self.oracle}

    def __post_init__(self) -> None:
        unknown = set(self.points) - set(CRITERIA)
        if unknown:
            raise ValueError(f"{self.symbol}: no such criterion: {', '.join(sorted(unknown))}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Exercise:
    """One answer file."""

    title: str
    parts: Sequence[Part]
    equivalent_mutants: Mapping[str, str] = field(default_factory=dict)
    """Mechanical mutants of the reference that change nothing a case could show, with the reason.

    The keys read ``before → after``.
    """

    def part(self, symbol: str) -> Part:
        """The part of that symbol."""
        return next(part for part in self.parts if part.symbol == symbol)


@dataclass(frozen=True, kw_only=True, slots=True)
class Misconception:
    """A known-wrong answer: what it does, the criterion that must catch it first, and the hint it earns."""

    name: str
    part: str
    criterion: str
    hint: str
    answer: object = None
    """The class or function, where it is written out."""
    edits: Mapping[str, str] = field(default_factory=dict)
    """Else what is changed in the text of the reference: new text by old."""


def mistake(
    name: str, parts: str | Sequence[str], criterion: str, hint: str, edits: Mapping[str, str]
) -> list[Misconception]:
    """A known-wrong answer as an edit of the reference, once for each of the parts that share the line.

    An edit is a line or two. Each old text must be found exactly once: in the part's own definition (the class or
    function of that name) or, where it is not there at all, in the whole file. ``course verify`` holds it to that.

    Args:
        name: What the mistake is called in reports, in PascalCase: ``ForgetsBias``.
        parts: The symbol, or the symbols, in whose place the edited reference stands.
        criterion: The first criterion that must reject it.
        hint: What a student reads whose answer behaves like it: what seems to be wrong and where to look, not the
            solution.
        edits: New text by old text.
    """
    if not edits:
        raise ValueError(f"the misconception {name} edits nothing")
    return [
        Misconception(name=name, part=part, criterion=criterion, hint=_one_line(hint), edits=dict(edits))
        for part in ([parts] if isinstance(parts, str) else parts)
    ]


def misconception(part: str, criterion: str) -> Callable[[_Answer], _Answer]:
    """Mark a class or function of ``misconceptions.py`` as a known-wrong answer for a part.

    For mistakes in the whole approach, which no edit of a line or two could make (see `mistake`). Its docstring is the
    hint that a student reads; it may subclass or call the reference.

    Args:
        part: The symbol it stands in for.
        criterion: The first criterion that must reject it.
    """

    def mark(answer: _Answer) -> _Answer:
        hint = _one_line(answer.__doc__ or "")
        if not hint:
            raise ValueError(f"the misconception {answer.__name__} has no docstring, so no hint")
        marks = [*vars(answer).get("__misconceptions__", [])]
        marks.append(Misconception(name=answer.__name__, part=part, criterion=criterion, hint=hint, answer=answer))
        setattr(answer, "__misconceptions__", marks)  # noqa: B010 - mypy knows no such attribute
        return answer

    return mark


def _one_line(text: str) -> str:
    return " ".join(text.split())
