"""Declare an exercise: its parts, what each is compared with and what it may not use, its properties and growth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from grader.model import CRITERIA, CaseBody, DeclaredCase, Observation

POINTS: Mapping[str, float] = {
    "own_work": 0, "interface": 1, "parameters": 1, "shapes": 1, "state": 2, "values": 4, "gradients": 3,
    "numerics": 1, "init": 1, "errors": 1, "vectorized": 1, "device": 1,
}  # fmt: skip
"""Points of a criterion unless the part says otherwise."""


_AUTOGRAD: Mapping[str, Sequence[str]] = {
    "kernels": ("*backward*",),
    "functions": ("torch.enable_grad", "torch.set_grad_enabled", "torch.inference_mode"),
    "modules": ("torch.autograd", "torch.func", "torch._functorch", "functorch", "torch.nn.grad"),
}
"""What goes with autograd, by the fields of `OffLimits`."""


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
    autograd: bool = False
    """Whether autograd is off limits in any guise: where the gradient is what the student writes."""

    def __post_init__(self) -> None:
        if self.autograd:
            for field_, more in _AUTOGRAD.items():
                listed = tuple(getattr(self, field_))
                object.__setattr__(self, field_, (*listed, *(name for name in more if name not in listed)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Property:
    """A criterion judged by what must hold of an observation, for answers that are random.

    ``holds`` gets what running ``cases`` gave, one observation per case, in order, as the judge decoded it
    (see `grader.case.probe.run_case`), and returns None, or a sentence on what did not hold. It states its
    false-alarm rate; below 1e-9 is asked for.
    """

    criterion: str
    cases: Sequence[DeclaredCase]
    holds: Callable[[Sequence[Observation]], str | None]
    name: str = ""
    """The function of `grader.properties` that recreates it from ``arguments`` (plain data), so that a kit can judge
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
    at_most: int = 4
    """By how many times more operations than the reference an answer may take the largest."""
    fine: str = ""
    """What an answer may loop over all the same, to be read after "a loop over the": "time steps"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Cases of one kind that an answer may lack without being wrong elsewhere: unbatched input, ``padding="same"``.

    An answer that fails a criterion in families alone loses their shares of it, and of what rests on it.
    """

    name: str
    """What they have in common, to be read after "with": "unbatched input"."""
    share: float
    """The part of a criterion's points that goes with it: a multiple of 0.05, so that points stay plain numbers."""
    holds: Callable[[CaseBody], bool] | None = None
    """Whether a case is in it; None in a kit, whose cases are recorded with their families."""

    def __post_init__(self) -> None:
        if not 0 < self.share < 1 or round(self.share * 20, 9) % 1:
            raise ValueError(f"the family {self.name!r} has a share of {self.share}, which is no multiple of 0.05")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One symbol of an exercise and how it is judged.

    A criterion of `grader.model.CRITERIA` is on the part's rubric where there is something to judge it by:
    ``parameters`` where the oracle is a module; ``state`` where it has buffers; ``numerics``, ``init``, ``errors``,
    ``vectorized`` where the fields below are given; ``device`` where a case can be run on another device. ``points``
    overrides; 0 points takes a criterion off.
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
    """Cases in which oracle and answer must raise, each an item of the lesson's list of bad arguments (`listed`)."""
    growth: Sequence[Growth] = ()
    interface: Sequence[DeclaredCase] = ()
    """Cases whose `run` lines belong to the interface (methods, ``extra_repr``)."""
    off_limits: OffLimits = field(default_factory=OffLimits)
    tolerance: float = 1e-8
    points: Mapping[str, float] = field(default_factory=dict)
    size: int = 64
    """Random cases in a suite, besides examples and witnesses of misconceptions."""
    positional: bool = True
    """Whether the constructor's arguments are also passed by position."""
    judged_lines: str = "values"
    """The criterion to which `run` lines of ``cases`` belong."""
    state_outputs: Sequence[int] = ()
    """Where a function returns a tuple: which of its items are its caller's state, and so belong to ``state``."""
    families: Sequence[Family] = ()
    """Cases that are lacking rather than wrong where nothing else fails (see `grader.spec.families`)."""
    drawn: bool = True
    """Whether it matters what values its large tensors are filled with at first. In a whole network, whose cases give
    every parameter values of their own, it does not, and drawing them takes most of the time."""
    core: bool = False
    """Whether it belongs to the topics that must be finest: more misconceptions and correct variants are required."""

    @property
    def oracles(self) -> Mapping[str, object]:
        """The namespace that stands in for the answer when a case is run for its expected observation."""
        return self.oracle if isinstance(self.oracle, Mapping) else {self.symbol: self.oracle}

    def families_of(self, case: CaseBody) -> tuple[str, ...]:
        """The names of the families that a case is in."""
        return tuple(family.name for family in self.families if family.holds is not None and family.holds(case))

    def __post_init__(self) -> None:
        if sum(family.share for family in self.families) >= 1:
            raise ValueError(f"{self.symbol}: the shares of its families leave nothing")
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


def growth(
    along: str,
    make: Callable[[int], DeclaredCase],
    sizes: Sequence[int] = (2, 4, 16),
    at_most: int = 4,
    fine: str = "",
) -> Growth:
    """Cases of growing size, in which the number of tensor operations may not grow with them.

    What they give is judged like the answer of any other case.

    Args:
        along: What grows, for the student to read: "batch", "image height".
        make: The case of one size. The operations of its calls are counted: of those with ``count=True``, or of all
            where none says so.
        sizes: Small to large; not starting at one, since the smallest sizes may take a shorter way.
        at_most: How many times the reference's operations an answer may take for the largest size, besides a few.
        fine: What an answer may loop over all the same, for the student to read: "time steps".
    """
    return Growth(along=along, cases=[_counted(make(size)) for size in sizes], at_most=at_most, fine=fine)


def _counted(case: DeclaredCase) -> DeclaredCase:
    steps = case["steps"]
    if not any("count" in step for step in steps):
        steps = [{**step, "count": True} if step["do"] == "call" else step for step in steps]
    return {**case, "steps": steps}
