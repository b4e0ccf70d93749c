"""An answer as text: a file or a notebook, cut into cells.

With little to import, since the process that reads answers starts with it (see `grader.answer.reader`).
"""

import hashlib
import os
from dataclasses import dataclass
from typing import Self

MAX_CODE = 2**18
"""Bytes of Python that an answer may have."""
MAX_NOTEBOOK = 2**27
"""Bytes that a notebook may have: figures live in its outputs; its code is held to `MAX_CODE`."""
TOO_MUCH = "cannot be read: its code takes more memory or time than there is for an answer"
"""What is said of an answer for which the process that reads has ended."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of an answer that is run as one: a whole file, or a code cell of a notebook."""

    source: str
    line: int = 1
    """Line of the file on which it begins (1 for a notebook's cell)."""
    index: int = 0
    """Its number among the notebook's code cells, from 1; 0 for a file."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer file, as text."""

    path: str
    """Below the student's directory: ``normalization/batchnorm.py``."""
    name: str
    cells: tuple[Cell, ...]
    digest: str
    """SHA-256 of the file's bytes."""
    problem: str = ""
    """Why it cannot be judged, in one sentence."""
    missing: bool = False
    """Whether nothing was handed in."""

    @classmethod
    def from_source(cls, path: str, source: str) -> Self:
        """An answer that is text already, as if it had been read from ``path``."""
        return cls(
            path,
            os.path.splitext(os.path.basename(path))[0],
            (Cell(source),),
            hashlib.sha256(source.encode()).hexdigest(),
        )

    @property
    def lines(self) -> list[str]:
        """The lines that the line numbers of exceptions refer to; a notebook's cells follow one another."""
        return "\n".join(cell.source for cell in self.cells).split("\n")


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read of a file."""

    digest: str
    """SHA-256 of its bytes."""
    cells: tuple[Cell, ...] = ()
    problem: str = ""
    """Why it cannot be an answer, to complete a sentence that begins with the file's name."""
    missing: bool = False
    """Whether there is nothing in it."""


class Unreadable(Exception):
    """A file that cannot be an answer; the message completes a sentence that begins with its name."""
