"""Properties of dropout where sequences attend to each other: of the attention weights, and of what a block adds."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from grader.model import Argument, Observation, Recipe
from grader.spec.cases import call, evaluate, layer_case, tensor
from grader.spec.parts import Property
from grader.spec.properties import ks_threshold, recorded

__all__ = ["drops_attention_weights", "drops_what_a_block_adds"]

_HEADS, _FEATURES = 2, 4
_LENGTH, _BATCH, _KEYS = 12, 16, 3
_QUERIES = _LENGTH * _BATCH
"""Of a sequence without a batch."""
_PLAIN = ("",) * 4
_OTHERWISE = ("attn_mask", "key_padding_mask", "alone")
"""How the calls in training are made: with which mask, or without a batch."""
_TOKENS = 240
_ROUNDING = 1e-6
_AXES = ("for all sequences of the batch", "in all heads", "for all queries", "for all keys")
_SHOWS_WEIGHTS = (
    "for number, (out, weights) in enumerate((out1, out2), 1):",
    '    print(f"call {number} in training drops {(weights == 0).double().mean():.0%} of the weights;",',
    '          "they are", sorted({round(item, 4) for item in weights.flatten().tolist()}))',
    '    print("output of the first query:", out[0, 0])',
    'print("two calls drop the same:", torch.equal(out1[1], out2[1]))',
    'print("without weights the first output is", out4[0][0, 0])',
    'print("in evaluation it is", out5[0][0, 0], "with the weights", out5[1][0, 0, 0])',
)
_SHOWS_OTHERWISE = (
    "for number, (out, weights) in enumerate((out1, out2, out3), 1):",
    '    print(f"call {number} in training drops {(weights[..., :3] == 0).double().mean():.0%} of the weights;",',
    '          "they are", sorted({round(item, 4) for item in weights.flatten().tolist()}))',
    '    print("output of the first query:", out.flatten()[:4])',
    'print("in evaluation it is", out4[0][0, 0], "with the weights", out4[1][0, 0, 0])',
)
_SHOWS_BLOCK = (
    "for number, out in enumerate((out1, out2), 1):",
    '    print(f"first row of call {number} in training:", out[0, 0])',
    'print("in evaluation:", out3[0, 0])',
    'print("share of elements that differ between two calls:", (out1 != out2).double().mean())',
)


@recorded
def drops_attention_weights(p: float, *, otherwise: bool = False) -> Property:
    """In training each weight is dropped or scaled; the output and the weights that are returned are made with them.

    All scores are equal and values and output pass unchanged, so each query's output is the sum of some of the values,
    from which it can be told which weights were dropped. A correct answer fails with a probability below 1e-10: the
    share by Hoeffding's inequality (`ks_threshold` is the bound for all thresholds at once), once for each of at most
    four calls, and equal draws with less than 0.7 ** 256 < 1e-39.

    Args:
        p: The probability of dropping a weight.
        otherwise: Whether the calls have a mask of pairs, a padding mask (either hides one key more) and no batch,
            with as many weights, instead of nothing of these.
    """
    size, passed = _FEATURES, [float(row == column) for row in range(_FEATURES) for column in range(_FEATURES)]
    state = {
        "in_proj_weight": tensor(3 * size, size, fill="values", values=[0.0] * (2 * size * size) + passed),
        "in_proj_bias": tensor(3 * size, fill="zeros"),
        "out_proj.weight": tensor(size, size, fill="values", values=passed),
        "out_proj.bias": tensor(size, fill="zeros"),
    }
    hidden = [False] * _KEYS + [True]

    def inputs(keys: int = _KEYS) -> list[Recipe]:
        lengths = (_LENGTH, keys, keys)
        return [tensor(length, _BATCH, size, seed=seed, grad=False) for seed, length in enumerate(lengths)]

    each = call(*inputs(), cotangent=None, average_attn_weights=False)
    if otherwise:
        alone = [tensor(length, size, seed=seed, grad=False) for seed, length in enumerate((_QUERIES, _KEYS, _KEYS))]
        seen = inputs(len(hidden))
        pairs, padding = _hiding(_LENGTH, hidden), _hiding(_BATCH, hidden)
        calls = [
            call(*seen, cotangent=None, average_attn_weights=False, attn_mask=pairs),
            call(*seen, cotangent=None, average_attn_weights=False, key_padding_mask=padding),
            call(*alone, cotangent=None, average_attn_weights=False),
        ]
    else:
        mean, without = call(*inputs(), cotangent=None), call(*inputs(), cotangent=None, need_weights=False)
        calls = [each, each, mean, without]
    steps = [*calls, evaluate(), each]
    case = layer_case((size, _HEADS), {"dropout": p}, steps, state=state)

    def holds(observations: Sequence[Observation]) -> str | None:
        seen = [observed for observed in observations[0]["steps"] if "out" in observed]
        how, said = _weights_problem(p, [_batched(one) for one in seen], _OTHERWISE if otherwise else _PLAIN)
        return _told(how, p, said) if said else None

    return Property(
        criterion="values", cases=[case], holds=holds, shows=_SHOWS_OTHERWISE if otherwise else _SHOWS_WEIGHTS
    )


def _hiding(rows: int, hidden: Sequence[bool]) -> Recipe:
    """The same mask in each row."""
    values = [int(each) for each in hidden] * rows
    return tensor(rows, len(hidden), fill="values", values=values, dtype="bool", grad=False)


def _batched(observed: Mapping[str, Any]) -> tuple[Tensor, Tensor, Tensor | None]:
    """The values that a call may read, its output and its weights, all with a batch."""
    value = list(observed["inputs"].values())[2].double()[:_KEYS]
    output, weights = observed["out"]
    return (value, output, weights) if value.dim() == 3 else (value[:, None], output[:, None], weights[None])


def _told(how: str, p: float, said: str) -> str:
    if how == "alone":
        return f"without a batch, with dropout={p}: {said}"
    return f"with {how}, dropout={p}: {said}" if how else f"with dropout={p}: {said}"


def _weights_problem(
    p: float, called: Sequence[tuple[Tensor, Tensor, Tensor | None]], made: Sequence[str]
) -> tuple[str, str | None]:
    """How a call is made, and what is wrong with it or None; the last one is in evaluation, the others in training."""
    *calls, (value, rested, even) = called
    assert even is not None
    if float((even.double() - 1 / _KEYS).abs().max()) > _ROUNDING or _apart(rested, value.mean(0)[None]):
        return _PLAIN[0], "in evaluation no weight should be dropped"
    kept: list[Tensor] = []
    for (values, output, _), how in zip(calls, made, strict=True):
        found = _kept(output.double(), values / (_KEYS * (1 - p)))
        if found is None:
            return how, (
                "in training, the output of each head should be the values times the weights, each weight either "
                "zeroed or divided by 1 - dropout"
            )
        share = 1 - float(found.mean())
        if abs(share - p) > ks_threshold(found.numel()):
            return how, f"in training, {share:.0%} of the weights are dropped, where {p:.0%} are expected"
        for axis, where in enumerate(_AXES):
            if found.shape[axis] > 1 and bool((found == found.narrow(axis, 0, 1)).all()):
                return how, f"in training, the same weights are dropped {where}"
        kept.append(found)
    if any(kept[0].shape == other.shape and torch.equal(kept[0], other) for other in kept[1:]):
        return _PLAIN[0], "in training, two calls drop the very same weights"
    for (_, _, weights), found, how in zip(calls, kept, made, strict=True):
        if weights is None:
            continue
        used = found / (_KEYS * (1 - p))
        used = F.pad(used if weights.dim() == used.dim() else used.mean(1), (0, weights.shape[-1] - _KEYS))
        if _apart(weights, used):
            return how, "in training, the weights returned should be those that made the output, after dropout"
    return "", None


def _kept(output: Tensor, value: Tensor) -> Tensor | None:
    """Which weights made the output, as ones and zeros of shape (batch, heads, queries, keys); None where none did."""
    chosen = torch.tensor(list(product((0.0, 1.0), repeat=_KEYS)), dtype=value.dtype, device=value.device)
    sums = torch.einsum("cs,sne->cne", chosen, value)
    distance = (output[None] - sums[:, None]).abs()
    least, which = distance.reshape(*distance.shape[:-1], _HEADS, -1).amax(-1).min(0)
    return None if float(least.max()) > _ROUNDING else chosen[which].permute(1, 2, 0, 3)


def _apart(one: Tensor, other: Tensor) -> bool:
    return float((one.double() - other).abs().max()) > _ROUNDING


@recorded
def drops_what_a_block_adds(
    args: Sequence[Argument],
    kwargs: Mapping[str, Argument],
    state: Mapping[str, Recipe],
    added: Sequence[float],
    *,
    p: float,
    where: str,
    times: int = 1,
    length: int = 6,
    normalised: tuple[int, int] = (0, 0),
    memory: int = 0,
) -> Property:
    """In training, what a block adds to its input is dropped element by element, or scaled; in evaluation it is not.

    A correct answer fails with a probability below 1e-10: the share of what is dropped by Hoeffding's inequality (of
    which `ks_threshold` is the bound for all thresholds at once), once for each of two calls, and equal draws with less
    than 0.7 ** 256 < 1e-39.

    Args:
        args: Of the constructor, the number of features first.
        kwargs: Of the constructor, by name.
        state: Recipes with which one block adds one row to all tokens, and the others add nothing.
        added: That row.
        p: The probability of dropping an element that follows from them.
        where: What is dropped, to be read after "in training": "what the network adds".
        times: How many times each element goes through dropout on its way.
        length: Tokens of a sequence.
        normalised: How many times a token is normalised before and after the block adds to it.
        memory: Tokens of the second argument of a call; 0 where there is none.
    """
    batch, size = _TOKENS // length, len(added)
    lengths = [length, *([memory] if memory else [])]
    inputs = [tensor(tokens, batch, size, seed=seed, grad=False) for seed, tokens in enumerate(lengths)]
    step = call(*inputs, cotangent=None)
    case = layer_case(args, kwargs, [step, step, evaluate(), step], state=state)
    named = ", ".join(f"{name}={value!r}" for name, value in kwargs.items())

    def candidates(row: Tensor, scale: float) -> tuple[Tensor, Tensor]:
        """All outputs that there can be, and which elements each has kept."""
        kept = torch.tensor(list(product((0.0, 1.0), repeat=size)), dtype=row.dtype, device=row.device)
        for _ in range(normalised[0]):
            row = F.layer_norm(row, (size,))
        sums = row + (kept * torch.tensor(added, dtype=row.dtype, device=row.device) * scale)[:, None, None]
        for _ in range(normalised[1]):
            sums = F.layer_norm(sums, (size,))
        return sums, kept

    def one_call(row: Tensor, output: Tensor) -> str | Tensor:
        sums, kept = candidates(row, (1 - p) ** -times)
        least, which = (output - sums).abs().amax(-1).min(0)
        if float(least.max()) > _ROUNDING:
            how = "in each of its two dropouts, " if times == 2 else ""
            return f"should reach the output element by element, {how}either dropped or divided by 1 - dropout"
        found = kept[which]
        share, wanted = 1 - float(found.mean()), 1 - (1 - p) ** times
        if abs(share - wanted) > ks_threshold(found.numel()):
            return f"should lose {wanted:.0%} of its elements, but {share:.0%} are dropped"
        if any(len(found.unbind(axis)) > 1 and bool((found == found.narrow(axis, 0, 1)).all()) for axis in range(3)):
            return "should lose other elements in every token, sequence and feature"
        return found

    def holds(observations: Sequence[Observation]) -> str | None:
        seen = [observed for observed in observations[0]["steps"] if "out" in observed]
        row = next(iter(seen[0]["inputs"].values()))
        assert isinstance(row, Tensor)
        outputs = [_tensor(observed["out"]) for observed in seen]
        found = [one_call(row.double(), output) for output in outputs[:2]]
        for said in found:
            if isinstance(said, str):
                return f"in training, with {named}: {where} {said}"
        if torch.equal(*found):  # type: ignore[arg-type]
            return f"in training, with {named}: {where} loses the very same elements in two calls"
        everything = candidates(row.double(), 1.0)[0][-1]
        if _apart(outputs[2], everything):
            return f"in evaluation, with {named}: {where} should lose nothing"
        return None

    return Property(criterion="values", cases=[case], holds=holds, shows=_SHOWS_BLOCK)


def _tensor(out: Any) -> Tensor:
    assert isinstance(out, Tensor)
    return out.double()
