"""Where workers come from: children forked by a server where Linux allows it, fresh processes elsewhere."""

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

from grader.host.forked import ForkServer
from grader.host.fresh import FreshProcesses
from grader.model import Limits


def can_fork() -> bool:
    """Whether a server can fork children here; macOS cannot once frameworks are loaded, Windows has no fork."""
    return sys.platform == "linux" and hasattr(os, "fork")


def confinement(limits: Limits, device: str, sandbox: str) -> dict[str, Any]:
    """The arguments of a worker's confinement, as plain data.

    Args:
        limits: What an answer may use.
        device: ``cpu``, ``cuda`` or ``simulated``.
        sandbox: ``auto``, or the level to stop at.
    """
    return {
        "most": sandbox,
        "device": device,
        "memory_mb": limits.memory_mb,
        # Several threads may be at work; the judge's clock is the limit, this is a second one.
        "cpu_seconds": math.ceil(2 * limits.part_seconds + 10),
    }


_GPU = Path("/dev/nvidiactl")
"""There is no CUDA device without it; asking torch would mean waiting for its import."""

_warm: dict[str, ForkServer] = {}


def warm_up(limits: Limits, device: str = "cpu") -> None:
    """Start a server before it is asked for, and before torch is imported here, so that it imports torch meanwhile.

    Args:
        limits: What an answer may use.
        device: As it was asked for: ``auto`` starts a server where that can only mean the CPU, ``cuda`` starts none.
    """
    on_cpu = device == "cpu" or (device == "auto" and not _GPU.exists())
    if on_cpu and can_fork():
        sandbox = confinement(limits, "cpu", "auto")
        key = json.dumps(sandbox)
        if key not in _warm:
            _warm[key] = ForkServer(sandbox)


def cool_down() -> None:
    """End the servers that were warmed up and never asked for."""
    while _warm:
        _warm.popitem()[1].close()


def start_source(sandbox: dict[str, Any]) -> ForkServer | FreshProcesses:
    """The source of workers with this confinement, warmed up or new."""
    if not can_fork():
        return FreshProcesses(sandbox)
    return _warm.pop(json.dumps(sandbox), None) or ForkServer(sandbox)
