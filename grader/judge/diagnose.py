"""Name the misconception whose behaviour an answer shows, on all kinds of cases: one for a part, or two, or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.judge.shown import Shown
from grader.judge.two_mistakes import diagnosis_of, two_of
from grader.model import CriterionReport, Diagnosis, Verdict
from grader.spec import Misconception

_AGREEING = 0.8
"""Fraction of the cases on which it must agree, of those on which the answer or the misconception is wrong."""
_AGREEING_ROUNDED = 0.75
"""The same in float32: whether a case just fails or just holds is chance."""
_AT_LEAST = 2
"""Cases on which it must agree, where there are as many."""


@dataclass(frozen=True, slots=True)
class Named:
    """A misconception that an answer behaves like."""

    misconception: Misconception
    agreeing: int
    """Cases on which both are wrong in the same way."""
    others: int
    """Cases on which one of them is wrong, and the other right or wrong in another way."""


def likenesses(misconceptions: Sequence[Misconception], shown: Shown, criterion: str) -> list[Named]:
    """The misconceptions of a criterion's kind that an answer behaves like, the likest first.

    Agreement goes both ways: where a misconception is wrong and the answer right, they are not alike either.

    Args:
        misconceptions: Those of the part.
        shown: What the answer did.
        criterion: A criterion that it failed.
    """
    separate = criterion if criterion in shown.separate else ""
    left = {
        item.name: item
        for item in misconceptions
        if (item.criterion if item.criterion in shown.separate else "") == separate
    }
    agreeing, others = dict.fromkeys(left, 0), dict.fromkeys(left, 0)
    share = _AGREEING_ROUNDED if criterion == "numerics" else _AGREEING
    indices = list(shown.judged(criterion))
    failing = sum(map(shown.fails, indices))
    allowed = max(failing, 1) * (1 / share - 1)
    for index in indices:
        marks, fails = shown.suite.cases[index].misconceptions, shown.fails(index)
        looked_at = [name for name in left if name in marks or (fails and shown.is_known(name, index))]
        if not looked_at:
            continue
        most = max((len(marks[name].components) for name in looked_at if name in marks), default=0)
        mine = shown.behaviour(index, 1 + most)
        for name in looked_at:
            mark = marks.get(name)
            if mark is None and shown.is_like_the_oracle(index):
                # A difference that is smaller than what fingerprints keep says neither yes nor no.
                continue
            same = mark is not None and mine is not None and mark.matches(mine)
            agreeing[name] += same
            others[name] += not same
            if others[name] > allowed:
                del left[name]
        if not left:
            return []
    found = [Named(left[name], agreeing[name], others[name]) for name in left]
    found = [item for item in found if _is_alike(item, failing, share)]
    return sorted(found, key=lambda item: (-item.agreeing / (item.agreeing + item.others), -item.agreeing))


def _is_alike(item: Named, failing: int, share: float) -> bool:
    together = item.agreeing + item.others
    return item.agreeing >= min(_AT_LEAST, max(failing, 1)) and item.agreeing >= share * together


def chosen(alike: Sequence[Named], criterion: str) -> Misconception | None:
    """The one to name, of those that an answer behaves like: of equals the only one that is about the criterion.

    Args:
        alike: The misconceptions, the likest first.
        criterion: The first criterion that the answer failed of those they may be about.
    """
    if not alike:
        return None
    first = alike[0].agreeing, alike[0].others
    best = [item.misconception for item in alike if (item.agreeing, item.others) == first]
    about = [item for item in best if item.criterion == criterion]
    if len(best) == 1 or len({item.hint for item in best}) == 1:
        return (about or best)[0]
    return about[0] if len({item.hint for item in about}) == 1 else None


def diagnosed(
    misconceptions: Sequence[Misconception], shown: Shown, reports: Sequence[CriterionReport]
) -> tuple[str, Diagnosis] | None:
    """The misconception that an answer shows, and the criterion whose report is to say so; None where it shows none.

    What fails in the cases that most criteria share must be explained whole; a separate criterion is looked at where
    nothing else fails before it.

    Args:
        misconceptions: Those of the exercise.
        shown: What the answer did.
        reports: The rubric's lines, in order.
    """
    own = [item for item in misconceptions if item.part == shown.part.symbol]
    failed = [item.name for item in reports if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]
    failed = [name for name in failed if name != "own_work"]
    shared = [name for name in failed if name not in shown.separate]
    for criterion in shared[:1] or failed:
        alike = likenesses(own, shown, criterion)
        item = chosen(alike, criterion)
        if item is not None:
            told = item.criterion if item.criterion in failed else criterion
            return told, Diagnosis(misconception=item.name, hint=item.hint)
        two = two_of(own, shown, criterion) if not alike and criterion in shared else None
        if two is not None:
            return criterion, diagnosis_of(*two)
    return None


def with_diagnosis(item: CriterionReport, named: tuple[str, Diagnosis] | None) -> CriterionReport:
    """The report of a criterion, with the part's misconception where this one is to say it."""
    return replace(item, diagnosis=named[1]) if named is not None and named[0] == item.name else item
