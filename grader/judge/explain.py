"""Find the smallest input on which an answer fails, and put it into words and code."""

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grader.compiler import SMALL, resolve_case
from grader.judge import criteria
from grader.judge.snippet import snippet
from grader.model import Counterexample, Finding, Verdict
from grader.search import canonical, seed_from, smallest, weight
from grader.worker.probe import run_case

if TYPE_CHECKING:
    from grader.judge.grade import PartGrader, _Run


def counterexample(
    grader: "PartGrader", run: "_Run", criterion: str, index: int, finding: Finding
) -> tuple[Counterexample, Finding]:
    """The smallest failing case at hand, shrunk live where the suite's own is not small, with its finding.

    Args:
        grader: Of the part.
        run: Of the answer.
        criterion: The criterion that failed.
        index: The smallest case of the suite that fails it.
        finding: How.
    """
    entry = grader.suite.cases[index]
    case, expected, shrunk = dict(entry.case), entry.expected, False
    # Without an oracle (in a kit) there is no search: the smallest recorded case must do.
    searchable = entry.kind == "main" and bool(grader.part.oracle)
    if searchable and weight(case)[0] > SMALL and finding.verdict in (Verdict.WRONG, Verdict.RAISED):
        found = _shrink(grader, run, criterion)
        if found is not None and weight(found[0]) < weight(case):
            (case, finding, expected), shrunk = found, True
    load = run.board.observations.get(index, {}).get("load") or {}
    shows = grader.part.properties[entry.group].shows if entry.kind == "property" else ()
    code = snippet(
        case,
        grader.exercise.name,
        grader.part.symbol,
        criterion=criterion,
        expected=expected,
        load=load.get("how", "exact"),
        shows_inputs=finding.where.startswith("input "),
        in_notebook=run.answer.path.endswith(".ipynb"),
        shows=shows,
        precise=finding.difference is not None and finding.difference < 1e-3,
    )
    made = Counterexample(
        case=case,
        snippet=code,
        where=finding.where,
        expected=finding.expected,
        got=finding.got,
        difference=finding.difference,
        index=finding.index,
        line=finding.line,
        source=finding.source,
        shrunk=shrunk,
    )
    return made, finding


def _shrink(grader: "PartGrader", run: "_Run", criterion: str) -> tuple[dict[str, Any], Finding, dict[str, Any]] | None:
    """Search for the smallest case that fails the criterion, with the worker in the loop; and what it should give."""
    part = grader.part
    budget = min(grader.shrink_seconds, run.shrink_left)
    if budget <= 0:
        return None
    findings: dict[str, tuple[dict[str, Any], Finding, dict[str, Any]]] = {}

    def fails(case: Mapping[str, Any]) -> bool:
        resolved = resolve_case(part, part.oracles, case)
        expected = run_case(resolved, part.oracles, plain=True, device=grader.device)
        if expected["error"]:
            return False
        (got,) = run.again([resolved])
        outcome = criteria.judge_case(part, resolved, expected, got, source=run.answer.lines)
        if criterion in outcome.findings:
            findings[canonical(case)] = (resolved, outcome.findings[criterion], expected)
        return criterion in outcome.findings

    # What torch warns of while the oracle runs is no concern of whoever grades.
    with run.shrinking(), warnings.catch_warnings(action="ignore"):
        best = smallest(part.cases, fails, seed_from("shrink", part.symbol), examples=60, seconds=budget)
    return None if best is None else findings[canonical(best)]
