"""The name of an exercise, wherever it comes from: as its author declares it, as a kit recorded it, as students get it.

This imports neither torch nor hypothesis, so that a command that only names exercises answers at once.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NamedExercise:
    """An exercise by its assignment and name."""

    assignment: str
    name: str
    """The answer file's name, without its suffix."""

    @property
    def slug(self) -> str:
        """``normalization/batchnorm``."""
        return f"{self.assignment}/{self.name}"
