"""Answers run without a worker, on suites of a few cases: what the judge sees of them, and what it makes of that."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.case.probe import run_case
from grader.judge.board import Board
from grader.judge.shown import Shown
from grader.judge.transformation import transformation
from grader.model import CaseKind, DeclaredCase
from grader.spec import Misconception, Part
from grader.suite.data import Suite, SuiteCase
from grader.suite.mistaken import Mistaken
from grader.suite.resolve import resolve_case


class Answers:
    """The declared exercise, as far as misconceptions go: each is an answer of its own."""

    def __init__(self, part: Part, answers: Mapping[str, tuple[str, object]]) -> None:
        """Keep the answers, each by its name with its criterion."""
        self.part = part
        self.misconceptions = [
            Misconception(name=name, part=part.symbol, criterion=criterion, hint=f"This is {name}.", answer=answer)
            for name, (criterion, answer) in answers.items()
        ]

    def with_misconception(self, item: Misconception) -> Mapping[str, Any]:
        return {self.part.symbol: item.answer}


def suite_of(
    part: Part,
    cases: Sequence[DeclaredCase],
    *,
    others: Sequence[tuple[CaseKind, DeclaredCase]] = (),
    answers: Answers | None = None,
) -> Suite:
    """A suite of these cases, with what the oracle gives and how the answers behave."""
    entries = []
    for kind, declared in [*((CaseKind.MAIN, case) for case in cases), *others]:
        case = resolve_case(part, part.oracles, declared)
        entries.append(SuiteCase(kind=kind, case=case, expected=run_case(case, part.oracles, plain=True)))
    if answers is not None:
        kinds = {entry.kind for entry in entries}
        separate = [name for name in ("own_work", "numerics", "init", "errors", "vectorized", "device")]
        separate = [name for name in separate if name != "errors" or CaseKind.ERRORS in kinds]
        entries = Mistaken(answers, part, separate, "cpu").marked(entries)  # type: ignore[arg-type]
    planned = {name: len(entries) for name in ("interface", "parameters", "shapes", "state", "values", "gradients")}
    if others:
        planned["errors"] = len(others)
    return Suite(exercise="a/b", symbol=part.symbol, visibility="hidden", digest="", cases=entries, planned=planned)


def judged(part: Part, suite: Suite, answer: Callable[..., object]) -> Board:
    """What becomes of an answer."""
    board = Board(part, suite, dict.fromkeys(suite.planned, 1.0))
    for index, entry in enumerate(suite.cases):
        board.add(index, run_case(entry.case, {part.symbol: answer}))
    board.complete(lambda cases: [run_case(case, {part.symbol: answer}) for case in cases])
    return board


def shown(part: Part, suite: Suite, board: Board) -> Shown:
    """The same as diagnoses take it."""
    return Shown(part=part, suite=suite, observations=board.observations, outcomes=board.outcomes)


def turned(part: Part, cases: Sequence[DeclaredCase], answer: Callable[..., object], criterion: str = "values") -> str:
    """The transformation that is found for an answer."""
    suite = suite_of(part, cases)
    board = judged(part, suite, answer)
    failures = board.failures(criterion)
    assert failures, "the answer does not fail"
    return transformation(part, suite, board.observations, failures, criterion)
