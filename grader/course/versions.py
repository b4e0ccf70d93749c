"""The versions that can move a score."""

from importlib.metadata import PackageNotFoundError, version
from platform import python_version

MOVE_CASES = ("torch", "hypothesis", "numpy")
"""Packages on which the cases of a suite and the oracle's answers depend."""


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
