"""What a dotted path below ``torch`` stands for, looked up in the judge's own torch without importing anything."""

import functools
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Station:
    """One step along a path: where it leads, by the name that torch itself would give."""

    home: str
    """The module or class in which it is found."""
    name: str
    """Its name there."""
    thing: Any = None
    """What it is in the judge's torch; None where torch has no such thing."""

    @property
    def dotted(self) -> str:
        """The whole path, as short as torch allows (``torch.nn.BatchNorm2d``)."""
        return f"{self.home}.{self.name}"


@functools.lru_cache(maxsize=4096)
def stations(dotted: str) -> tuple[Station, ...]:
    """Walk along a path that begins with ``torch``, one station per name.

    Modules and classes are called by their own names on the way, so ``torch.nn.modules.batchnorm.F.batch_norm`` ends at
    ``torch.nn.functional.batch_norm``.
    """
    root, *names = dotted.split(".")
    if root != "torch":
        return ()
    here: Any = torch
    home = "torch"
    passed = []
    for name in names:
        thing = _member(here, home, name)
        if isinstance(thing, ModuleType):
            home, here = thing.__name__, thing
            passed.append(Station(*home.rpartition(".")[::2], thing))
            continue
        if isinstance(thing, type) and not thing.__module__.startswith("torch._C"):
            passed.append(Station(*class_name(thing).rpartition(".")[::2], thing))
            home, here = passed[-1].dotted, thing
            continue
        passed.append(Station(home, name, None if thing is _MISSING else thing))
        home, here = passed[-1].dotted, thing
    return tuple(passed)


def _member(here: Any, home: str, name: str) -> Any:
    """A member found without running any code of a module or class (torch imports some of its parts on first use)."""
    if isinstance(here, ModuleType):
        return vars(here).get(name, sys.modules.get(f"{home}.{name}", _MISSING))
    if isinstance(here, type):
        return next((vars(kind)[name] for kind in here.__mro__ if name in vars(kind)), _MISSING)
    return _MISSING


def class_name(kind: type) -> str:
    """The shortest public path of a class of torch."""
    for home in (torch.nn, torch):
        if vars(home).get(kind.__name__) is kind:
            return f"{home.__name__}.{kind.__name__}"
    return f"{kind.__module__}.{kind.__qualname__}"


@functools.lru_cache(maxsize=64)
def members(dotted: str) -> tuple[str, ...]:
    """The names of what the judge's torch has in a module, torch or below it."""
    here = torch if dotted == "torch" else next((station.thing for station in stations(dotted)[-1:]), None)
    if not isinstance(here, ModuleType):
        return ()
    below = f"{here.__name__}."
    loaded = (name.removeprefix(below).partition(".")[0] for name in list(sys.modules) if name.startswith(below))
    return tuple(sorted({name for name in (*vars(here), *loaded) if _member(here, here.__name__, name) is not None}))
