"""Load a case's state into the object that an answer constructed, under the answer's own names where they differ."""

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
    """``exact``, by ``order`` where names differ but shapes agree, or ``partial``, whatever fits."""
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
    own = {"parameter": members.parameters, "buffer": members.buffers}
    matched: dict[str, tuple[str, torch.Tensor]] = {}
    for role, items in own.items():
        names = [name for name in wanted if kinds[name] == role]
        by_name = dict(items)
        if all(name in by_name and by_name[name].shape == wanted[name].shape for name in names):
            matched |= {name: (name, by_name[name]) for name in names}
        elif [tuple(item.shape) for _, item in items] == [tuple(wanted[name].shape) for name in names]:
            how = "order"
            matched |= {name: item for name, item in zip(names, items, strict=True)}
        else:
            matched |= {
                name: (name, by_name[name]) for name in names
                if name in by_name and by_name[name].shape == wanted[name].shape
            }  # fmt: skip
    if how != "exact":
        if len(matched) == len(wanted):
            how = "order"
        with torch.no_grad():
            for name, (_, tensor) in matched.items():
                tensor.copy_(wanted[name])
    return Loaded(
        how=how,
        message=message,
        parameters={name: item for name, (_, item) in matched.items() if kinds[name] == "parameter"},
        buffers=[(name, own_name) for name, (own_name, _) in matched.items() if kinds[name] == "buffer"],
        members=members,
    )
