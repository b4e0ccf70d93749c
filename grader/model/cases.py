"""A case, what it consists of, and what was observed: the plain data that judge and worker exchange.

All of it is JSON and tensors (see `grader.case.wire`), so these are dictionaries with known keys. What a worker sends
is one of them only after `grader.compare.observation.validate`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Required,
    TypeAlias,
    TypedDict,
    TypeGuard,
    Union,
    cast,
    final,
)

from grader.model.verdicts import Verdict

if TYPE_CHECKING:
    import torch


# What a case consists of

Argument: TypeAlias = object
"""An argument as plain data: a number, text, None, a list, a `Recipe`, ``{"$tuple": [...]}``, ``{"$dict": [[key,
value], ...]}``, ``{"$torch": "nn.Linear", "args": [...], "kwargs": {...}}``, or a mapping of such."""

_Fill = TypedDict("_Fill", {"$fill": str}, total=False)


class Fills(TypedDict, total=False):
    """The options of a fill."""

    scale: float
    """Factor of the values."""
    shift: float
    """Added to the scaled values."""
    low: int
    """For ``integers``: the smallest."""
    high: int
    """For ``integers``: one above the largest."""
    values: Sequence[float]
    """For ``choice``, the values drawn from; for ``values``, all elements in order."""
    dtype: str
    """The dtype where it is not the case's: ``int64``."""


class Recipe(_Fill, Fills, total=False):
    """A tensor as a description, the same bits on either side (see `grader.case.recipes`); ``$fill`` is the family."""

    shape: list[int]
    seed: int
    layout: str
    """Memory layout: ``contiguous``, ``transposed``, ``strided`` or ``channels_last``."""
    grad: bool
    """Whether a gradient is asked for; by default, where the tensor is floating."""
    jitter: int
    """The values are rounded to float32 and, unless it is 0, moved by half a unit in the last place."""
    role: str
    """In a state: ``parameter`` or ``buffer``."""


def is_recipe(value: object) -> TypeGuard[Recipe]:
    """Whether plain data is a tensor's recipe."""
    return isinstance(value, Mapping) and "$fill" in value


class New(TypedDict, total=False):
    """How the object is constructed."""

    args: list[Argument]
    kwargs: dict[str, Argument]


class Step(TypedDict, total=False):
    """One step of a case."""

    do: Required[str]
    """``train`` or ``eval`` the object; ``call`` it, or the function; ``run`` lines of Python."""
    args: list[Argument]
    """Of a call."""
    kwargs: dict[str, Argument]
    cotangent: int
    """Seed of what is pulled back through the call; without it the call is under ``torch.no_grad()``."""
    loss: str
    """What is differentiated in place of the outputs times random cotangents: the ``sum`` of all of them, or that of
    their ``cubes``."""
    method: str
    """What is called instead of the object."""
    count: bool
    """Whether the tensor operations it dispatches are counted."""
    lines: list[str]
    """Of ``run``."""


class CaseBody(TypedDict, total=False):
    """What a case has at every stage of its life."""

    new: New
    """Absent where a function is called, or where lines of Python are all there is."""
    steps: Required[list[Step]]
    dtype: str
    """The default dtype, and that of the object and of its inputs."""
    default: str
    """The default dtype where it is another."""
    elsewhere: bool
    """It is run on another device than the CPU: on the run's own, or else on the simulated one."""
    seed: int
    """Of torch's generator, numpy's and Python's."""
    fresh: bool
    """The object is taken as it is constructed, not moved to the case's dtype."""
    backward: Literal["last"]
    """Cotangents are pulled back after all steps, not each one after its own step."""
    lines: str
    """The criterion to which its lines of Python belong, where that is not the part's."""
    patience: int
    """How many times longer than others it may take."""
    undrawn: bool
    """What is constructed need not draw its large tensors at random: nothing that is judged depends on their values."""
    traced: bool
    """Lines of calls that are counted are counted too, whatever torch's graph holds."""
    why: str
    """Of ``errors``: what is wrong with the input, for the student to read."""
    listed: str
    """Of ``errors``: the item of the lesson's list of bad arguments that it falls under."""


class DeclaredCase(CaseBody, total=False):
    """A case as an exercise writes it or hypothesis draws it."""

    state: str | Mapping[str, Recipe] | None
    """``"normal"``: every parameter and buffer at random; recipes for some of them, by name; None: as constructed."""


StateItem: TypeAlias = list[Any]
"""``[name, recipe]``, the recipe with its ``role``."""


class Case(CaseBody, total=False):
    """A case as it is run (see `grader.case.probe`)."""

    symbol: str
    """The name of what is constructed or called."""
    state: list[StateItem] | None
    """What is loaded after construction, by name."""


def as_case(case: Mapping[str, object]) -> Case:
    """A report's case, which is stored as plain data, as a typed `Case`."""
    return cast(Case, case)


# What was observed

_Body = TypedDict("_Body", {"$sketch": "torch.Tensor"})


class Sketch(_Body):
    """A large tensor, of which samples and signed sums are sent (``$sketch``, see `grader.case.encode.sketch`)."""

    shape: list[int]
    dtype: str


Leaf: TypeAlias = Union["torch.Tensor", Sketch]
"""A tensor that came back, whole or sketched."""
Encoded: TypeAlias = object
"""A value that came back: None, a truth value, a whole number, text, ``{"$float": x}``, a `Leaf`, a list of such,
``{"$dict": [[key, value], ...]}``, ``{"$is": variable}`` or, where it is something else, ``{"$type": its name}``."""


class Line(TypedDict, total=False):
    """What a line of Python gave: its value, None for a statement, or an exception."""

    value: Encoded
    raised: str
    """The exception's type."""
    message: str
    """The exception's."""


class Change(StrEnum):
    """What a call may do to the object that is called, and should not."""

    PARAMETER_GONE = "parameter gone"
    PARAMETER_REPLACED = "parameter replaced"
    """Another object has its name."""
    PARAMETER_NEW = "parameter new"
    BUFFER_GONE = "buffer gone"
    BUFFER_NEW = "buffer new"
    """One that is saved: others are the object's own business."""
    BUFFER_UNSAVED = "buffer unsaved"
    """It is no longer part of the state dict."""
    MODE = "mode"
    """Training or evaluation, somewhere in its tree."""


class StepObservation(TypedDict, total=False):
    """What one step gave; empty for a change of mode."""

    out: Encoded
    """What the call returned."""
    inputs: dict[str, Leaf]
    """The input tensors after the call, by ``input.0`` or keyword."""
    buffers: dict[str, Leaf]
    """Buffers after the call, by the state's names."""
    grads: dict[str, Leaf]
    """Gradients of inputs and parameters, by the same names; zeros where none arrives, and nothing where what asked for
    one before the call asks for none after it."""
    left: list[str]
    """Outputs and buffers that are on another device than the case, by the same names."""
    changed: list[list[str]]
    """What the call did to the object's parameters, buffers and mode: pairs of a `Change` and a name, if any."""
    lines: list[Line]
    """The lines of a ``run`` that were executed."""


@final
class Raised(TypedDict):
    """An exception as plain data."""

    type: str
    kinds: list[str]
    """Its classes, from its own to BaseException."""
    message: str
    line: int | None
    """The innermost line of the answer that it passed through."""


@final
class Failure(TypedDict):
    """The exception that ended a case before its end (see `Raised`)."""

    stage: str
    """``new``, ``load``, ``mode``, ``call``, ``backward`` or ``run``; ``answer`` where it could not be sent."""
    step: int
    """-1 before the first."""
    type: str
    kinds: list[str]
    message: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """How the judge's side saw a worker end, and what it was doing: never an observation, so nobody can send one."""

    verdict: Verdict
    stage: str
    """``import`` while the file was loaded, else the stage of the case (see `Failure`)."""
    step: int
    """The line of `Answer.lines` while loading, else the step of the case; -1 before the first."""
    message: str


Row: TypeAlias = list[Any]
"""``[name, shape, dtype, device]`` of a parameter or buffer; of a parameter also whether it requires a gradient."""


class Description(TypedDict, total=False):
    """What was constructed."""

    module: Required[bool]
    """Whether it is a module; nothing else is said where it is not."""
    parameters: list[Row]
    buffers: list[Row]
    state: list[str]
    """The keys of its state dict, where the case loads no state."""
    training: list[bool | str]
    """Its own mode, then those found in its tree; the name of its type where one is neither true nor false."""


class Load(TypedDict):
    """How the case's state could be loaded."""

    how: str
    """``exact``; by ``order`` where names differ; or ``partial``, whatever fits, so that nothing else can be judged."""
    message: str
    """What torch says where it is not exact."""


class Use(TypedDict):
    """Something off limits that the guard saw."""

    used: str
    line: int | None


class Behind(TypedDict):
    """What made a tensor that stayed on the CPU while its case was on another device."""

    used: str
    """The function, such as ``torch.zeros``; empty where it is not known."""
    within: str
    """The answer's function that called it."""
    line: int | None


@final
class Observation(TypedDict, total=False):
    """What running a case gave."""

    steps: Required[list[StepObservation]]
    """One for each step that came to its end."""
    error: Required[Failure | None]
    partial: StepObservation
    """The step that did not finish: what it gave before its backward pass failed."""
    new: Description
    load: Load
    ops: int
    """Tensor operations of the calls that count them, backward passes included."""
    own_lines: int
    """Lines of the answer's own code that those calls ran; 0 where all of their work is in autograd's graph."""
    uncounted: bool
    """Whether some of their work may have escaped counting: it ran in a thread, or stopped the trace."""
    seen: list[str]
    """The names of those operations."""
    off_limits: list[Use]
    behind: Behind
    unsimulated: str
    """What the simulated device cannot do. A case that must be there ended with it; any other was run on the CPU."""


Observed: TypeAlias = Observation | Stopped
"""What came of running a case on an answer."""


@final
class Truth(TypedDict):
    """What is expected of a case of ``numerics``."""

    truth: dict[str, Leaf]
    """The float64 answer, by path."""
    allowed: dict[str, float]
    """How far a float32 answer may be from it, by path (absolute)."""
