"""Load a case's state into the object that an answer constructed, under the answer's own names where they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from grader.case import recipes
from grader.case.encode import Members
from grader.model import StateItem


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What came of loading a state."""

    how: str
    """``exact``; by ``order`` where names differ but shapes agree; or ``partial``, whatever fits. Counters that are not
    there, and what is there besides, hinder neither."""
    message: str
    """What torch said where it is not exact."""
    parameters: dict[str, torch.Tensor]
    """The object's own parameters, by the state's names."""
    buffers: list[tuple[str, str]]
    """The state's names of buffers, each with the object's own."""
    members: Members
    """All that the object has."""


def load_state(target: Any, state: list[StateItem], dtype: torch.dtype, device: str) -> Loaded:
    """Load a state by name, or by order where names differ but shapes agree, and say which."""
    wanted = {name: recipes.build(recipe, dtype=dtype).to(device) for name, recipe in state}
    kinds = {name: recipe.get("role", "parameter") for name, recipe in state}
    how, message = "exact", ""
    try:
        target.load_state_dict(dict(wanted), strict=True)
    except Exception as error:
        how, message = "partial", f"{type(error).__name__}: {error}"[:600]
    members = Members(target)
    own = {"parameter": (members.parameters, members.parameters), "buffer": (members.buffers, members.saved)}
    matched: dict[str, tuple[str, torch.Tensor]] = {}
    for role, (every, saved) in own.items():
        matched |= _matched({name: item for name, item in wanted.items() if kinds[name] == role}, every, saved)
    if how != "exact" or any(name != mine for name, (mine, _) in matched.items()):
        lacking = {name: item for name, item in wanted.items() if name not in matched}
        how = "order" if all(map(_is_counter, lacking.values())) else "partial"
        _fill(wanted, matched, members)
        for name, item in lacking.items():
            if _is_counter(item):
                _set_plain(target, name, item)
    return Loaded(
        how=how,
        message=message,
        parameters={name: item for name, (_, item) in matched.items() if kinds[name] == "parameter"},
        buffers=[(name, own_name) for name, (own_name, _) in matched.items() if kinds[name] == "buffer"],
        members=members,
    )


_Named = Sequence[tuple[str, torch.Tensor]]


def _matched(wanted: Mapping[str, torch.Tensor], own: _Named, saved: _Named) -> dict[str, tuple[str, torch.Tensor]]:
    """The object's own tensors by the wanted names: by name, and what is left and saved by order if shapes agree."""
    by_name = dict(own)
    matched = {
        name: (name, by_name[name])
        for name, item in wanted.items()
        if name in by_name and by_name[name].shape == item.shape
    }
    names = [name for name in wanted if name not in matched]
    left = [pair for pair in saved if pair[0] not in matched]
    for lacking in (names, [name for name in names if not _is_counter(wanted[name])]):
        if [item.shape for _, item in left] == [wanted[name].shape for name in lacking]:
            return matched | dict(zip(lacking, left, strict=True))
    return matched


def _is_counter(item: torch.Tensor) -> bool:
    return item.shape == () and item.dtype is torch.int64


def _fill(
    wanted: Mapping[str, torch.Tensor], matched: Mapping[str, tuple[str, torch.Tensor]], members: Members
) -> None:
    """Write the state into what matches it; a bias that nobody asked for does nothing, or all else would be off."""
    filled = {mine for mine, _ in matched.values()}
    with torch.no_grad():
        for name, (_, tensor) in matched.items():
            tensor.copy_(wanted[name])
        for name, tensor in members.parameters:
            if name not in filled and "bias" in name.rpartition(".")[2]:
                tensor.zero_()


def _set_plain(target: Any, name: str, value: torch.Tensor) -> None:
    """Set a counter that is kept in a plain attribute of its name: what rests on it can then be judged."""
    path, _, last = name.rpartition(".")
    owner = dict(target.named_modules()).get(path)
    kept = vars(owner).get(last) if owner is not None else None
    if isinstance(kept, torch.Tensor):
        setattr(owner, last, value.clone())
    elif type(kept) in (int, float):
        setattr(owner, last, int(value))
