"""A judge in a process of its own, which stays warm: each request and each reply is a line of JSON.

The process that asks (nbgrader's, a notebook's kernel) need not import torch, and nothing that an answer does to it can
change a verdict. It uses `Service`; the module that it names has a ``main``, which uses `take_stdout` and `serve`.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

_ROOT = str(Path(__file__).resolve().parents[2])
_BOOT = "import sys; sys.path.append({!r}); from {} import main; main(*sys.argv[1:])"
_GOODBYE_SECONDS = 3.0
"""Seconds within which an interrupted process ends its workers before it is killed."""


class ServiceEnded(Exception):
    """There is no reply, because the process ended."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"The process ended with status {status}.")
        self.status = status
        self.said = said
        """The last line that it printed, where that was kept."""


class Service:
    """The side of the process that asks."""

    def __init__(self, module: str, *arguments: str, interruptible: bool = False) -> None:
        """Name what is run; it starts when it is needed.

        Args:
            module: Its ``main`` serves.
            arguments: What ``main`` is given.
            interruptible: Whether a person at a keyboard asks, who may cancel a request. The process then is
                interrupted by `close` only, and what it prints last is kept to explain its end. Otherwise it prints
                where this process does, and finishes what it was asked before it ends.
        """
        self._command = [sys.executable, "-P", "-c", _BOOT.format(_ROOT, module), *arguments]
        self._interruptible = interruptible
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[str] | None = None
        self._is_waiting = False

    def start(self) -> bool:
        """Start the process where none runs, and whether it did; what it imports it imports meanwhile."""
        if self._process is not None and self._process.poll() is None:
            return False
        self.close()
        if self._interruptible:
            self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - see close
        # -P: the folder one is in may be full of files that a module of ours could be mistaken for.
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
            encoding="utf-8", start_new_session=self._interruptible and os.name == "posix",
        )  # fmt: skip
        return True

    def send(self, request: Mapping[str, Any]) -> None:
        """Send a request without waiting for the reply.

        Raises:
            ServiceEnded: where nothing listens any more.
        """
        self.start()
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None

    def receive(self) -> dict[str, Any]:
        """Wait for the reply to the first request that has none yet.

        Raises:
            ServiceEnded: where none comes any more.
        """
        assert self._process is not None
        assert self._process.stdout is not None
        self._is_waiting = True
        line = self._process.stdout.readline()
        self._is_waiting = False
        if not line:
            raise self._ended()
        reply: dict[str, Any] = json.loads(line)
        return reply

    def close(self) -> None:
        """End the process; the next request starts another."""
        process, self._process = self._process, None
        waiting, self._is_waiting = self._is_waiting, False
        if process is not None:
            if waiting and self._interruptible and os.name == "posix":
                with contextlib.suppress(OSError):
                    process.send_signal(signal.SIGINT)
            try:
                # Closes its input, which ends it, and reads on, so that no reply that nobody waits for holds it up.
                process.communicate(timeout=_GOODBYE_SECONDS if self._interruptible else None)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _ended(self) -> ServiceEnded:
        assert self._process is not None
        return ServiceEnded(self._process.wait(), self._last_words())

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors.read().splitlines() if line.strip()]
        return lines[-1][:300] if lines else ""


def take_stdout() -> IO[str]:
    """Where replies go; whatever else prints from here on cannot be taken for one."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def serve(
    replies: IO[str],
    answer: Callable[[dict[str, Any]], Mapping[str, Any]],
    refused: Callable[[Exception], Mapping[str, Any]],
) -> None:
    """Answer until nothing more is asked.

    Args:
        replies: What `take_stdout` gave.
        answer: Gives the reply to a request.
        refused: Gives the reply where that raised; what it raises again ends the process.
    """
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:
            reply = refused(error)
        replies.write(json.dumps(reply) + "\n")
        replies.flush()
