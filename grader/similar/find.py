"""Find the answers of a class that are alike, and what is unusual about what they have in common."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.answer.text import Answer, Cell
from grader.kit.outline import Lesson
from grader.model.likeness import CommonForm, Excerpt, Kind, Likeness, Match, Pair, SharedAnswer
from grader.similar.forms import Piece, pieces
from grader.similar.read import Class, Handed
from grader.similar.weigh import Matrix, compared, weights

_MATCHES = 6
"""Excerpts of an answer that are shown of a pair, the most unusual."""
_FORMS = 2
"""Common forms that are told of an exercise."""
_SMALLEST = 3
"""Answers that make a form a common one."""


@dataclass(frozen=True, slots=True)
class _Exercise:
    """The answers to an exercise, compared."""

    lesson: Lesson
    handed: Sequence[Handed]
    unusual: Matrix
    """What each two have in common, where it is within the bounds, else 0."""
    alike: Matrix
    weight: Mapping[int, float]
    forms: Sequence[int]
    """The same for answers of one form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """Which pairs are told of."""

    unusual: float = 10.0
    """How much unusual code two answers to an exercise must share."""
    alike: float = 0.3
    """What share of the two answers must have the same form, from 0 to 1."""
    pairs: int = 30
    """How many pairs at most, those with the most unusual code in common."""


def likeness(found: Class, bounds: Bounds) -> Likeness:
    """Compare a class.

    Args:
        found: Its answers.
        bounds: Which pairs are told of.
    """
    exercises = [_compared(found, lesson, bounds) for lesson in found.lessons]
    total: Matrix = np.zeros((len(found.students), len(found.students)), np.float32)
    for each in exercises:
        rows = [handed.student for handed in each.handed]
        total[np.ix_(rows, rows)] += each.unusual
    ranked = _ranked(total)
    return Likeness(
        students=len(found.students),
        answers=sum(len(each.handed) for each in exercises),
        pairs=[_pair(found, exercises, total, *pair) for pair in ranked[: bounds.pairs]],
        others=max(0, len(ranked) - bounds.pairs),
        forms=[form for each in exercises for form in _common(found, each)],
        notes=found.notes,
    )


def _ranked(total: Matrix) -> list[tuple[int, int]]:
    """The pairs that have something in common, the most first."""
    ones, others = np.nonzero(np.triu(total, 1))
    order = np.argsort(-total[ones, others], kind="stable")
    return [(int(ones[index]), int(others[index])) for index in order]


def _compared(found: Class, lesson: Lesson, bounds: Bounds) -> _Exercise:
    base = _steps(pieces([Cell(lesson.stub)]))
    handed, answers, forms = [], [], []
    for each in found.read(lesson):
        own = _steps(each.pieces) - base
        if own:
            handed.append(each.without_text())
            answers.append(own)
            forms.append(hash(tuple(sorted(tuple(step.form for step in piece.steps) for piece in each.pieces))))
    known = [_steps(pieces([Cell(text)])) for text in found.right_answers(lesson)]
    weight = {form: value for form, value in weights(answers, known).items() if form not in base}
    unusual, alike = compared(answers, weight)
    unusual[(unusual < bounds.unusual) | (alike < bounds.alike)] = 0
    return _Exercise(lesson, handed, unusual, alike, weight, forms)


def _steps(found: Sequence[Piece]) -> set[int]:
    return {step.form for piece in found for step in piece.steps}


def _pair(found: Class, exercises: Sequence[_Exercise], total: Matrix, one: int, other: int) -> Pair:
    answers = [shared for each in exercises if (shared := _shared(found, each, one, other))]
    return Pair(
        students=(found.students[one].name, found.students[other].name),
        unusual=float(total[one, other]),
        answers=sorted(answers, key=lambda shared: -shared.unusual),
    )


def _shared(found: Class, each: _Exercise, one: int, other: int) -> SharedAnswer | None:
    """What two students' answers to an exercise have in common; nothing where that is nothing unusual."""
    rows = {handed.student: row for row, handed in enumerate(each.handed)}
    if one not in rows or other not in rows or each.unusual[rows[one], rows[other]] <= 0:
        return None
    left, right = rows[one], rows[other]
    again = [found.again(each.lesson, student) for student in (one, other)]
    kind = Kind.FORM if each.forms[left] == each.forms[right] else Kind.PARTLY
    return SharedAnswer(
        exercise=each.lesson.slug,
        kind=Kind.TEXT if _text(again[0].answer) == _text(again[1].answer) else kind,
        alike=float(each.alike[left, right]),
        unusual=float(each.unusual[left, right]),
        paths=(again[0].answer.path, again[1].answer.path),
        matches=_matches(again[0].pieces, again[1].pieces, each.weight)[:_MATCHES],
    )


def _text(answer: Answer) -> list[str]:
    return [line.rstrip() for line in answer.lines if line.strip()]


def _matches(left: Sequence[Piece], right: Sequence[Piece], weight: Mapping[int, float]) -> list[Match]:
    """Each piece of one answer beside the piece of the other with which it has most in common."""
    both = _steps(left) & _steps(right)
    common = {form: weight[form] for form in both if weight.get(form, 0) > 0}
    where: dict[int, list[Piece]] = defaultdict(list)
    for piece in right:
        for step in piece.steps:
            if step.form in common and piece not in where[step.form]:
                where[step.form].append(piece)
    made = []
    for piece in left:
        own = {step.form for step in piece.steps} & common.keys()
        candidates = {id(other): other for form in own for other in where[form]}
        worth = {key: _worth(own, other, common) for key, other in candidates.items()}
        if worth:
            best = max(worth, key=lambda key: worth[key])
            made.append(
                Match(
                    excerpts=(_excerpt(piece, common), _excerpt(candidates[best], common)),
                    unusual=worth[best],
                )
            )
    return sorted(made, key=lambda match: -match.unusual)


def _worth(own: set[int], other: Piece, common: Mapping[int, float]) -> float:
    return sum(common[form] for form in own & {step.form for step in other.steps})


def _excerpt(piece: Piece, common: Mapping[int, float]) -> Excerpt:
    marks = [0.0] * len(piece.lines)
    for step in piece.steps:
        for line in range(step.first, step.last + 1):
            at = line - piece.lines.start
            if 0 <= at < len(marks):
                marks[at] = max(marks[at], common.get(step.form, 0.0))
    text = piece.cell.source.split("\n")[piece.lines.start - 1 : piece.lines.stop - 1]
    return Excerpt(
        name=piece.name, cell=piece.cell.index, line=piece.lines.start + piece.cell.line - 1, text=text, marks=marks
    )


def _common(found: Class, each: _Exercise) -> Iterator[CommonForm]:
    """The forms of an exercise that most answers have."""
    holders: dict[int, list[int]] = defaultdict(list)
    for handed, form in zip(each.handed, each.forms, strict=True):
        holders[form].append(handed.student)
    groups = sorted((group for group in holders.values() if len(group) >= _SMALLEST), key=len, reverse=True)
    for group in groups[:_FORMS]:
        names = [found.students[student].name for student in group]
        yield CommonForm(exercise=each.lesson.slug, students=names, answers=len(each.handed))
