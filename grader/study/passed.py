"""What is said when parts pass: what that has taught, what is complete now, how far one is, and what is next."""

from collections.abc import Iterator, Sequence

from grader.kit.outline import Lesson
from grader.model.language import translated
from grader.study.session import ALL_PASSED, Session, cost, where


def lines(session: Session, lesson: Lesson, symbols: Sequence[str]) -> Iterator[str]:
    """What parts of one exercise that have just passed for the first time have taught, and what they complete."""
    for symbol in symbols:
        if said := lesson.leg.taught.get(symbol):
            name = f" ({symbol})" if len(symbols) > 1 else ""
            yield translated(f"Learned{name}: {said[:1].upper()}{said[1:].rstrip('.')}.", lesson.slug)
    if not symbols or not all(session.is_passed(lesson, symbol) for symbol in lesson.symbols):
        return
    yield translated(f"{lesson.slug} is complete.")
    here = [part for part in session.outline.parts if part[0].assignment == lesson.assignment]
    if not all(session.is_passed(*part) for part in here):
        return
    capstone = session.outline.capstone(lesson.assignment)
    if capstone is None:
        yield translated(f"So is all of {lesson.assignment}.")
    else:
        yield translated(
            f"So is all of {lesson.assignment}: in {lesson.assignment}/{capstone.name} a small net made of your own "
            f"answers learns. Open it with: jupyter lab {lesson.assignment}/{capstone.name}"
        )


def next_line(session: Session, after: tuple[Lesson, str]) -> str:
    """What to do next."""
    todo = session.next(after, finish=True)
    if todo is None:
        return translated(ALL_PASSED)
    lesson, _ = todo
    return translated(f"Next: {where(todo)}{cost(lesson) if lesson != after[0] else ''}")
