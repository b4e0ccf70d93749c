"""Packages that only some commands need, and the extra of the kit that installs each."""

from collections.abc import Iterator
from importlib.util import find_spec

from grader.model import CourseError

KIT = "torch-course-kit"
"""What the kit is called where packages are installed from."""
_EXTRAS = {
    "release": ("jupytext",),
    "classroom": ("nbgrader", "nbformat", "nbconvert", "traitlets", "sqlalchemy", "yaml"),
    "cluster": ("distributed", "dask"),
    "site": ("zensical", "math_core"),
    "": ("hypothesis", "jinja2", "matplotlib", "msgspec", "numpy", "pygments", "rich", "torch", "watchfiles"),
}
"""The packages of each extra by their names in Python; those without one come with the kit."""


def needs(what: str, extra: str) -> CourseError:
    """The error of what cannot be done for want of a package.

    Args:
        what: A sentence that says what needs which package.
        extra: The extra that brings it; empty for what comes with the kit, which is then installed in part.
    """
    wanted = f"'{KIT}[{extra}]'" if extra else KIT
    return CourseError(what, f"Install it with: pip install {wanted}")


def missing(error: ModuleNotFoundError) -> CourseError | None:
    """The error to tell where a package of the kit's is not installed; None for any other module that is not found."""
    package = (error.name or "").partition(".")[0]
    for extra, packages in _EXTRAS.items():
        if package in packages:
            return needs(f"This needs {package}, which is not installed.", extra)
    return None


def state_of_extras() -> Iterator[tuple[str, str]]:
    """Each extra by name, with what of it is not installed here and how to install that, in words."""
    for extra, packages in _EXTRAS.items():
        absent = [package for package in packages if find_spec(package) is None]
        if extra:
            how = f"not installed: {', '.join(absent)} (pip install '{KIT}[{extra}]')"
            yield extra, how if absent else "installed"
