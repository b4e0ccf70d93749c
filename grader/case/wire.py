"""Frames of JSON and raw tensor bytes: the only language between judge and worker.

A frame is ``kind (1 byte) · length (4 bytes) · payload``. A message payload is ``header length (4 bytes) · JSON
header · tensor bytes``; a tensor stands in the header as ``{"$tensor": [dtype, shape, offset]}``. Decoding builds
nothing but plain values and fresh tensors, whatever the peer sent: no pickle, no ``torch.load``.
"""

import json
import math
import struct
from typing import Any

import torch

MESSAGE, MARK = 1, 2
HEAD = struct.Struct("<BI")
_LENGTH = struct.Struct("<I")
MAX_FRAME = 256 * 2**20
"""Most bytes of a frame, unless the reader asks for less."""

_DTYPES: dict[str, torch.dtype] = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
    )
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_ITEM_SIZES = {name: torch.empty((), dtype=dtype).element_size() for name, dtype in _DTYPES.items()}


class WireError(Exception):
    """The peer sent something that is not a frame of this protocol."""


def pack(value: object) -> bytes:
    """Encode plain values and tensors as one message frame.

    Tensors are detached, moved to the CPU and stored contiguous; tuples become lists.
    """
    return frame(MESSAGE, pack_payload(value))


def frame(kind: int, payload: bytes) -> bytes:
    """Put a frame's head before its payload."""
    return HEAD.pack(kind, len(payload)) + payload


def pack_payload(value: object) -> bytes:
    """Encode plain values and tensors, without a frame's head."""
    buffers: list[bytes] = []
    offset = 0

    def leaf(item: object) -> dict[str, list[object]]:
        nonlocal offset
        if not isinstance(item, torch.Tensor):
            raise TypeError(f"cannot send a {type(item).__name__}")
        data, name = _raw(item)
        buffers.append(data)
        offset, start = offset + len(data), offset
        return {"$tensor": [name, list(item.shape), start]}

    header = json.dumps(value, default=leaf, separators=(",", ":")).encode()
    return b"".join([_LENGTH.pack(len(header)), header, *buffers])


def _raw(tensor: torch.Tensor) -> tuple[bytes, str]:
    name = _NAMES.get(tensor.dtype)
    if name is None:
        raise TypeError(f"cannot send a tensor of dtype {tensor.dtype}")
    if tensor.requires_grad or not tensor.is_cpu or tensor.is_conj() or tensor.is_neg():
        tensor = tensor.detach().cpu().resolve_conj().resolve_neg()
    if tensor.dtype is torch.bfloat16:
        tensor = tensor.view(torch.int16)
    return tensor.numpy().tobytes(), name


def sizes(payload: bytes | memoryview) -> tuple[int, int]:
    """Bytes of the header, as it is announced, and of the rest of a message payload.

    Raises:
        WireError: where there is less than that.
    """
    if len(payload) < _LENGTH.size:
        raise WireError("a message without a header")
    (header,) = _LENGTH.unpack_from(payload)
    if header > len(payload) - _LENGTH.size:
        raise WireError("the header is longer than its frame")
    return header, len(payload) - _LENGTH.size - header


def unpack(payload: bytes | memoryview) -> Any:
    """Decode a message payload.

    Raises:
        WireError: for anything that `pack_payload` could not have written.
    """
    try:
        size, _ = sizes(payload)
        body = memoryview(payload)[4 + size :]
        header = bytes(memoryview(payload)[4 : 4 + size])
        used = 0

        def decode(item: dict[str, Any]) -> dict[str, Any] | torch.Tensor:
            nonlocal used
            if "$tensor" not in item:
                return item
            tensor = _tensor(item, body, used)
            used += tensor.numel() * tensor.element_size()
            return tensor

        return json.loads(header, object_hook=decode)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RuntimeError, struct.error, OverflowError) as error:
        raise WireError(f"malformed message: {type(error).__name__}") from None


def _tensor(item: dict[str, Any], body: memoryview, start: int) -> torch.Tensor:
    name, shape, offset = item["$tensor"]
    if len(item) != 1 or name not in _DTYPES or not isinstance(shape, list) or len(shape) > 16:
        raise WireError("a tensor's description is malformed")
    if any(type(size) is not int or size < 0 for size in (*shape, offset)):
        raise WireError("a tensor's sizes are malformed")
    if offset != start:
        # Tensors that share bytes would let a short frame grow into any amount of memory.
        raise WireError("a tensor's bytes do not follow those of the one before")
    count = math.prod(shape)
    if offset + count * _ITEM_SIZES[name] > len(body):
        raise WireError("a tensor lies outside its frame")
    if not count:
        return torch.empty(shape, dtype=_DTYPES[name])
    # bytearray: torch wants memory that may be written to, and the judge must own what it compares.
    data = bytearray(body[offset : offset + count * _ITEM_SIZES[name]])
    if name == "bool":
        return torch.frombuffer(data, dtype=torch.uint8).ne(0).reshape(shape)
    return torch.frombuffer(data, dtype=_DTYPES[name]).reshape(shape)


class Splitter:
    """Cut a byte stream into frames, refusing one that is over the limit before it is read."""

    def __init__(self, max_frame: int = MAX_FRAME) -> None:
        self.max_frame = max_frame
        """The most bytes of a frame from here on."""
        self._pending = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they come."""
        self._pending += data

    def pop(self) -> tuple[int, bytes] | None:
        """Give the next whole frame as (kind, payload), or None where more bytes are needed.

        Raises:
            WireError: for an unknown kind, or a frame longer than the limit.
        """
        if len(self._pending) < HEAD.size:
            return None
        kind, size = HEAD.unpack_from(self._pending)
        if kind not in (MESSAGE, MARK):
            raise WireError(f"unknown kind of frame: {kind}")
        if size > self.max_frame:
            raise FrameTooLong(f"a frame of {size} bytes is over the limit of {self.max_frame}")
        end = HEAD.size + size
        if len(self._pending) < end:
            return None
        payload = bytes(memoryview(self._pending)[HEAD.size : end])
        del self._pending[:end]
        return kind, payload


class FrameTooLong(WireError):
    """The peer announced a frame over the limit."""
