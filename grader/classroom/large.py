"""Notebooks of any size: where the outputs are what makes one large, its cells are read without them."""

import io
import mmap
import os
import re
from pathlib import Path

from grader.answer.load import open_inside
from grader.answer.notebook import cells_in
from grader.answer.skimmed import NotebookCell

_LARGE = 2**26
"""Bytes from which on the outputs are left out first."""
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_SKIPPED = (b'"outputs"', b'"attachments"')
_CELL = 3
"""How deep the keys of a cell are: in the notebook, in its cells, in one of them."""


def cells_of(path: Path) -> list[NotebookCell]:
    """The cells of a notebook in the folder of a submission, whatever they put out.

    Raises:
        Unreadable: where it has none, or is no ordinary file.
        OSError: where the system refuses.
    """
    with open_inside(path, path.parent) as stream:
        if os.fstat(stream.fileno()).st_size <= _LARGE:
            return cells_in(stream)
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            left = io.BytesIO(without_outputs(data))
    return cells_in(left)


def without_outputs(data: mmap.mmap | bytes) -> bytes:
    """The JSON of a notebook with nothing in the outputs and attachments of its cells."""
    pieces: list[bytes] = []
    kept = depth = begin = 0
    is_named = is_skipping = False
    for token in _TOKEN.finditer(data):
        start, end = token.span()
        mark = data[start : start + 1]
        if mark == b'"':
            is_named = not is_skipping and end - start < 20 and token[0] in _SKIPPED
            continue
        if mark in b"[{":
            if is_named and depth == _CELL:
                is_skipping, begin = True, start
            depth += 1
        else:
            depth -= 1
            if is_skipping and depth == _CELL:
                pieces += [data[kept : begin + 1], data[start:end]]
                kept, is_skipping = end, False
        is_named = False
    return b"".join([*pieces, data[kept:]])
