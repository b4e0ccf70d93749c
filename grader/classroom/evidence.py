"""What a student's notebook shows: the text and the images of its outputs, and the images attached to its text.

It is kept for those who grade by hand. Nothing of it can act on the page that shows it: an image is what its first
bytes say and is encoded again, and there is no HTML, no SVG and no script.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader.answer.load import open_inside
from grader.answer.text import Unreadable

_BEGINS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_MOST_FILE = 2**28
_MOST_IMAGES = 2**24
"""Bytes of the images that are kept of a notebook."""
_MOST_TEXT = 20_000
"""Characters that are kept of an output."""
_MOST_OUTPUTS = 200
"""Outputs that are kept of a cell."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a cell shows beside its source."""

    outputs: Sequence[NotebookNode] = ()
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class _Data(msgspec.Struct, rename={"text": "text/plain", "png": "image/png", "jpeg": "image/jpeg"}):
    """The kinds of an output that are kept; others, such as a page of HTML, are skipped without being built."""

    text: Any = None
    png: Any = None
    jpeg: Any = None


class _Output(msgspec.Struct):
    output_type: Any = None
    name: Any = None
    text: Any = None
    data: _Data | None = None
    ename: Any = None
    evalue: Any = None
    traceback: Any = None


class _Cell(msgspec.Struct):
    outputs: list[_Output] = msgspec.field(default_factory=list)
    attachments: dict[str, _Data] | None = None


class _Notebook(msgspec.Struct):
    cells: list[_Cell]


class _Images:
    """The images of a notebook, as many as there is room for."""

    def __init__(self) -> None:
        self.left = _MOST_IMAGES

    def kept(self, kind: str, text: Any) -> str | None:
        """An image, encoded again; None where it is none, or there is no room left."""
        try:
            data = base64.b64decode(_joined(text), validate=False)
        except (binascii.Error, ValueError):
            return None
        if not data.startswith(_BEGINS[kind]) or len(data) > self.left:
            return None
        self.left -= len(data)
        return base64.b64encode(data).decode("ascii")


def evidence(path: Path) -> Sequence[Shown]:
    """What each cell of a notebook shows, in order; nothing where that cannot be read."""
    try:
        with open_inside(path, path.parent) as stream:
            data = stream.read(_MOST_FILE + 1)
        cells = msgspec.json.decode(data, type=_Notebook).cells if len(data) <= _MOST_FILE else []
    except (OSError, ValueError, RecursionError, Unreadable):
        return []
    images = _Images()
    return [Shown([*_outputs(cell.outputs, images)], _attachments(cell.attachments or {}, images)) for cell in cells]


def tamed(outputs: Iterable[Mapping[str, Any]]) -> list[NotebookNode]:
    """Outputs that a kernel has just made, with nothing but text and images left."""
    return [*_outputs(msgspec.convert([*outputs], list[_Output]), _Images())]


def _outputs(outputs: Sequence[_Output], images: _Images) -> Iterable[NotebookNode]:
    for item in outputs[:_MOST_OUTPUTS]:
        if item.output_type == "stream":
            yield new_output("stream", name="stderr" if item.name == "stderr" else "stdout", text=_text(item.text))
        elif item.output_type == "error":
            trace = [_text(line) for line in item.traceback] if isinstance(item.traceback, list) else []
            yield new_output("error", ename=_text(item.ename), evalue=_text(item.evalue), traceback=trace[-20:])
        elif item.output_type in ("execute_result", "display_data"):
            data = _images(item.data or _Data(), images)
            if item.data is not None and item.data.text is not None:
                data["text/plain"] = _text(item.data.text)
            if data:
                yield new_output(item.output_type, data)


def _attachments(attached: Mapping[str, _Data], images: _Images) -> dict[str, dict[str, str]]:
    found = {name: _images(data, images) for name, data in attached.items()}
    return {name: kept for name, kept in found.items() if kept}


def _images(data: _Data, images: _Images) -> dict[str, str]:
    given = {"image/png": data.png, "image/jpeg": data.jpeg}
    return {kind: kept for kind, text in given.items() if text is not None and (kept := images.kept(kind, text))}


def _text(text: Any) -> str:
    text = _joined(text)
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}\n… and {len(text) - _MOST_TEXT} more characters"


def _joined(text: Any) -> str:
    if isinstance(text, list):
        text = "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""
