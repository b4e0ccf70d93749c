"""The Python in a notebook: its code cells, with what only IPython understands taken out."""

import ast
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

_TRANSPARENT = (["time"], ["timeit"], ["capture"], ["prun"], ["memit"])
"""Cell magics below which the cell's own Python still runs in the notebook."""

_MAGIC = re.compile(r"\s*+(?:%{1,2}[\w.]|!|\?{1,2}[\w.*]|[\w.*]++\?{1,2}\s*+$)")
_ASSIGNED_MAGIC = re.compile(r"(\s*+\w[\w., ]*=\s*+)(?:%\w|!).*")
_TOKENS = re.compile(r"""(?P<triple>'{3}|"{3})|(?P<quote>['"])|(?P<comment>\#)|(?P<open>[(\[{])|(?P<close>[)\]}])""")


class NotANotebook(Exception):
    """The bytes are not a notebook; the message completes a sentence that begins with the file's name."""


def code_cells(data: bytes) -> Iterator[tuple[int, str]]:
    """The code cells of a notebook, each with its number from 1, as Python with the same count of lines.

    Takes notebooks of format 3 and 4, and tolerates what is missing or odd in them.

    Raises:
        NotANotebook: where there are no cells to be found.
    """
    number = 0
    for kind, source, _ in every_cell(data):
        if kind != "code":
            continue
        number += 1
        source = plain_python(source)
        if source.strip():
            yield number, source


def every_cell(data: bytes) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The cells of a notebook as they are: type, text and metadata.

    Raises:
        NotANotebook: where there are no cells to be found.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = json.loads(data)
    except (ValueError, RecursionError):
        raise NotANotebook("is not a notebook: its JSON is broken") from None
    for cell in _cells(notebook):
        if isinstance(cell, dict):
            metadata = cell.get("metadata")
            yield (
                str(cell.get("cell_type")),
                _text(cell.get("source", cell.get("input"))),
                metadata if isinstance(metadata, dict) else {},
            )


def _cells(notebook: Any) -> list[Any]:
    if isinstance(notebook, dict):
        if isinstance(notebook.get("cells"), list):
            return list(notebook["cells"])
        if isinstance(notebook.get("worksheets"), list):
            sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
            return [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    raise NotANotebook("is not a notebook: it has no cells")


def _text(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""


def plain_python(source: str) -> str:
    """Take magics, shell commands and help out of a cell, line for line.

    A cell that is Python already is left alone, and so is what is wrong with one that is not.
    """
    first = next((line for line in source.split("\n") if line.strip()), "")
    if first.lstrip().startswith("%%"):
        if first.lstrip()[2:].split(maxsplit=1)[:1] not in _TRANSPARENT:
            return ""
        source = source.replace(first, "", 1)
    if _parses(source):
        return source
    without = "\n".join(_without_magics(source.split("\n")))
    if not _parses(without) and (indent := re.match(r"\n*([ \t]+)", without)):
        dedented = re.sub(rf"^{indent.group(1)}", "", without, flags=re.MULTILINE)
        if _parses(dedented):
            return dedented
    return without


def plain_file(source: str) -> str:
    """Take magics and shell commands out of a file that was exported from a notebook, line for line.

    A file that is Python already is left alone, and so is what is wrong with one that is not.
    """
    return source if _parses(source) else "\n".join(_without_magics(source.split("\n")))


def _parses(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _without_magics(lines: list[str]) -> Iterator[str]:
    quote, depth, continued, in_magic = "", 0, False, False
    for line in lines:
        if in_magic or (not quote and not depth and not continued and _MAGIC.match(line)):
            indent = line[: len(line) - len(line.lstrip())]
            yield "" if in_magic else indent + "pass"
            in_magic = line.endswith("\\")
            continue
        if not quote and not depth and not continued and (assigned := _ASSIGNED_MAGIC.match(line)):
            yield assigned.group(1) + "None"
            in_magic = line.endswith("\\")
            continue
        quote, depth = open_after(line, quote, depth)
        continued = line.endswith("\\") and not quote
        yield line


def open_after(line: str, quote: str, depth: int) -> tuple[str, int]:
    """The triple quote that is open, and how many brackets are, once a line has been read."""
    position = 0
    while position < len(line):
        if quote:
            end = re.compile(r"(?:[^\\]|\\.)*?" + quote).match(line, position)
            if not end:
                return quote if len(quote) == 3 else "", depth
            quote, position = "", end.end()
            continue
        token = _TOKENS.search(line, position)
        if not token or token["comment"]:
            break
        quote = token["triple"] or token["quote"] or ""
        depth = max(0, depth + bool(token["open"]) - bool(token["close"]))
        position = token.end()
    return quote if len(quote) == 3 else "", depth
