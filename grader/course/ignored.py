"""What of a course is no business of a repository: its seed, its results, and what nbgrader collects and gives back."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from grader.model.files import write_whole

CLASSROOM = ("/release/", "/submitted/", "/autograded/", "/feedback/", "/gradebook.db")
"""What nbgrader keeps in a course directory."""
PRIVATE = ("/.course-seed", "/.course-cache/", "/results/", *CLASSROOM)
"""The same, and what the course itself must keep to its instructors."""


def ignore(folder: Path, lines: Sequence[str] = PRIVATE) -> None:
    """Have Git ignore what is private in a folder: lines that its ``.gitignore`` lacks are put at its end.

    Nothing is done where it cannot be written: the lines are a courtesy, and no reason to stop.

    Args:
        folder: The course.
        lines: The patterns.
    """
    path = folder / ".gitignore"
    with contextlib.suppress(OSError):
        before = path.read_bytes() if path.exists() else b""
        known = {line.strip().lstrip(b"/") for line in before.splitlines()}
        missing = [line for line in lines if line.lstrip("/").encode() not in known]
        if missing:
            between = b"\n" if before and not before.endswith(b"\n") else b""
            write_whole(path, before + between + "".join(f"{line}\n" for line in missing).encode())
