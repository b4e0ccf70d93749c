"""``%load_ext grader.magic`` in a notebook: ``%check PART`` and ``%hint PART`` for what its cells define.

The judging is done elsewhere (see `grader.study.remote`): only the text of the cells is sent from here.
"""

import atexit
import os
import sys
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from grader.model import CourseError
from grader.model.language import translated
from grader.study.remote import Remote, request

_LEVELS = ("1", "2", "3")
_EXECUTION = "NBGRADER_EXECUTION"
"""nbgrader sets it while it runs a notebook itself: to ``validate``, or to ``autograde``."""
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
        name = "".join(words)
        accepted = self._show(request("check", name, self._cells()), "html")
        if os.environ.get(_EXECUTION) and not accepted:
            raise NotAccepted(name, os.environ[_EXECUTION])

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

    def _show(self, asked: dict[str, Any], kind: str) -> bool:
        """Show the reply; whether it is that of an accepted part."""
        try:
            reply = _remote.ask(asked)
        except CourseError as error:
            _tell(error)
            return False
        display({f"text/{kind}": reply[kind], "text/plain": reply["text"]}, raw=True)
        return bool(reply.get("accepted"))


class NotAccepted(Exception):
    """A part that fails where nbgrader runs the notebook, which takes a cell without an error for a right one."""

    def __init__(self, name: str, execution: str) -> None:
        """Say so.

        Args:
            name: The part.
            execution: What nbgrader runs the notebook for.
        """
        what = f"{name or 'The part'} is not accepted by the public cases; what is wrong is shown above."
        if execution == "autograde":
            what += (
                " They are all that was run: nbgrader_config.py does not call configure(c) of grader.classroom, "
                "so nbgrader ran this notebook in a kernel and not by the course's judge."
            )
        super().__init__(translated(what))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback through the checker, which would say nothing to a student."""
        return [str(self)]


def _tell(error: CourseError) -> None:
    print("\n".join(translated(line) for line in (error.what, error.fix) if line), file=sys.stderr)
