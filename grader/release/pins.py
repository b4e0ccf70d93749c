"""The versions installed here, as constraints for pip: what grades elsewhere is to have the same."""

import re
from importlib.metadata import PackageNotFoundError, distribution, requires

from grader.model import CourseError
from grader.model.extras import KIT

_OF_A_GPU = ("nvidia", "triton", "cuda")
"""What a build of torch for GPUs brings along, and the CPU's does without."""


def pins() -> str:
    """The text of a ``constraints.txt``: every package that grading needs, at the version installed here.

    Raises:
        CourseError: where this kit runs without being installed, so that nobody knows what it needs.
    """
    try:
        waiting = _needed(KIT)
    except PackageNotFoundError:
        raise CourseError(
            "What grading needs is not known: the course kit is not installed.",
            f"Install it with: pip install {KIT}",
        ) from None
    found: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        if name in found or name.startswith(_OF_A_GPU):
            continue
        try:
            # 2.13.0+cpu and 2.13.0+cu130 are one version to who installs.
            found[name] = distribution(name).version.partition("+")[0]
        except PackageNotFoundError:
            continue  # of another system
        waiting += _needed(name)
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))


def _needed(package: str) -> list[str]:
    """The names of what a package requires without any of its extras."""
    lines = (line for line in requires(package) or () if not re.search(r"\bextra\s*==", line))
    return [re.sub(r"[-_.]+", "-", match[0]).lower() for line in lines if (match := re.match(r"[\w.-]+", line))]
