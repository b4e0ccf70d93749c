"""Open an answer in the learner's editor, at the part's first line."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from grader.model import CourseError
from grader.model.source import definition

_WINDOWS = frozenset(
    ("code", "codium", "cursor", "subl", "zed", "gedit", "kate", "mate", "pycharm", "charm", "open", "notepad")
)
"""Editors with a window of their own, which leave the terminal alone."""
_PLUS = frozenset(("vi", "vim", "nvim", "nano", "emacs", "emacsclient", "gedit", "joe", "kak", "micro", "ne"))
"""Editors to which ``+12`` means line 12."""
_COLON = frozenset(("subl", "zed", "hx", "helix"))
"""Editors to which ``file:12`` does."""


_OF_THE_SYSTEM = {"darwin": ["open", "-t"], "win32": ["notepad"]}


def edit(path: Path, line: int, released: AbstractContextManager[None]) -> str:
    """Open a file; an editor in the terminal has it until it ends.

    Args:
        path: The file.
        line: Where the cursor should stand.
        released: Gives the terminal up for as long as it is entered.

    Returns:
        What was done, in words.

    Raises:
        CourseError: where no editor is known, or it cannot be started.
    """
    words = editor(os.environ)
    if not words:
        named = next(filter(shutil.which, ("vim", "vi", "emacs")), "nano")
        raise CourseError(
            "No editor is known here.",
            f"Name yours before `course watch`, for example: export EDITOR={named}",
            usage=True,
        )
    command = [*words, *_at(Path(words[0]).stem, path, line)]
    try:
        if Path(words[0]).stem in _WINDOWS:
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        else:
            with released:
                subprocess.run(command, check=False)
    except OSError as error:
        raise CourseError(f"{words[0]} cannot be started: {error.strerror}.", "See VISUAL and EDITOR.") from None
    return f"Opened {path.name} with {words[0]}."


def editor(environment: Mapping[str, str]) -> Sequence[str]:
    """The editor's command: what VISUAL or EDITOR says, else that of the terminal one is in, else nano."""
    for name in ("VISUAL", "EDITOR"):
        if words := shlex.split(environment.get(name, "")):
            return words
    likely = [["code"]] * (environment.get("TERM_PROGRAM") == "vscode") + [_OF_THE_SYSTEM.get(sys.platform, ["nano"])]
    return next((words for words in likely if shutil.which(words[0], path=environment.get("PATH"))), [])


def line_of(text: str, symbol: str) -> int:
    """The line at which a part begins; 1 where it is not there."""
    try:
        node = definition(text, symbol)
    except (SyntaxError, ValueError):
        node = None
    return node.lineno if node is not None else 1


def _at(name: str, path: Path, line: int) -> list[str]:
    if name in ("code", "codium", "cursor"):
        return ["--goto", f"{path}:{line}"]
    if name in _COLON:
        return [f"{path}:{line}"]
    return [f"+{line}", str(path)] if name in _PLUS else [str(path)]
