"""When an answer is wrong, criterion by criterion, in words and as data (see `grader.judge.predicate`)."""

from collections.abc import Collection
from dataclasses import replace

from grader.judge.atoms import Atom
from grader.judge.board import Board
from grader.judge.condition_words import in_words
from grader.judge.features import Features, Situation
from grader.judge.predicate import PRECISION, Found, either, meets, predicate, search
from grader.model import Condition, CriterionReport, Verdict
from grader.model.messages import in_families
from grader.spec import Part
from grader.suite.data import Suite

_EVERY = 4
"""Different cases, all failing, from which "whatever the input" is concluded."""
_MOST = 10
"""Cases from which "in nearly every case" is."""
_ITEMS = 2
"""Items of the lesson's list of bad arguments that one condition names."""
_TOGETHER = ("own_work", "init", "vectorized")
"""Criteria whose cases are judged together, so that none of them fails alone."""
_OF_CONSTRUCTION = frozenset(("argument", "case", "lines"))
"""What can decide over the parameters, which nothing but the constructor makes."""


class Conditions:
    """Says when an answer is wrong."""

    def __init__(self, part: Part, suite: Suite, source: str) -> None:
        """Look at nothing yet.

        Args:
            part: The part.
            suite: The cases that it is judged on.
            source: Python text with the part's signature.
        """
        self._suite = suite
        self._features = features_of(part, source)
        self._known: dict[int, list[Situation]] = {}

    def condition(
        self,
        criterion: str,
        failing: Collection[int],
        held: Collection[int],
        families: Collection[str] = (),
        ordinary: tuple[Collection[int], Collection[int]] = ((), ()),
    ) -> Condition | None:
        """What the failing cases of a criterion have in common, where something tells them from the others.

        Args:
            criterion: The criterion.
            failing: Indices of the cases that fail it.
            held: Indices of those on which it holds.
            families: The families of cases that the report names already.
            ordinary: The cases that fail any criterion of the ordinary cases, and those on which all hold.
        """
        if criterion in _TOGETHER or not failing:
            return None
        listed = self._of_bad_arguments(failing, held) if criterion == "errors" else None
        if listed is not None:
            return listed
        if not held:
            return self._always(criterion, failing)
        about = _OF_CONSTRUCTION if criterion == "parameters" else frozenset[str]()
        found = self._found(failing, held, about)
        # One mistake shows in several criteria: here in a shape, there only in a value.
        wrong, right = ordinary
        wider = self._found(wrong, right, about) if {*wrong} > {*failing} else None
        if wider is not None and (found is None or wider.gain > found.gain):
            found, failing, held = wider, wrong, right
        if found is None:
            return _nearly_always(len(failing), len(failing) + len(held))
        data = predicate(found.atoms)
        if self._is_said(found, {*failing, *held}, families):
            return None
        return Condition(
            text=in_words(found.atoms, exact=found.covered == len(failing)),
            predicate=data,
            failing=len(failing),
            covered=found.covered,
            judged=len(failing) + len(held),
        )

    def _found(self, failing: Collection[int], held: Collection[int], about: Collection[str]) -> Found | None:
        return search([*map(self._of, sorted(failing))], [*map(self._of, sorted(held))], about)

    def _of(self, index: int) -> list[Situation]:
        if index not in self._known:
            self._known[index] = self._features.of(self._suite.cases[index].case)
        return self._known[index]

    def _of_bad_arguments(self, failing: Collection[int], held: Collection[int]) -> Condition | None:
        """The items of the lesson's list under which the bad arguments fall that are taken.

        They are the same in every suite, so no chance has to be ruled out.
        """
        judged = len(failing) + len(held)
        if not held:
            text = "for all bad arguments that the lesson lists"
            return Condition(text=text, predicate=predicate(()), failing=judged, covered=judged, judged=judged)
        listed = {index: self._suite.cases[index].case.get("listed", "") for index in (*failing, *held)}
        items = sorted({listed[index] for index in failing})
        covered = sum(item in items for item in listed.values())
        if "" in items or len(items) > _ITEMS or covered == judged or len(failing) < PRECISION * covered:
            return None
        named = " and as ".join(f"“{item}”" for item in items)
        return Condition(
            text=f"only for what the lesson lists as {named}",
            predicate=either([predicate([Atom("case", "", "listed", item)]) for item in items]),
            failing=len(failing),
            covered=covered,
            judged=judged,
        )

    def _always(self, criterion: str, failing: Collection[int]) -> Condition | None:
        """The condition of an answer that is never right, on enough different cases."""
        if len({frozenset(self._of(index)) for index in failing}) < _EVERY:
            return None
        count = len(failing)
        is_most = count >= 2 / 3 * self._suite.planned.get(criterion, 0)
        text = "whatever the input" if is_most else "in every case that could be judged"
        return Condition(text=text, predicate=predicate(()), failing=count, covered=count, judged=count)

    def _is_said(self, found: Found, judged: Collection[int], families: Collection[str]) -> bool:
        """Whether the report says as much without it: by the families, or because a message names the very thing."""
        if any(atom.test == "by position" for atom in found.atoms):
            return True
        covered = {index for index in judged if meets(predicate(found.atoms), self._of(index))}
        inside = {index for index in judged if any(name in families for name in self._suite.cases[index].families)}
        return bool(families) and covered == inside


def with_condition(item: CriterionReport, board: Board, conditions: Conditions) -> CriterionReport:
    """The report of a criterion with its condition, where it failed and has one.

    Args:
        item: The report.
        board: What the answer did.
        conditions: Of the part.
    """
    # What was given up was not run to its end, and failed for want of time.
    if item.verdict in (Verdict.ACCEPTED, Verdict.SKIPPED) or board.given_up is not None:
        return item
    condition = conditions.condition(item.name, *board.cases(item.name), item.families, board.ordinary)
    if condition is None:
        return item
    # It says more than the families do.
    return replace(item, condition=condition, message=item.message.removeprefix(in_families(item.families, "")))


def _nearly_always(count: int, judged: int) -> Condition | None:
    """The condition of an answer that is hardly ever right, though nothing says when."""
    if judged < _MOST or count < PRECISION * judged:
        return None
    text = "in nearly every case"
    return Condition(text=text, predicate=predicate(()), failing=count, covered=judged, judged=judged)


def features_of(part: Part, source: str) -> Features:
    """What can be said of a part's cases.

    Args:
        part: The part.
        source: Python text with its signature.
    """
    grows = " ".join(item.along for item in part.growth)
    return Features(part.symbol, source, spatial=any(word in grows for word in ("height", "width", "image")))
