"""The cells of a notebook's file, whatever is wrong with it and however large its outputs are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from grader.answer.text import Unreadable

_LONGEST = 200
"""Characters of what nbgrader notes; the names of its cells are as long as a person types."""


class _Cell(msgspec.Struct):
    """What is read of a cell; the rest, its outputs first of all, is skipped."""

    cell_type: Any = None
    source: Any = msgspec.UNSET
    input: Any = None
    metadata: Any = None


class _Sheet(msgspec.Struct):
    cells: list[_Cell]


class _Notebook(msgspec.Struct):
    cells: list[_Cell] | None = None
    worksheets: list[_Sheet] | None = None


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """A cell of a notebook as it is."""

    is_code: bool
    source: str
    nbgrader: Mapping[str, str | int | float | bool | None]
    """What nbgrader has noted in its metadata, as far as that is plain."""


def every_cell(data: bytes | bytearray) -> list[NotebookCell]:
    """The cells of a notebook.

    Takes notebooks of format 3 and 4, and tolerates what is missing or odd in them.

    Raises:
        Unreadable: where there are no cells to be found.
    """
    return [_read(cell) for cell in _cells(_notebook(data)) if isinstance(cell, dict)]


def _notebook(data: bytes | bytearray) -> Any:
    try:
        # Builds nothing of outputs, however large they are.
        return msgspec.to_builtins(msgspec.json.decode(data, type=_Notebook))
    except (ValueError, RecursionError):
        pass
    try:
        # Python also reads what is not strictly JSON, such as NaN, and cells that are none.
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Unreadable("is not a notebook: its JSON is broken") from None


def _cells(notebook: Any) -> list[Any]:
    if isinstance(notebook, dict):
        if isinstance(notebook.get("cells"), list):
            return list(notebook["cells"])
        if isinstance(notebook.get("worksheets"), list):
            sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
            return [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    raise Unreadable("is not a notebook: it has no cells")


def _read(cell: dict[str, Any]) -> NotebookCell:
    metadata = cell.get("metadata")
    noted = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    plain = {
        name: value
        for name, value in (noted.items() if isinstance(noted, dict) else ())
        if isinstance(value, str | int | float | bool | None) and len(str(value)) <= _LONGEST
    }
    return NotebookCell(cell.get("cell_type") == "code", _text(cell.get("source", cell.get("input"))), plain)


def _text(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else ""
