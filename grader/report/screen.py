"""One part on one screen: the first criterion that fails large, the others small."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rich.cells import set_cell_size
from rich.console import Console, RenderableType
from rich.syntax import Syntax
from rich.text import Text

from grader.model import Counterexample, CriterionReport, PartReport, Verdict, line_in_words
from grader.model.language import phrase, translated
from grader.model.words import LOOKS, Look, clean, is_known_by_text, lead, look, one_line, points, subscript
from grader.report import said
from grader.report.order import failures
from grader.report.plainly import said_plainly, transformed_plainly

_SECTIONS = {
    "errors": ("Bad arguments", "What must raise"),
    "own_work": ("Out of scope",),
    "parameters": ("Parameters", "Names and shapes"),
    "init": ("The first weights", "Parameters", "Names and shapes"),
    "shapes": ("Sizes", "The formula", "The formulas"),
    "interface": ("Names and shapes", "A worked example"),
}
_ANYWHERE = ("Pitfalls", "The formula", "The formulas", "One way to do it", "A worked example")
_NOT_WRITTEN = "not written yet"
_LABEL = 10
"""Columns of a label, of which a wide character takes two."""
_MOST_NAMES = 5
"""Methods to be written that are named at once."""
_TOKEN = re.compile(r"[\[\],]|[^\[\],\s]+")


class Code(Text):
    """Text that is never wrapped, since it is meant to be pasted."""


@dataclass(frozen=True, slots=True)
class AnswerPaths:
    """Where a part's answer and lesson are, as the reader would type it."""

    answer: str = ""
    lesson: str = ""
    text: str = ""
    """The lesson, in Markdown and in English."""
    shown: str = ""
    """The lesson as the reader has it, where that is another text: translated, section by section."""
    hint: str = "course hint"
    """What asks for a hint."""
    unwritten: Sequence[str] = ()
    """The part's methods that are still stubs."""
    waiting: Mapping[str, str] = field(default_factory=dict)
    """The criteria that fail because a stub was called, each with what is to be written first."""

    @property
    def runs(self) -> bool:
        """Whether `course run` runs the example: where one learns at the command line."""
        return bool(self.answer) and self.hint.startswith("course ")


def section_about(failure: CriterionReport, lesson: str, shown: str = "") -> tuple[str, int] | None:
    """The section that helps with a failure (see `section_of`): none is about Python's grammar or a name's spelling."""
    return None if is_known_by_text(failure) else section_of(lesson, failure.name, shown)


def section_of(lesson: str, criterion: str, shown: str = "") -> tuple[str, int] | None:
    """The section of a lesson that is about a criterion, and its line; None where there is none.

    Args:
        lesson: The lesson, in English.
        criterion: The criterion.
        shown: The same lesson as the reader has it, whose section and line are meant, where that is another text.
    """
    headings = _headings(lesson)
    names = [name for name, _ in headings]
    found = next((name for name in (*_SECTIONS.get(criterion, ()), *_ANYWHERE) if name in names), None)
    if found is None:
        return None
    place, theirs = names.index(found), _headings(shown)
    return theirs[place] if len(theirs) == len(headings) else headings[place]


def _headings(lesson: str) -> list[tuple[str, int]]:
    """The sections of a lesson, each with its line; what a block of code holds is none."""
    found, is_code = [], False
    for number, line in enumerate(lesson.splitlines(), 1):
        is_code ^= line.startswith("```")
        if line.startswith("## ") and not is_code:
            found.append((line[3:].strip(), number))
    return found


def first_failure(part: PartReport) -> CriterionReport | None:
    """The criterion to show large (see `grader.report.order`)."""
    return next(iter(failures(part)), None)


def is_only_begun(part: PartReport, where: AnswerPaths) -> bool:
    """Whether nothing is wrong with a part but that more of it has to be written."""
    return bool(where.waiting) and all(item.name in where.waiting for item in failures(part))


def headline(part: PartReport, where: AnswerPaths | None = None, *, ascii_only: bool = False) -> Text:
    """A part's verdict on one line."""
    where = where or AnswerPaths()
    only_begun = is_only_begun(part, where)
    shown = LOOKS[Verdict.NOT_ATTEMPTED] if only_begun else look(part)
    text = Text(f"{shown.ascii if ascii_only else shown.symbol} ", style=shown.style)
    text.append(one_line(part.part), "bold")
    if part.verdict is Verdict.ACCEPTED:
        full = translated(f"all {points(part.max_score)} points on the public cases")
        return text.append(f"  {full}", shown.style)
    text.append(f"  {not_written(where) if only_begun else shown.said}", shown.style)
    if part.score is not None and part.verdict is not Verdict.NOT_ATTEMPTED:
        score = translated(f"{points(part.score)} of {points(part.max_score)} points on the public cases")
        text.append(f"  {score}")
    return text


def render_part(part: PartReport, console: Console, where: AnswerPaths | None = None) -> None:
    """Print what was found for one part.

    Args:
        part: What was found.
        console: Where to; its width and colours are respected.
        where: Where its answer and its lesson are.
    """
    for piece in screen(
        part, where or AnswerPaths(), ascii_only=console.options.ascii_only, plain=not console.is_terminal
    ):
        _print(piece, console)


def _print(piece: RenderableType, console: Console) -> None:
    code = isinstance(piece, Code)
    console.print(
        piece, markup=False, highlight=False, emoji=False, overflow="ignore" if code else "fold", soft_wrap=code
    )


def plain_text(part: PartReport, where: AnswerPaths | None = None, *, width: int = 100, show: str = "") -> str:
    """What `render_part` prints, as plain text; `show` names the criterion to show large."""
    console = Console(width=width, no_color=True, force_terminal=False, highlight=False, legacy_windows=False)
    with console.capture() as capture:
        for piece in screen(part, where or AnswerPaths(), ascii_only=False, plain=True, show=show):
            _print(piece, console)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def screen(
    part: PartReport, where: AnswerPaths, *, ascii_only: bool, plain: bool, show: str = ""
) -> list[RenderableType]:
    """The pieces of a part's screen, from top to bottom."""
    pieces: list[RenderableType] = [headline(part, where, ascii_only=ascii_only)]
    if part.verdict is Verdict.ACCEPTED:
        return pieces
    named = [item for item in part.criteria if item.name == show]
    criterion = named[0] if named else next((item for item in failures(part) if item.name not in where.waiting), None)
    if criterion is None and is_only_begun(part, where):
        first = failures(part)[0]
        return [*pieces, Text(), *_further(part, first, where), Text(), *_others(part, None, where, ascii_only)]
    if part.verdict in (Verdict.NOT_ATTEMPTED, Verdict.JUDGE_ERROR) or criterion is None:
        return [*pieces, _foreign(said.message(part, part))]
    pieces.append(Text())
    if is_known_by_text(criterion):
        # Nothing was judged, so no criterion is to blame.
        return [*pieces, _foreign(said_plainly(part, criterion)), Text(), *_further(part, criterion, where)]
    pieces.append(Text.assemble((f"{criterion.name}: ", "bold red"), _foreign(said_plainly(part, criterion))))
    if criterion.condition is not None:
        pieces.append(_foreign(said.condition(part, criterion)))
    if criterion.name == "own_work":
        shown = [use for use in part.off_limits[:5] if use.source and use.line]
        pieces += [
            Text(f"  {translated(line_in_words(use.line or 0, use.cell))}: {one_line(use.source)}") for use in shown
        ]
    if criterion.counterexample is not None:
        pieces += _example(criterion.counterexample, part, where, plain)
    if criterion.transformation:
        pieces += [Text(), _foreign(transformed_plainly(part, criterion))]
    if criterion.diagnosis is not None:
        # Its name only: what to do about it is for the second hint to say.
        name = said.mistake(part, criterion.diagnosis)
        pieces += [Text(), Text.assemble(lead("This looks like a known mistake:"), (name, "bold"), translated("."))]
    # What is wrong, when, the example and what to do next fit on a terminal's first screen; the rest can wait.
    return [*pieces, Text(), *_further(part, criterion, where), Text(), *_others(part, criterion, where, ascii_only)]


def _others(part: PartReport, shown: CriterionReport | None, where: AnswerPaths, ascii_only: bool) -> Iterator[Text]:
    """The criteria by verdict, a line for each; what waits to be written has none yet.

    Where several failed, the one that is shown large stands first and by itself, so that nobody looks above for what
    is wrong with the others.
    """
    is_one_of_several = shown is not None and sum(item.name not in where.waiting for item in failures(part)) > 1
    groups: dict[tuple[bool, Look], list[str]] = {}
    for item in part.criteria:
        waits = item.name in where.waiting
        of = replace(LOOKS[Verdict.NOT_ATTEMPTED], word=_NOT_WRITTEN) if waits else look(item)
        groups.setdefault((is_one_of_several and item is shown, of), []).append(item.name)
    for (is_told, of), names in sorted(groups.items(), key=lambda group: not group[0][0]):
        text = Text.assemble((f"  {of.ascii if ascii_only else of.symbol} ", of.style))
        listed = ", ".join(names)
        is_shown = shown is not None and shown.name in names
        told = phrase("{0} ({1}; see above)", listed, of.word) if is_told else phrase("{0} ({1})", listed, of.word)
        yield text.append(listed if of == LOOKS[Verdict.ACCEPTED] else told, "" if is_shown else "dim")


def not_written(where: AnswerPaths) -> str:
    """``not written yet: children, apply``, what the criteria wait for, then what else is a stub."""
    names = [*dict.fromkeys([*where.waiting.values(), *where.unwritten])]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return translated(f"{_NOT_WRITTEN}: {', '.join(names[:_MOST_NAMES])}{more}")


def _example(example: Counterexample, part: PartReport, where: AnswerPaths, plain: bool) -> list[RenderableType]:
    pieces: list[RenderableType] = []
    if example.snippet:
        typed = f", or: course run {part.part}" if where.runs else ":"
        pieces += [Text(), Text(translated(f"To see it, run this beside your answer{typed}"), "dim")]
        pieces.append(_code(example.snippet, plain))
    expected, got = highlighted(clean(example.expected), clean(example.got), example.index)
    rows = [("expected", expected, "green"), ("got", got, "red")] if example.shows_values else []
    rows = [(label, said.value(text), style) for label, text, style in rows]
    lines = [_row(label, text, style) for label, text, style in rows if text]
    if example.difference is not None and example.index and "▸" not in expected and not expected.startswith("["):
        lines.append(
            _row("largest", translated(f"{example.difference:.3g} at {subscript(example.index)}", kind="amount"))
        )
    if example.line:
        path = where.answer or part.exercise + ".py"
        at = f"{path}:{example.line}"
        if example.cell is not None:
            at = f"{path.removesuffix('.py').removesuffix('.ipynb')}.ipynb, "
            at += translated(line_in_words(example.line, example.cell))
        lines.append(_row("your line", f"{at}  {one_line(example.source)}"))
    return [*pieces, *([Text()] if lines else []), *lines]


def _row(label: str, text: str, style: str = "") -> Text:
    return Text.assemble((_label(label), "bold"), (text, style))


def _label(label: str) -> str:
    """A label in the reader's language, as wide as all of them."""
    return set_cell_size(said.label(label), _LABEL)


def _code(snippet: str, plain: bool) -> Code:
    text = clean(snippet).strip("\n")
    if plain:
        return Code(text)
    coloured = Syntax("", "python", theme="ansi_dark", background_color="default").highlight(text)
    coloured.rstrip()
    return Code(coloured.plain, spans=coloured.spans)


def highlighted(expected: str, got: str, index: Sequence[int] | None = None) -> tuple[str, str]:
    """Two values as text, the element that differs put between ▸ and ◂ where both are lists of one form.

    Args:
        expected: The one.
        got: The other.
        index: The element that differs most; without it the first is marked that is not the same.
    """
    begin = _begin(expected, index)
    if begin is None or begin != _begin(got, index):
        return expected, got
    ours, theirs = _elements(expected[begin:]), _elements(got[begin:])
    if ours.keys() != theirs.keys() or len(ours) < 2:
        return expected, got
    marked = _shown_at(expected[:begin], index)
    if marked not in ours:
        marked = next((where for where in ours if ours[where][0] != theirs[where][0]), None)
    if marked is None:
        return expected, got
    return _highlight(expected, ours[marked], begin), _highlight(got, theirs[marked], begin)


_PART = re.compile(r"tensor of shape \([\d, ]*\), from \[([\d, ]+)\] on (?=\[)")
"""What stands before the elements that are shown of a large tensor: where the first of them is."""


def _begin(text: str, index: Sequence[int] | None) -> int | None:
    """Where the elements begin; None where there are none, or where none of them is the one."""
    if text.startswith("["):
        return 0
    part = _PART.match(text)
    return part.end() if part and index is not None else None


def _shown_at(before: str, index: Sequence[int] | None) -> tuple[int, ...] | None:
    """The index, counted from the first element that is shown."""
    part = _PART.match(before + "[")
    if index is None or part is None:
        return None if index is None else tuple(index)
    return (index[-1] - int(part[1].rpartition(",")[2]),)


def _elements(text: str) -> dict[tuple[int, ...], re.Match[str]]:
    """The elements of nested lists, written as Python does, each by its index."""
    found: dict[tuple[int, ...], re.Match[str]] = {}
    place: list[int] = []
    for token in _TOKEN.finditer(text):
        if token[0] == "[":
            place.append(0)
        elif token[0] == "]":
            place = place[:-1]
        elif token[0] == ",":
            place = [*place[:-1], place[-1] + 1] if place else place
        else:
            found[tuple(place)] = token
    return found


def _highlight(text: str, token: re.Match[str], begin: int) -> str:
    start, end = begin + token.start(), begin + token.end()
    return f"{text[:start]}▸{text[start:end]}◂{text[end:]}"


def _further(part: PartReport, criterion: CriterionReport, where: AnswerPaths) -> Sequence[Text]:
    """Where to read on."""
    lines = []
    section = section_about(criterion, where.text, where.shown)
    if where.lesson and section is not None:
        lines.append(_row("lesson", f"{where.lesson}:{section[1]}  ({section[0]})"))
    lines.append(_row("stuck?", f"{where.hint} {part.part}"))
    return lines


def _foreign(message: str) -> Text:
    return Text(clean(message), overflow="fold")
