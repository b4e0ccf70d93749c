"""What a call has done to the parameters, buffers and mode of the object that was called."""

from collections.abc import Mapping

import torch

from grader.case.encode import Members
from grader.model import Change


def changes(before: Members, after: Members) -> list[list[str]]:
    """Pairs of a change and a name, by the object's own names; nothing where a call left things as they were.

    A buffer may well be another tensor after a call. A parameter may not: an optimizer holds the old one.
    """
    found: list[tuple[Change, str]] = []
    if not _are_same(before.parameters, after.parameters):
        old, new = dict(before.parameters), dict(after.parameters)
        found += [(Change.PARAMETER_GONE, name) for name in _less(old, new)]
        found += [(Change.PARAMETER_NEW, name) for name in _less(new, old)]
        found += [(Change.PARAMETER_REPLACED, name) for name in old if name in new and new[name] is not old[name]]
    if before.unsaved != after.unsaved or [name for name, _ in before.buffers] != [name for name, _ in after.buffers]:
        buffers, kept = dict(before.buffers), dict(after.buffers)
        found += [(Change.BUFFER_GONE, name) for name in _less(buffers, kept)]
        found += [(Change.BUFFER_NEW, name) for name in _less(kept, buffers) if name not in after.unsaved]
        found += [(Change.BUFFER_UNSAVED, name) for name in after.unsaved - before.unsaved if name in buffers]
    if before.training != after.training:
        found.append((Change.MODE, ""))
    return [[change.value, name] for change, name in found]


def _are_same(one: list[tuple[str, torch.Tensor]], other: list[tuple[str, torch.Tensor]]) -> bool:
    """Whether the same objects have the same names."""
    return len(one) == len(other) and all(a[0] == b[0] and a[1] is b[1] for a, b in zip(one, other, strict=True))


def _less(some: Mapping[str, object], others: Mapping[str, object]) -> list[str]:
    return [name for name in some if name not in others]
