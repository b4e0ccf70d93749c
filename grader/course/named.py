"""What an exercise is called, wherever it is met: as its author declares it, as a kit recorded it, as students get it.

Neither torch nor hypothesis is imported for it, so that a command that only names exercises answers at once.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NamedExercise:
    """An exercise by its place in the course."""

    assignment: str
    name: str
    """The answer file's name, without its suffix."""

    @property
    def slug(self) -> str:
        """``normalization/batchnorm``."""
        return f"{self.assignment}/{self.name}"
