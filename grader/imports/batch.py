"""What a download holds, whichever system it comes from: who handed in which files, and what is not understood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from grader.imports.archive import Entry
from grader.model.people import Person
from grader.model.sheet import folded

_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(kw_only=True)
class HandedIn:
    """What one student handed in."""

    person: Person
    """Without a folder yet."""
    files: list[Entry] = field(default_factory=list)
    when: datetime | None = None
    """When it was handed in, where the system says so."""
    late: bool | None = None
    """Whether the system calls it late; None where it says nothing."""


@dataclass(kw_only=True)
class Batch:
    """A download as it was understood."""

    submissions: Sequence[HandedIn]
    roster: Sequence[Person] = ()
    """Everybody of the class, where a roster was given."""
    refused: list[str] = field(default_factory=list)
    """A line for each thing that is not taken in, and why."""
    notes: list[str] = field(default_factory=list)
    """What else the instructor should know."""


def letters(name: str) -> str:
    """A name as systems squeeze it into names of files: its letters and digits only, in small letters."""
    return _NO_LETTER.sub("", folded(name))
