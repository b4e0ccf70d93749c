"""Refuse Python's ways below Python while an answer runs: ctypes, the garbage collector's lists, torch's sources.

Python tells a hook about each of these before it happens, and a hook cannot be taken away again. It does not see all
(numpy reads and writes memory that is not its own, if asked cleverly), so it makes things hard, not impossible.
"""

import functools
import os
import sys
from pathlib import Path
from typing import Any

import torch

from grader.case.counting import Counter
from grader.worker import callers, reimplementations

_REFUSED = frozenset((
    "gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys._current_frames", "sys._current_exceptions",
    "sys.settrace", "sys.setprofile", "sys.addaudithook",
))  # fmt: skip
_TRACES = ("sys.settrace", "sys.setprofile")
_COUNTING = (Counter.__enter__.__code__, Counter.__exit__.__code__)
"""The kit's own code that traces."""
_LOOKING = callers.is_answer_running.__code__
"""The kit's own code that looks at the frames of other threads."""


@functools.cache
def preload() -> tuple[str, ...]:
    """How the paths begin that may not be read; Landlock sees to it where there is Landlock."""
    folder = Path(torch.__file__).parent
    return tuple(
        path if path.endswith(".py") else path + os.sep
        for path in map(os.path.realpath, reimplementations.sources(folder))
    )


def refuse() -> None:
    """Refuse from now on; this cannot be undone."""
    # Bound here, so that what an answer does to these modules does not matter.
    refused, unreadable, modules = _REFUSED, preload(), reimplementations.refused_modules()
    path_of, real_path, caller = os.fsdecode, os.path.realpath, sys._getframe
    # Python tells of every `id` and of many attributes: to pass those by is most of what a hook costs.
    heeded = refused | {"open", "import"}

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in heeded and event[0] != "c":
            return
        if event in _TRACES and caller(1).f_code in _COUNTING:
            return
        if event == "sys._current_frames" and caller(1).f_code is _LOOKING:
            return
        if event in refused or event.startswith("ctypes."):
            # An OSError: torch asks NVIDIA's library for the number of GPUs by ctypes, and does without where it fails.
            raise PermissionError(f"off limits: {event}")
        if event == "import" and f"{arguments[0]}.".startswith(modules):
            raise ModuleNotFoundError(f"off limits: {arguments[0]}")
        if event != "open" or isinstance(arguments[0], int):
            return
        if real_path(path_of(arguments[0])).startswith(unreadable):
            raise PermissionError(f"off limits: {arguments[0]}")

    sys.addaudithook(hook)
