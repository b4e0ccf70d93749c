"""What goes through the pipes of the process that reads: plain data as JSON, files in pieces, each with its length."""

import json
import struct
from collections.abc import Mapping
from typing import IO, Any

_LENGTH = struct.Struct("!Q")
_PIECE = 2**20


def send(pipe: IO[bytes], item: Any) -> None:
    """Write plain data and dataclasses."""
    data = json.dumps(item, default=_fields).encode()
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _fields(item: Any) -> Any:
    """A frozen dataclass with slots as plain data."""
    return dict(item) if isinstance(item, Mapping) else {name: getattr(item, name) for name in item.__slots__}


def receive(pipe: IO[bytes], most: int) -> Any:
    """Read what `send` wrote.

    Raises:
        EOFError: where it ends before that, or is larger than ``most``.
    """
    return json.loads(_piece(pipe, most))


def send_file(pipe: IO[bytes], file: IO[bytes], most: int) -> None:
    """Write the next bytes of a file, at most so many."""
    while piece := file.read(min(_PIECE, most)):
        pipe.write(_LENGTH.pack(len(piece)) + piece)
        most -= len(piece)
    pipe.write(_LENGTH.pack(0))
    pipe.flush()


def receive_file(pipe: IO[bytes]) -> bytearray:
    """Read what `send_file` wrote.

    Raises:
        EOFError: where it ends before that.
    """
    data = bytearray()
    while piece := _piece(pipe, _PIECE):
        data += piece
    return data


def _piece(pipe: IO[bytes], most: int) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > most:
        raise EOFError
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) != count:
        raise EOFError
    return data
