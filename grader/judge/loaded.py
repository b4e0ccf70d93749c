"""What came of loading an answer, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.answer.load import Answer
from grader.answer.places import named_place, place
from grader.host.session import Stopped
from grader.model import CriterionReport, Verdict, line_in_words

_HELPLESS = ("NameError", "AttributeError", "ModuleNotFoundError", "not available when graded")
"""Exceptions of an answer that may come of what was not loaded."""
_NOT_AVAILABLE = re.compile(r"([\w.]+) is not available when graded")
"""What `grader.worker.loading.Missing` says where it is used."""
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class NotDefined:
    """A part that is not defined after the file has run."""

    message: str
    """The message about it, which ends with the line."""
    line: int | None
    """The line at which the file stops, where an exception stopped it."""


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """A statement of an answer that failed while it was loaded."""

    what: str
    """What went wrong with it."""
    sentence: str
    """The same as a sentence."""
    where: str
    """Its place in words: ``cell 2, line 1``; empty where that is not known."""
    line: int | None
    """Its line in the file or in the cell."""
    cell: int | None = None
    """Its cell."""

    def is_before(self, other: "LoadFailure | None") -> bool:
        """Whether this stands in an earlier cell."""
        return other is None or (self.cell or 0) < (other.cell or 0)


@dataclass(frozen=True, slots=True)
class LoadStop:
    """A statement that ended the worker when it was loaded: it will for every part that loads it."""

    stopped: Stopped
    statement: str
    """The text of its first line."""

    def holds_for(self, sliced: Answer) -> bool:
        """Whether a part of the same answer loads that statement, too."""
        return bool(self.statement) and _line(sliced, self.stopped.step) == self.statement


def stopped_at(sliced: Answer, stopped: Stopped) -> LoadStop:
    """How loading what of an answer is loaded ended."""
    return LoadStop(stopped, _line(sliced, stopped.step))


def _line(sliced: Answer, line: int) -> str:
    """A line of what is loaded, by its number in the whole answer."""
    for cell in sliced.cells:
        lines = cell.source.split("\n")
        if cell.line <= line < cell.line + len(lines):
            return lines[line - cell.line]
    return ""


def stop_in_words(answer: Answer, stopped: Stopped) -> str:
    """The message about a worker that ended while an answer was loaded, with the statement that it had begun."""
    line = stopped.step if 0 < stopped.step <= len(answer.lines) else None
    return f"While the file was loaded: {stopped.message}{named_place(answer, line)}"


def first_failure(answer: Answer, errors: Sequence[Mapping[str, Any]], said: str = "") -> LoadFailure | None:
    """The first statement that failed; None where all went well.

    Args:
        answer: The answer.
        errors: What the worker says failed: the ``type``, ``message`` and ``line`` of each.
        said: A message about what came of it: the import that it speaks of goes before the others.
    """
    if not errors:
        return None
    lines = answer.lines
    roots = {path.strip(".").partition(".")[0] for path in _NOT_AVAILABLE.findall(said)}
    meant = (error for error in errors if roots & set(_WORDS.findall(_import(lines, error["line"]))))
    error = next(meant, errors[0])
    kind, message, line = error["type"], error["message"], error["line"] or None
    source = _import(lines, line)
    what = f"{kind}: {message}"
    sentence = f"The file stops with {what}"
    if source and (kind == "ModuleNotFoundError" or "relative import" in message):
        what = f"`{source[:200]}`: not available when graded (PyTorch, NumPy and Python's own modules are)"
        sentence = what
    if not line:
        return LoadFailure(what, sentence, "", None)
    cell, own = place(answer, line)
    return LoadFailure(what, sentence, line_in_words(own, cell), own, cell)


def not_python(broken: tuple[str, int, int]) -> LoadFailure:
    """A cell that is not Python, of which only some was loaded.

    Args:
        broken: What is wrong with it, its line and its cell or 0.
    """
    message, line, cell = broken
    what = f"this is not Python: {message}"
    return LoadFailure(
        what, f"Not all of it is Python: {message}", line_in_words(line, cell or None), line, cell or None
    )


def _import(lines: Sequence[str], line: int | None) -> str:
    """The import on a line; empty where there is none."""
    source = lines[line - 1].strip() if line and 0 < line <= len(lines) else ""
    return source if source.startswith(("import ", "from ")) else ""


def not_defined(answer: Answer, symbol: str, failed: LoadFailure | None) -> NotDefined:
    """The finding about a part that is not there, with what failed before."""
    if failed is None:
        return NotDefined(f"{symbol} is not there once the file has run.", None)
    where = f" ({failed.where})" if failed.where else ""
    return NotDefined(f"{symbol} is not there once the file has run. {failed.sentence}{where}", failed.line)


def after(failed: LoadFailure | None, item: CriterionReport) -> CriterionReport:
    """A criterion's report that first says what failed while the answer was loaded, where that may be why."""
    if failed is None or item.verdict is not Verdict.RAISED or not any(word in item.message for word in _HELPLESS):
        return item
    where = f"{failed.where}: " if failed.where else ""
    return replace(item, message=f"{where}{failed.what}. {item.message}")
