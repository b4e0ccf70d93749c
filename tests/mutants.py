"""Observations broken on purpose: one leaf, key or subtree of what the probe writes, at random."""

import random
from collections.abc import Iterator
from typing import Any

import torch

_DTYPES = (
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex128, torch.int64, torch.uint8, torch.bool,
)  # fmt: skip
_SHAPES: tuple[tuple[int, ...], ...] = ((), (0,), (1,), (3,), (2, 3), (4, 0, 2), (1,) * 16, (10**6, 0), (3, 4, 2, 2))
_KEYS = (
    "steps", "error", "verdict", "partial", "new", "load", "ops", "seen", "off_limits", "out", "lines", "inputs",
    "buffers", "grads", "value", "raised", "message", "module", "parameters", "state", "training", "how", "stage",
    "step", "type", "kinds", "line", "used", "$dict", "$float", "$is", "$type", "$sketch", "shape", "dtype", "",
    "x" * 3000,
)  # fmt: skip
_PLAIN = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 2**200, -(10**300), 0.5, float("nan"), float("inf"), -float("inf"), "",
    "x", "x" * 5000, "\ud800", "\x1b[31m", "import", "new", "load", "mode", "call", "backward", "run", "answer",
    "exact", "order", "partial", "ACCEPTED", "float32", "MemoryError", "aten.convolution.default", "aten.add",
)  # fmt: skip
_NAN = (0.0, 2.0, float("nan"), float("inf"))
_SKETCHED = ([20_001], [3, 10_000], [2], [], [0, 5], [2**62, 4], [-1], [True, 30_000], "ab")


def mutated(reply: dict[str, Any], rng: random.Random) -> Any:
    """A reply with one to three things wrong; the tensors of the original are used again, its containers are not."""
    holder = [copied(reply)]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _break(holder, rng)
    return holder[0]


def disguised(reply: dict[str, Any], rng: random.Random) -> Any:
    """A reply in which one leaf is another of its kind: most often well formed, and wrong."""
    reply = copied(reply)
    what = rng.choice([kind for kind in ("steps", "steps", "steps", "new", "error", "load") if reply.get(kind)])
    leaves = [place for place in places(reply[what]) if not isinstance(place[0][place[1]], (dict, list))]
    if leaves:
        container, key = rng.choice(leaves)
        container[key] = _alike(container[key], rng)
    return reply


def copied(value: Any) -> Any:
    """A reply whose containers are its own."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with every key or index in it."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(item, (dict, list)):
            yield from places(item)


def _break(holder: list[Any], rng: random.Random) -> None:
    found = list(places(holder))
    container, key = rng.choice(found)
    kind = rng.randrange(-2, 10)
    if kind < 0:
        container[key] = _alike(container[key], rng)
    elif kind < 5:
        container[key] = hostile(rng)
    elif kind == 5 and container is not holder:
        del container[key]
    elif kind == 6:
        other, place = rng.choice(found)
        # A part of the reply in another place, never inside itself.
        container[key] = copied(other[place])
    elif kind == 7 and isinstance(container, dict):
        container[rng.choice(_KEYS)] = hostile(rng)
    elif isinstance(container, list):
        container.insert(key, copied(container[key]) if rng.random() < 0.5 else hostile(rng))
    else:
        container[key] = _nested(container[key], rng)


def _alike(value: Any, rng: random.Random) -> Any:
    """Another value of the same kind, which most often is well formed and wrong."""
    if isinstance(value, torch.Tensor):
        same = torch.full_like(value, rng.choice(_NAN) if value.is_floating_point() else 1)
        floats = torch.ones_like(value, dtype=rng.choice(_DTYPES[:2]))
        return rng.choice((tensor(rng), tensor(rng), same, floats, value.reshape(-1)[:0]))
    if isinstance(value, list):
        return rng.choice((value[:-1], value[:1] * 2, value[::-1], [], value + value[:1]))
    if isinstance(value, dict) and len(value) != 1:
        return {key: value[key] for key in rng.sample(list(value), rng.randint(0, len(value)))}
    alike = [item for item in _PLAIN if type(item) is type(value)]
    return rng.choice(alike) if alike and rng.random() < 0.7 else _encoded(rng)


def _encoded(rng: random.Random) -> Any:
    """A value as the probe encodes it."""
    inside = tensor(rng)
    number = {"$float": rng.choice((0.0, -1.5, 1e300, float("nan"), float("inf")))}
    return rng.choice((inside, number, {"$type": "x"}, {"$dict": [["k", 1], [inside, None]]}, [number, inside]))


def _nested(value: Any, rng: random.Random) -> Any:
    for _ in range(rng.choice((1, 5, 11, 13, 200))):
        value = [value] if rng.random() < 0.7 else {"$dict": [["k", value]]}
    return value


def hostile(rng: random.Random) -> Any:
    """Something that may or may not belong where it is put."""
    kind = rng.randrange(9)
    if kind < 3:
        return rng.choice(_PLAIN)
    if kind < 5:
        return tensor(rng)
    if kind == 5:
        return {"$sketch": tensor(rng, 2112), "shape": rng.choice(_SKETCHED), "dtype": "torch.float64"}
    if kind == 6:
        return {rng.choice(_KEYS): rng.choice(_PLAIN) for _ in range(rng.randrange(3))}
    if kind == 7:
        return {rng.choice(("$float", "$is", "$type")): rng.choice(_PLAIN)}
    return [rng.choice(_PLAIN) if rng.random() < 0.5 else tensor(rng) for _ in range(rng.choice((0, 1, 2, 5, 50)))]


def tensor(rng: random.Random, size: int | None = None) -> torch.Tensor:
    """A tensor of any dtype and shape, at times with what is not finite."""
    shape = rng.choice(_SHAPES) if size is None else (size if rng.random() < 0.7 else 7,)
    made = torch.full(shape, rng.choice((0.0, 1.0, -3.0, 1e300, float("nan"), float("inf"))), dtype=torch.float64)
    dtype = rng.choice(_DTYPES if size is None else _DTYPES[:2])
    return made.nan_to_num(0, 0, 0).clamp(-9, 9).to(dtype) if not dtype.is_floating_point else made.to(dtype)
