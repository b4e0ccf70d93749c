"""A list of all parts to pick from, a window of it at a time."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from grader.model import Verdict
from grader.model.language import translated
from grader.model.words import LOOKS
from grader.study.session import Part, Session

KEYS = "up, down or j, k   Enter picks   n next unsolved   q back"
_AROUND = 3
"""Lines that are not for parts: the keys, and room for the cursor."""


class Picker:
    """Where one is in the list."""

    def __init__(self, session: Session, at: Part | None) -> None:
        self._session = session
        self.parts: Sequence[Part] = session.outline.parts
        self._at = self.parts.index(at) if at in self.parts else 0

    @property
    def part(self) -> Part:
        """The part that the cursor is on."""
        return self.parts[self._at]

    def move(self, by: int) -> None:
        """Move the cursor, as far as there are parts."""
        self._at = min(max(self._at + by, 0), len(self.parts) - 1)

    def next_unsolved(self) -> None:
        """Move to the next part that is not passed, coming round to the first."""
        todo = self._session.next(self.part)
        self._at = self.parts.index(todo) if todo is not None else self._at

    def show(self, console: Console) -> None:
        """Draw what fits on the screen, with the cursor in the middle where there is more."""
        rows = list(self._rows(console.options.ascii_only))
        here = next(index for index, (part, _) in enumerate(rows) if part == self._at)
        height = max(console.height - _AROUND, 3)
        first = min(max(here - height // 2, 0), max(len(rows) - height, 0))
        console.clear()
        console.print(Text(translated(KEYS), "dim"), no_wrap=True, overflow="ellipsis")
        for _, row in rows[first : first + height]:
            console.print(row, no_wrap=True, overflow="ellipsis", crop=True)

    def _rows(self, ascii_only: bool) -> Iterator[tuple[int, Text]]:
        """The lines: a heading for each exercise, with -1, and its parts, each with its place."""
        heading = None
        for index, (lesson, symbol) in enumerate(self.parts):
            if lesson.slug != heading:
                heading = lesson.slug
                cost = translated(f"  {lesson.leg}", kind="leg") if str(lesson.leg) else ""
                yield -1, Text.assemble((lesson.slug, "bold"), (cost, "dim"))
            look = LOOKS[Verdict.ACCEPTED if self._session.is_passed(lesson, symbol) else Verdict.NOT_ATTEMPTED]
            mark = look.ascii if ascii_only else look.symbol
            pointer = ">" if index == self._at else " "
            yield index, Text(f"{pointer} {mark} {symbol}", style="reverse" if index == self._at else look.style)
