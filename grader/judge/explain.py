"""Find the smallest input on which an answer fails, and put it into words and code."""

import contextlib
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from grader.answer.load import Answer
from grader.compare import criteria
from grader.judge.shortest import shortest
from grader.judge.showing import Failure, Shown
from grader.judge.snippet import snippet
from grader.model import (
    Case,
    CaseKind,
    Counterexample,
    DeclaredCase,
    Finding,
    FindingKind,
    Observation,
    Observed,
    Stopped,
    Verdict,
)  # fmt: skip
from grader.spec import Part
from grader.suite.compile import SMALL
from grader.suite.data import Suite, SuiteCase
from grader.suite.oracle import observe_oracle
from grader.suite.resolve import resolve_case
from grader.suite.search import canonical, seed_from, smallest, weight

_SHOWING_SECONDS = 0.5


class Budget:
    """Seconds that may be spent on a part's searches."""

    def __init__(self, seconds: float) -> None:
        """Begin with so many seconds; with none, nothing is looked for."""
        self.seconds = self.left = seconds

    @contextlib.contextmanager
    def spend(self) -> Iterator[None]:
        """Charge the time that the block takes."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.left -= time.monotonic() - began


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """Everything that an explanation is made from."""

    exercise: str
    """The exercise's name, by which a snippet imports the answer."""
    part: Part
    suite: Suite
    device: str
    """Where the oracle runs."""
    answer: Answer
    """The answer, whole."""
    again: Callable[[Iterable[Case]], list[Observed]]
    """Runs further cases on the answer."""
    budget: Budget
    showing: Budget = field(default_factory=lambda: Budget(_SHOWING_SECONDS))
    """Seconds that may be spent on looking for shorter code."""
    families: Sequence[str] = ()
    """The families in which alone the criterion fails: a smaller case has to be in one of them."""

    @property
    def module(self) -> str:
        """What a snippet imports the answer from; nothing where that is a notebook."""
        return "" if self.answer.path.endswith(".ipynb") else self.exercise.rsplit("/", 1)[-1]


def counterexample(
    scene: Scene, criterion: str, entry: SuiteCase, got: Observed, finding: Finding
) -> tuple[Counterexample, Finding]:
    """The smallest known failing case, shrunk live where the suite's own is not small, with its finding.

    Args:
        scene: What it is made from.
        criterion: The criterion that failed.
        entry: The smallest case of the suite that fails it.
        got: What the answer did on it.
        finding: How it failed.
    """
    case, observed, shrunk = entry.case, got, False
    expected = entry.answered if entry.expected is not None and entry.kind is not CaseKind.NUMERICS else None
    # Without an oracle (in a kit) there is no search: the smallest recorded case must do.
    searchable = entry.kind is CaseKind.MAIN and bool(scene.part.oracle)
    if searchable and weight(case)[0] > SMALL and finding.verdict in (Verdict.WRONG, Verdict.RAISED):
        smaller = _shrink(scene, criterion, finding.kind)
        if smaller is not None and weight(smaller[0]) < weight(case):
            (case, finding, expected, observed), shrunk = smaller, True
    shown = _shown(scene, criterion, entry, case, observed, finding, expected)
    if shown is not None:
        shrunk |= shown.case is not case
        case, finding, expected = shown.case, shown.finding, shown.expected or expected
    code = shown.code if shown is not None else ""
    code = code or snippet(
        case,
        scene.exercise,
        scene.part.symbol,
        criterion=criterion,
        expected=expected,
        load=observed["load"]["how"] if not isinstance(observed, Stopped) and "load" in observed else "exact",
        shows_inputs=finding.kind is FindingKind.INPUT_CHANGED,
        in_notebook=scene.answer.path.endswith(".ipynb"),
        shows=scene.part.properties[entry.group].shows if entry.kind is CaseKind.PROPERTY else (),
        only_last=shown is not None,
        precise=finding.difference is not None and finding.difference < 1e-3,
    )
    return Counterexample.of(finding, case=case, snippet=code, shrunk=shrunk), finding


def _shown(
    scene: Scene,
    criterion: str,
    entry: SuiteCase,
    case: Case,
    got: Observed,
    finding: Finding,
    expected: Observation | None,
) -> Shown | None:
    """The failure in the shortest code that shows it."""
    if not scene.budget.seconds or scene.showing.left <= 0:
        return None
    growing = [item.case for item in scene.suite.cases if item.kind is CaseKind.GROWTH and item.group == entry.group]
    failure = Failure(
        part=scene.part,
        criterion=criterion,
        case=case,
        finding=finding,
        expected=expected,
        got=got,
        source=scene.answer.lines,
        module=scene.module,
        again=scene.again,
        device=scene.device,
        truth=entry.truth if entry.kind is CaseKind.NUMERICS else None,
        growth=growing if entry.kind is CaseKind.GROWTH else (),
    )
    with scene.showing.spend():
        return shortest(failure)


def _shrink(scene: Scene, criterion: str, kind: FindingKind) -> tuple[Case, Finding, Observation, Observed] | None:
    """Search for the smallest case that fails the criterion so, with the worker in the loop; and its expectation."""
    part = scene.part
    if scene.budget.left <= 0:
        return None
    findings: dict[str, tuple[Case, Finding, Observation, Observed]] = {}

    def fails(case: DeclaredCase) -> bool:
        if scene.families and not set(scene.families).intersection(part.families_of(case)):
            return False
        resolved = resolve_case(part, part.oracles, case)
        expected = observe_oracle(part.oracles, resolved, scene.device)
        if expected["error"]:
            return False
        (got,) = scene.again([resolved])
        outcome = criteria.judge_case(part, resolved, expected, got, source=scene.answer.lines)
        found = outcome.findings.get(criterion)
        # A corner may fail otherwise, and on a smaller case.
        if found is None or found.kind is not kind:
            return False
        findings[canonical(case)] = (resolved, found, expected, got)
        return True

    # What torch warns of while the oracle runs does not concern the person who grades.
    with scene.budget.spend(), warnings.catch_warnings(action="ignore"):
        best = smallest(part.cases, fails, seed_from("shrink", part.symbol), examples=60, seconds=scene.budget.left)
    return None if best is None else findings[canonical(best)]
