"""``%load_ext grader.magic`` in a notebook: ``%check PART`` and ``%hint PART`` for what its cells define.

The judging is done elsewhere (see `grader.study.remote`): only the text of the cells is sent from here.
"""

import atexit
import sys
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from grader.model import CourseError
from grader.study.remote import Remote, request

_LEVELS = ("1", "2", "3")
_remote = Remote()
atexit.register(_remote.close)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magics, and have the checker get warm; IPython calls this."""
    magics = _Magics(shell)
    shell.register_magic_function(magics.check, "line", "check")
    shell.register_magic_function(magics.hint, "line", "hint")
    _remote.start()


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Close the checker; IPython calls this."""
    _remote.close()


class _Magics:
    """The commands of one shell."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    def check(self, line: str) -> None:
        """Check what the cells run so far define: ``%check Linear``; without a name, the part defined last."""
        words = line.split()
        if len(words) > 1:
            _tell(CourseError("%check takes one part.", "For example: %check Linear"))
            return
        self._show(request("check", "".join(words), self._cells()), "html")

    def hint(self, line: str) -> None:
        """Give a hint, each time a stronger one: ``%hint Linear``, or ``%hint Linear 3`` for the third."""
        words = line.split()
        level = int(words.pop()) if words and words[-1] in _LEVELS else None
        if len(words) > 1:
            _tell(CourseError("%hint takes one part, and perhaps a level from 1 to 3.", "For example: %hint Linear"))
            return
        self._show(request("hint", "".join(words), self._cells(), level), "markdown")

    def _cells(self) -> list[tuple[int, str]]:
        """What was typed in this session, as IPython remembers it; the cell that asks is the last."""
        history = self.shell.history_manager.input_hist_raw
        return [(number, source) for number, source in enumerate(history) if number and source.strip()]

    def _show(self, asked: dict[str, Any], kind: str) -> None:
        try:
            reply = _remote.ask(asked)
        except CourseError as error:
            _tell(error)
            return
        display({f"text/{kind}": reply[kind], "text/plain": reply["text"]}, raw=True)


def _tell(error: CourseError) -> None:
    print("\n".join(line for line in (error.what, error.fix) if line), file=sys.stderr)
