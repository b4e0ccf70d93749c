"""Where one is while `course watch` runs, and what it has found; nothing is shown here."""

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.kit.outline import Lesson
from grader.model import CourseError, PartReport, Verdict
from grader.study.session import GivenHint, Part, Session
from grader.study.solution import solution
from grader.study.workspace import Stamps, reset


@dataclass(frozen=True, slots=True)
class Saved:
    """An answer that changed."""

    lesson: Lesson
    path: Path
    symbols: Sequence[str] = ()
    """The parts that have been begun in it."""
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    lesson: Lesson
    reports: Sequence[PartReport]
    first: PartReport | None
    """The part to mend first; None where all are accepted."""
    is_done: bool
    """Whether what was asked for has passed now, so that the learner is at another part."""
    fresh: Sequence[str] = ()
    """The parts that have passed for the first time."""


class State:
    """Where one is."""

    def __init__(self, session: Session, stamps: Stamps) -> None:
        self.session = session
        self.now: Part | None = self._left_off(stamps) or session.next()
        self._seen: dict[Path, str] = {}
        """Digest of each answer when it was last checked: where an editor saves nothing new, nothing is checked."""
        self._saved_in: dict[str, str] = {}
        """The suffix of the file that was saved last, of each exercise that has been."""
        self._gone: set[str] = set()
        """Exercises whose files were missed already: some systems report one removal twice."""
        self._reports: dict[Part, PartReport] = {}
        self._asked: tuple[object, Part | None] | None = None
        self._passed: Part | None = None
        """The part that has just passed, while nothing else has been done."""

    def _left_off(self, stamps: Stamps) -> Part | None:
        """The part that was being written when its file was saved last; None where none is begun and not passed."""
        session = self.session

        def saved(lesson: Lesson) -> int:
            return max((stamps.get(path, 0) for path in session.workspace.answers(lesson)), default=0)

        for lesson in sorted(session.outline.lessons, key=saved, reverse=True):
            for symbol in session.attempted(lesson):
                if not session.is_passed(lesson, symbol):
                    return lesson, symbol
        return None

    def look(self, path: Path) -> Saved | None:
        """What is new about a file; None where it is not an answer, or nothing is new."""
        lesson = self.session.lesson_of(path)
        if lesson is None:
            return None
        try:
            digest = _digest(path)
        except OSError:
            # Deleted, or between the two halves of a save: if it comes back, so does an event.
            self._seen.pop(path, None)
            return self._missed(lesson, path)
        self._gone.discard(lesson.slug)
        if digest in ("", self._seen.get(path)):
            return None
        self._seen[path] = digest
        symbols = self.session.attempted(lesson, path)
        if symbols:
            self._saved_in[lesson.slug] = path.suffix
        # What was found of the last content says nothing of this one.
        self._reports = {part: report for part, report in self._reports.items() if part[0] != lesson}
        return Saved(lesson, path, symbols)

    def file(self, lesson: Lesson) -> str:
        """The file in which an exercise is written, as far as is known: ``linear/linear.ipynb``."""
        return f"{lesson.slug}{self._saved_in.get(lesson.slug, '.py')}"

    def is_news(self, path: Path) -> bool:
        """Whether a file is an answer that holds something else than when it was last looked at."""
        if self.session.lesson_of(path) is None:
            return False
        try:
            return _digest(path) not in ("", self._seen.get(path))
        except OSError:
            return False

    def forget(self, path: Path) -> None:
        """Take what a file holds for news again."""
        self._seen.pop(path, None)

    def at(self, path: Path) -> tuple[Part | None, str | None]:
        """What a check of a file is about: where one is, and what the file held when it was last looked at."""
        return self.now, self._seen.get(path)

    def _missed(self, lesson: Lesson, path: Path) -> Saved | None:
        if lesson.slug in self._gone or self.session.workspace.answers(lesson):
            return None
        self._gone.add(lesson.slug)
        return Saved(lesson, path, is_gone=True)

    def check(self, saved: Saved, is_called_off: Callable[[], bool]) -> Checked:
        """Check what was saved, and go on once that has passed.

        Raises:
            CalledOff: once it is.
        """
        lesson = saved.lesson
        before = {symbol for symbol in saved.symbols if self.session.is_passed(lesson, symbol)}
        self._passed = None
        reports = self.session.check(lesson, saved.symbols, is_called_off, saved.path)
        self._saved_in[lesson.slug] = saved.path.suffix
        self._save()
        self._reports |= {(lesson, report.part): report for report in reports}
        failing = [report for report in reports if report.verdict is not Verdict.ACCEPTED]
        passed = [report.part for report in reports if report.verdict is Verdict.ACCEPTED]
        fresh = [symbol for symbol in passed if symbol not in before]
        if failing:
            first = next((report for report in failing if (lesson, report.part) == self.now), failing[0])
            self.now = (lesson, first.part)
            return Checked(lesson, reports, first, is_done=False, fresh=fresh)
        is_done = bool(fresh) or self.now in {(lesson, symbol) for symbol in passed}
        if is_done:
            at = self.now if self.now and self.now[0] == lesson and self.now[1] in passed else None
            self._passed = at or (lesson, (fresh or passed)[-1])
            self.now = self.session.next((lesson, reports[-1].part), finish=True)
        return Checked(lesson, reports, None, is_done, fresh)

    @property
    def is_unchecked(self) -> bool:
        """Whether something is begun where one is, and nothing is known about it: hints go by what a check finds."""
        if self.now is None or self.now in self._reports:
            return False
        lesson, symbol = self.now
        return symbol in self.session.attempted(lesson)

    def hint(self) -> GivenHint | None:
        """The next hint for where one is."""
        if self.now is None:
            return None
        given = self.session.hint(*self.now, self._reports.get(self.now))
        self._save()
        return given

    def go_to(self, part: Part) -> None:
        """Go to a part."""
        self.now, self._passed = part, None

    def asks_again(self, what: object) -> bool:
        """Whether something that is to be confirmed was asked for twice, with nothing else between."""
        is_again, self._asked = self._asked == (what, self.now), (what, self.now)
        return is_again

    def forget_question(self, but: object) -> None:
        """Take what was to be confirmed for withdrawn, but for one thing that may be asked for again."""
        if self._asked is not None and self._asked[0] is not but:
            self._asked = None

    def reset(self) -> Sequence[Path]:
        """Put the part one is at back to its stub, which is no news to check; where what was there is kept."""
        assert self.now is not None
        lesson, symbol = self.now
        kept = reset(self.session.workspace, lesson, [symbol])
        self._reports.pop(self.now, None)
        for path in self.session.workspace.answers(lesson):
            self._seen[path] = _digest(path)
        self._save()
        return [path.relative_to(self.session.workspace.path) for path in kept]

    def turn_to_now(self) -> None:
        """Leave the part that has passed: what comes is about the part one is at."""
        self._passed = None

    @property
    def to_compare(self) -> str:
        """The part that has just passed, and that our answer is shown to first; nothing where this is a kit."""
        return self._passed[1] if self._passed and self.session.reference(self._passed[0]) else ""

    def solution(self) -> str:
        """Our answer to the part that has just passed, else to the one one is at, which is remembered.

        Nothing where this is a kit without solutions.
        """
        part, self._passed = self._passed or self.now, None
        assert part is not None
        shown = solution(self.session, *part)
        self._save()
        return shown

    def go_on(self) -> Part | None:
        """Go to the next part that is not passed."""
        self.now, self._passed = self.session.next(self.now), None
        return self.now

    def assignment(self) -> Sequence[tuple[Part, bool]]:
        """The parts of the assignment one is in, and whether each is passed."""
        if self.now is None:
            return []
        here = self.now[0].assignment
        parts = [part for part in self.session.outline.parts if part[0].assignment == here]
        return [(part, self.session.is_passed(*part)) for part in parts]

    def _save(self) -> None:
        # An error in saving the state is no reason to end.
        with contextlib.suppress(CourseError):
            self.session.workspace.save()


def _digest(path: Path) -> str:
    """What tells one content of a file from another; nothing of an empty file, which is one that is being written."""
    content = path.read_bytes()
    return hashlib.sha256(content).hexdigest() if content else ""
