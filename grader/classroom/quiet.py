"""Keep nbgrader from warning of what is reported here in better words: a student without a notebook of that name."""

import logging
import re
from pathlib import Path

from grader.classroom.ours import is_ours

_SAID = re.compile(r"No (?:notebooks were matched by '|submitted file: )(.*?)'?$")
_COMMAND = "AutogradeApp"


class SaidHere(logging.Filter):
    """Drops such warnings about the course's own assignments."""

    def __init__(self, course: str) -> None:
        """Name the course's directory."""
        super().__init__()
        self._course = course

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        found = _SAID.match(record.getMessage()) if record.levelno == logging.WARNING else None
        return found is None or not is_ours(self._course, Path(found[1]).parent.name)


def keep_quiet(course: str) -> None:
    """Drop them from what ``nbgrader autograde`` says."""
    logging.getLogger(_COMMAND).addFilter(SaidHere(course))
