"""The Python in a notebook: its code cells, with what only IPython understands taken out."""

import ast
import re
import warnings
from collections.abc import Iterator

_TRANSPARENT = (["time"], ["timeit"], ["capture"], ["prun"], ["memit"])
"""Cell magics below which the cell's own Python still runs in the notebook."""

_MAGIC = re.compile(r"\s*+(?:%{1,2}[\w.]|!|\?{1,2}[\w.*]|[\w.*]++\?{1,2}\s*+$)")
_ASSIGNED_MAGIC = re.compile(r"(\s*+\w[\w., ]*=\s*+)(?:%\w|!).*")
_TOKENS = re.compile(r"""(?P<triple>'{3}|"{3})|(?P<quote>['"])|(?P<comment>\#)|(?P<open>[(\[{])|(?P<close>[)\]}])""")


def plain_python(source: str) -> str:
    """Take magics, shell commands and help out of a cell, line for line.

    A cell that is Python already is left alone, and so is what is wrong with one that is not.
    """
    if not runs_as_python(source):
        return ""
    first = _first_line(source)
    if first.lstrip().startswith("%%"):
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


def runs_as_python(source: str) -> bool:
    """Whether a cell's text is run as Python in the notebook, rather than given to a magic such as ``%%html``."""
    first = _first_line(source).lstrip()
    return not first.startswith("%%") or first[2:].split(maxsplit=1)[:1] in _TRANSPARENT


def _first_line(source: str) -> str:
    return next((line for line in source.split("\n") if line.strip()), "")


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
