"""The bytes of a file as the text of an answer: how much there is, then what it says, cell by cell."""

import hashlib
import io
import re
import tokenize
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.answer.cells import plain_file, plain_python, runs_as_python
from grader.answer.text import MAX_CODE, MAX_NOTEBOOK, Cell, Contents, Unreadable

if TYPE_CHECKING:
    from grader.answer.skimmed import NotebookCell

MAX_CELLS = 10_000
"""Cells that a notebook may have."""
MAX_PROSE = 2**24
"""Characters that the cells of a notebook may have together, those with text too."""

_SLOW_CODECS = ("idna", "punycode")
"""Codecs whose decoding takes time in the square of the length."""
_EXPORTED_MAGIC = re.compile(r"^([ \t]*)get_ipython\(\)\.\w+\(.*\)[ \t]*$", re.MULTILINE)
"""What a notebook's magic becomes in a ``.py`` exported from it."""


def contents(data: bytes | bytearray, *, notebook: bool) -> Contents:
    """The code of a file, or why there is none."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        if not data[:1].strip() and not data.strip():
            return Contents(digest, problem="is empty", missing=True)
        cells = _code_cells(data) if notebook else [Cell(_source(bytes(data)))]
        _check(cells)
    except Unreadable as error:
        return Contents(digest, problem=str(error))
    if not any(cell.source.strip() for cell in cells):
        return Contents(digest, problem="has no code in it", missing=True)
    return Contents(digest, tuple(cells))


def whole_notebook(data: bytes | bytearray) -> "tuple[list[NotebookCell], str]":
    """All cells of a notebook as they are, and why there are none."""
    try:
        cells = _cells(data)
        if sum(len(cell.source) for cell in cells) > MAX_PROSE:
            raise Unreadable(f"is too large: more than {MAX_PROSE // 2**20} MB of text")
    except Unreadable as error:
        return [], str(error)
    return cells, ""


def _cells(data: bytes | bytearray) -> "list[NotebookCell]":
    """The cells of a notebook that is not too large."""
    # Imported where there is a notebook: without it the process that reads starts in half the time.
    from grader.answer.skimmed import every_cell

    if len(data) > MAX_NOTEBOOK:
        raise Unreadable(f"is too large: more than {MAX_NOTEBOOK // 2**20} MB")
    cells = every_cell(data)
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"is too large: more than {MAX_CELLS:,} cells")
    _check_amount(sum(_amount(cell.source) for cell in cells if cell.is_code and runs_as_python(cell.source)))
    return cells


def _code_cells(data: bytes | bytearray) -> list[Cell]:
    """The code cells of a notebook, each with its number from 1, as Python with the same count of lines."""
    sources = [cell.source for cell in _cells(data) if cell.is_code]
    cells = [Cell(plain_python(source), 1, index) for index, source in enumerate(sources, 1)]
    return [cell for cell in cells if cell.source.strip()]


def _source(data: bytes) -> str:
    """The text of a ``.py`` file."""
    _check_amount(len(data))
    return plain_file(_EXPORTED_MAGIC.sub(r"\1pass", _decode(data)))


def _amount(source: str) -> int:
    """Bytes of a cell, as a file would have them."""
    return len(source.encode(errors="surrogatepass"))


def _check_amount(code: int) -> None:
    if code > MAX_CODE:
        raise Unreadable(f"has more than {MAX_CODE // 2**10} KB of code, which is more than is read")


def _decode(data: bytes) -> str:
    """Text as Python reads it: by its byte order mark or coding line, else UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is saved as UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise Unreadable("has NUL bytes in it, so it is not a text file")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if encoding.replace("-", "_").lower() in _SLOW_CODECS:
            raise Unreadable(f"cannot be read as {encoding}; save it as UTF-8")
        text = data.decode(encoding)
    except SyntaxError as error:
        raise Unreadable(f"cannot be read as text ({error.msg}); save it as UTF-8") from None
    except (UnicodeError, LookupError):
        raise Unreadable("cannot be read as text in the encoding it declares; save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check(cells: Sequence[Cell]) -> None:
    """Refuse text that Python would never accept, so that nothing downstream has to."""
    for cell in cells:
        if "\0" in cell.source:
            raise Unreadable("has NUL characters in its code")
        try:
            cell.source.encode()
        except UnicodeEncodeError:
            raise Unreadable("has characters in its code that are not valid Unicode") from None
