"""The versions that can move a score."""

import re
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

MOVE_CASES = ("torch", "hypothesis", "numpy")
"""Packages on which the cases of a suite and the oracle's answers depend."""
_VERIFIED = (2, 11), (2, 14)
"""The oldest and the newest torch with which the course was seen to prove itself (`course verify`)."""


def versions() -> dict[str, str]:
    """Of Python, of the packages that cases and answers depend on, and of the course kit."""
    installed = {"python": python_version(), **case_versions()}
    try:
        installed["course"] = version("torch-course-kit")
    except PackageNotFoundError:
        installed["course"] = "not installed"
    return installed


def case_versions() -> dict[str, str]:
    """The versions that can move a suite's cases or what is expected of them."""
    return {name: version(name) for name in MOVE_CASES}


def torch_note(installed: str) -> str:
    """What to know about a version of torch, in a sentence; empty for those that the course was verified with.

    Args:
        installed: The version, such as "2.15.0+cpu".
    """
    number = tuple(int(piece) for piece in re.findall(r"\d+", installed)[:2])
    oldest, newest = (".".join(map(str, each)) for each in _VERIFIED)
    if number > _VERIFIED[1]:
        return f"Newer than {newest}, the newest that the course was verified with: run `course verify --quick` first."
    return f"Older than {oldest}, the oldest that the course runs on." if number < _VERIFIED[0] else ""
