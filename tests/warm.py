"""Commands of `course` and `nbgrader`, each in a fork of one process that has imported both, so that it starts fast.

Otherwise a command is as it is elsewhere: a process of its own, with its words, folder, environment and exit status.
"""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

ROOT = Path(__file__).parent.parent


class Warm:
    """The process that is forked."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
        """A command's exit status, and what it said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as said:
            order = {"words": words, "folder": str(folder), "environment": dict(environment), "output": said.name}
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline()), said.read()

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def _serve(orders: TextIO, replies: TextIO) -> None:
    import torch  # noqa: F401 - that forks have it

    import cli

    commands: dict[str, Callable[[], object]] = {"course": cli.main}
    with contextlib.suppress(ModuleNotFoundError):
        from nbgrader.apps.nbgraderapp import main

        commands["nbgrader"] = main
    for line in orders:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _begin(order)
            _finish(commands[order["words"][0]])
        replies.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        replies.flush()


def _begin(order: Mapping[str, Any]) -> None:
    """Turn this fork into the process that a shell would have started."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = order["words"]
    output = os.open(order["output"], os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def _finish(command: Callable[[], object]) -> NoReturn:
    """Run the command, and leave as an interpreter does, without the second it takes to tear torch down."""
    status = 0
    try:
        command()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    # Whatever an import prints must not be taken for a reply.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _serve(sys.stdin, channel)
