"""Frames: what goes in comes out, and whatever else arrives is a `WireError`."""

import json
import random
import struct
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.case import wire

DTYPES = (
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128,
    torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
)  # fmt: skip

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5).filter(lambda key: key != "$tensor"), inner, max_size=4)
    ),
    max_leaves=12,
)


def sent(value: Any) -> Any:
    """A value after a trip over the wire, in pieces of uneven size."""
    stream, splitter = wire.pack(value), wire.Splitter()
    for start in range(0, len(stream), 7):
        splitter.feed(stream[start : start + 7])
        found = splitter.pop()
    assert found is not None
    assert splitter.pop() is None
    return wire.unpack(found[1])


@given(plain)
def test_plain_values_survive(value: Any) -> None:
    assert sent(value) == value


@given(st.lists(st.tuples(st.sampled_from(DTYPES), st.lists(st.integers(0, 3), max_size=4)), max_size=5))
def test_tensors_survive(described: list[tuple[torch.dtype, list[int]]]) -> None:
    tensors = [
        (torch.arange(64)[: int(torch.Size(shape).numel())] % 2).reshape(shape).to(dtype)
        for dtype, shape in described
        if torch.Size(shape).numel() <= 64
    ]
    found = sent({"all": tensors, "more": {"last": tensors[-1:]}})
    for before, after in zip([*tensors, *tensors[-1:]], [*found["all"], *found["more"]["last"]], strict=True):
        assert before.dtype == after.dtype
        assert torch.equal(before, after)


def test_views_and_gradients_are_sent_as_plain_values() -> None:
    tensor = torch.arange(12.0, requires_grad=True).reshape(3, 4).t()
    found = sent([tensor, tensor[1:, ::2], torch.tensor([1 + 2j]).conj()])
    assert torch.equal(found[0], tensor.detach())
    assert torch.equal(found[1], tensor.detach()[1:, ::2])
    assert found[2].item() == 1 - 2j
    assert not found[0].requires_grad


def test_what_the_judge_gets_is_its_own_memory() -> None:
    payload = bytearray(wire.pack_payload([torch.zeros(4)]))
    (tensor,) = wire.unpack(payload)
    payload[-16:] = b"\xff" * 16
    assert torch.equal(tensor, torch.zeros(4))


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", torch.zeros(2, dtype=torch.float8_e4m3fn), 1j])
def test_only_plain_values_and_tensors_can_be_sent(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        wire.pack({"value": value})


def payload_of(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack("<I", len(header)) + header + body


@pytest.mark.parametrize(
    "tensor",
    [
        ["float64", [2], 0, 0], ["float64", [2]], "float64", None, {}, ["float128", [2], 0], [["float64"], [2], 0],
        ["float64", 2, 0], ["float64", [2.0], 0], ["float64", [True], 0], ["float64", [-1], 0], ["float64", [2], -8],
        ["float64", [2], 8], ["float64", [3], 0], ["float64", [2**62, 4], 0], ["float64", [0, 2**70], 0],
        ["float64", [0, 2**40, 2**40], 0], ["float64", [10**400], 0], ["float64", [1] * 17, 0], ["float64", [2], "0"],
        ["float64", [2], True],
    ],
)  # fmt: skip
def test_malformed_tensors_are_refused(tensor: Any) -> None:
    header = json.dumps({"$tensor": tensor}).encode()
    with pytest.raises(wire.WireError):
        wire.unpack(payload_of(header, bytes(16)))


def test_tensors_may_not_share_bytes() -> None:
    two = json.dumps([{"$tensor": ["float64", [2], 0]}] * 2).encode()
    with pytest.raises(wire.WireError, match="follow"):
        wire.unpack(payload_of(two, bytes(16)))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"abc",
        b"\0\0\0\0",
        payload_of(b"{"),
        payload_of(b"\xff\xfe"),
        payload_of(b"[" * 100_000),
        payload_of(b"nul"),
        struct.pack("<I", 2**31) + b"{}",
        payload_of(b'{"a":' * 50_000),
        payload_of(b"1" * 5000),
        payload_of(b'"\\ud800'),
    ],
)
def test_malformed_messages_are_refused(payload: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack(payload)


def test_a_frame_over_the_limit_is_refused_before_it_has_come() -> None:
    splitter = wire.Splitter(max_frame=100)
    splitter.feed(wire.HEAD.pack(wire.MESSAGE, 101))
    with pytest.raises(wire.FrameTooLong):
        splitter.pop()


SAMPLES = [
    wire.pack(
        {
            "number": 3,
            "steps": [{"out": torch.randn(2, 3), "grads": {"input.0": torch.ones(4, dtype=torch.bool)}}],
            "error": None,
        }
    ),
    wire.pack({"symbols": ["A"], "errors": [{"cell": 0, "type": "ValueError", "message": "é", "line": 3}]}),
    wire.pack([torch.arange(5), {"$dict": [[1, {"$float": 0.5}]]}, torch.zeros(0, 3)])
    + wire.frame(wire.MARK, b'["call",0]'),
]


def mutated(frame: bytes, rng: random.Random) -> bytes:
    """A frame with bytes changed, dropped, doubled or moved."""
    data = bytearray(frame)
    for _ in range(rng.randint(1, 6)):
        place, length = rng.randrange(len(data)), rng.randint(1, 8)
        kind = rng.randrange(5)
        if kind == 0:
            data[place] = rng.randrange(256)
        elif kind == 1:
            data[place] ^= 1 << rng.randrange(8)
        elif kind == 2 and len(data) > length + 1:
            del data[place : place + length]
        elif kind == 3:
            data[place:place] = data[rng.randrange(len(data)) :][:length]
        else:
            data[place : place + 1] = rng.choice(
                [b"[", b"{", b'"', b"-", b"9" * 30, b"1e999", b"$tensor", b",", b"NaN", b"\xff"]
            )
        if not data:
            break
    return bytes(data)


@pytest.mark.parametrize("sample", range(len(SAMPLES)))
def test_mutated_frames_raise_nothing_but_wire_errors(sample: int) -> None:
    rng = random.Random(sample)
    refused = 0
    for _ in range(4000):
        splitter = wire.Splitter(max_frame=2**20)
        splitter.feed(mutated(SAMPLES[sample], rng))
        try:
            while (found := splitter.pop()) is not None:
                if found[0] == wire.MESSAGE:
                    wire.unpack(found[1])
        except wire.WireError:
            refused += 1
    assert refused > 400


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_but_wire_errors(data: bytes) -> None:
    for payload in (data, payload_of(data), payload_of(b"[" + data + b"]")):
        try:
            wire.unpack(payload)
        except wire.WireError:
            continue
