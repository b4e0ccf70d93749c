"""What of a notebook's cell that is not Python can be read all the same: whole imports and definitions."""

import ast
import contextlib
import re
import warnings

from grader.answer.cells import open_after
from grader.answer.tree import Function

_BEGINS = re.compile(r"(?:import|from|class|def|async[ \t]+def)\b|@")
_GOES_ON = re.compile(r"[ \t#)\]}]|$")


def recovered(source: str) -> str:
    """The text with everything left out but imports and definitions that are whole, line for line.

    One begins at the margin and ends before the next line at the margin, so what is broken cannot reach into it. Text
    between triple quotes is none.
    """
    lines = source.split("\n")
    kept = [""] * len(lines)
    begun: int | None = None
    quote = ""
    for number, line in enumerate([*lines, "end"]):
        if not quote and not _GOES_ON.match(line):
            if begun is not None and not _is_decorator(lines[begun:number]):
                _keep(lines, kept, range(begun, number))
                begun = None
            if begun is None and _BEGINS.match(line):
                begun = number
        quote, _ = open_after(line, quote, 0)
    return "\n".join(kept)


def _is_decorator(lines: list[str]) -> bool:
    """Whether what is decorated is still to come."""
    return all(line.startswith("@") for line in lines if line and not _GOES_ON.match(line))


def _keep(lines: list[str], kept: list[str], numbers: range) -> None:
    body: list[ast.stmt] = []
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = ast.parse("\n".join(lines[numbers.start : numbers.stop])).body
    if len(body) == 1 and isinstance(body[0], ast.Import | ast.ImportFrom | ast.ClassDef | Function):
        kept[numbers.start : numbers.stop] = lines[numbers.start : numbers.stop]
