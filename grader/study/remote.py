"""Check what a notebook has run, in a process of its own, which stays warm between checks.

The kernel runs the learner's code, which may have changed torch, its settings or its random numbers, so nothing is
judged there, and judging changes nothing there: the kernel sends the text of its cells and shows what comes back.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from grader.model import CourseError

_ROOT = str(Path(__file__).resolve().parents[2])
_BOOT = f"import sys; sys.path.append({_ROOT!r}); from grader.study.answering import main; main()"
_GOODBYE_SECONDS = 3.0
"""Within which the process ends its workers before it is killed."""


class Remote:
    """The kernel's end."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[str] | None = None
        self._is_waiting = False

    def start(self) -> None:
        """Have the process get warm."""
        self._running()

    def ask(self, request: Mapping[str, Any]) -> dict[str, str]:
        """Send a request and wait for its reply; what is wrong there is raised here.

        Raises:
            CourseError: what the learner can mend, or that the process ended.
        """
        try:
            reply = self._exchange(json.dumps(request))
        except BaseException:
            # Interrupted: its reply would be taken for that of the next request.
            self.close()
            raise
        if "error" in reply:
            what, fix = reply["error"]
            raise CourseError(what, fix)
        return reply

    def close(self) -> None:
        """End the process; the next request starts another."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(OSError):
                if self._is_waiting and os.name == "posix":
                    process.send_signal(signal.SIGINT)
                if process.stdin is not None:
                    process.stdin.close()
            try:
                process.wait(_GOODBYE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self._is_waiting = False
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _exchange(self, line: str) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            self._is_waiting = True
            answer = process.stdout.readline()
            self._is_waiting = False
        except (BrokenPipeError, ConnectionResetError):
            answer = ""
        if not answer:
            raise CourseError(f"The checker ended.{self._last_words()}", "Run the cell again; a new one starts.")
        found: dict[str, Any] = json.loads(answer)
        return found

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - see close
        # -P: the folder of the notebook is full of files that a module of ours could be mistaken for.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            text=True, encoding="utf-8", start_new_session=os.name == "posix",
        )  # fmt: skip
        return self._process

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors.read().splitlines() if line.strip()]
        return f" It said: {lines[-1][:300]}" if lines else ""


def request(do: str, name: str, cells: Sequence[tuple[int, str]], level: int | None = None) -> dict[str, Any]:
    """What is sent.

    Args:
        do: ``check`` or ``hint``.
        name: The part; empty for the one defined last.
        cells: The cells that were run, each with its number.
        level: Of the hint.
    """
    return {"do": do, "name": name, "cells": list(cells), "folder": os.getcwd(), "level": level}
