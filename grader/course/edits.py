"""Known-wrong answers as edits of the reference: where an edit belongs, and what it looks like."""

import ast
import difflib
from collections.abc import Mapping

from grader.model import CourseError
from grader.model.source import definition, span


def edited(source: str, part: str, edits: Mapping[str, str]) -> str:
    """The reference with the edits made.

    Args:
        source: The reference answer, as text.
        part: The symbol that the edited reference answers for.
        edits: New text by old text. Each old text is looked for in the part's own definition, then in the whole file.

    Raises:
        CourseError: where an old text is not found exactly once, where edits overlap, or where what comes out is not
            Python.
    """
    text, end = "", 0
    # All positions are those of the unedited text, so that no edit can hide or create the position of another.
    for start, old, new in sorted((_place(source, part, old, new), old, new) for old, new in edits.items()):
        if start < end:
            raise CourseError("Two edits overlap; the second is this:", as_diff(old, new))
        text, end = text + source[end:start] + new, start + len(old)
    text += source[end:]
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise CourseError(
            f"The edited reference is not Python: {error.msg} (line {error.lineno}).", as_diff(source, text)
        ) from None
    return text


def as_diff(before: str, after: str) -> str:
    """What an edit changes, as the lines of a unified diff without its header."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return "\n".join(list(lines)[2:])


def _place(text: str, part: str, old: str, new: str) -> int:
    first, last = _span(text, part)
    if old not in text[first:last]:
        first, last = 0, len(text)
    count = text.count(old, first, last)
    if count != 1:
        times = "nowhere" if not count else f"{count} times"
        raise CourseError(f"This edit must fit exactly one place; its old text is found {times}:", as_diff(old, new))
    return text.index(old, first, last)


def _span(text: str, part: str) -> tuple[int, int]:
    """Where the part's own definition begins and ends; nothing where it has none."""
    node = definition(text, part)
    if node is None:
        return 0, 0
    lines = span(text, node)
    # With the end of its last line, which an edit may name too.
    return lines.start, lines.stop + 1
