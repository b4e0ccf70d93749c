"""The process that reads answers, as others see it: what students wrote is parsed there, within limits of its own.

There is one for each process that asks, started when it is first needed; see `grader.answer.reader` for its own side.
"""

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from grader.answer.frames import receive, send, send_file

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = Path(msgspec.__file__).resolve().parents[1]
_BOOT = """
import sys
sys.path[:] = [sys.argv[1], *sys.path, sys.argv[2]]
from grader.answer.reader import main
main(*map(int, sys.argv[3:]))
"""
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_MEMORY_MB = 640
"""Memory that reading may take: the densest 256 KB of Python take 240 MB as a tree."""
_SECONDS = 10
"""Seconds of processor time that a request may take; the same 256 KB take two."""
_PATIENCE = 6.0
"""So many times as long a request is waited for: a busy machine must not make an answer unreadable."""
_LARGEST_REPLY = 2**27
_GOODBYE_SECONDS = 3.0


class TooMuch(Exception):
    """Reading an answer took more time or memory than there is for one."""


class ReaderFailed(Exception):
    """An internal error in the process that reads; it says nothing about the answer."""


class Reader:
    """A process that reads, and another after one that ended; any thread may ask it."""

    def __init__(self, memory_mb: int = _MEMORY_MB, seconds: int = _SECONDS) -> None:
        """Start nothing yet.

        Args:
            memory_mb: Memory that reading may take beyond what the process begins with.
            seconds: Processor time that a request may take. The system keeps both, where it has such limits.
        """
        self._limits = memory_mb, seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_fresh = True
        """Whether the process has not answered anything yet."""
        self._started_by = os.getpid()

    def start(self) -> None:
        """Start the process, which imports what it needs meanwhile."""
        with self._lock:
            self._started()

    def ask(self, request: Mapping[str, Any], file: BinaryIO | None = None, most: int = 0) -> Any:
        """Send a request and wait for the reply.

        Args:
            request: What is to be done, as plain data.
            file: A file to be sent along, from its current position.
            most: How many of its bytes are sent.

        Raises:
            TooMuch: where the process came to an end over it.
            ReaderFailed: for an internal error.
        """
        start = file.tell() if file is not None else 0
        with self._lock:
            while True:
                if file is not None:
                    file.seek(start)
                process = self._started()
                was_fresh, self._is_fresh = self._is_fresh, False
                reply = self._exchange(process, request, file, most)
                if reply is not None:
                    break
                self._end()
                # One that has read before may have ended for the sake of that; a fresh one has not.
                if was_fresh:
                    raise TooMuch
        if "failed" in reply:
            raise ReaderFailed(reply["failed"])
        if "too_much" in reply:
            raise TooMuch
        return reply["reply"]

    def _exchange(
        self, process: "subprocess.Popen[bytes]", request: Mapping[str, Any], file: BinaryIO | None, most: int
    ) -> dict[str, Any] | None:
        """The reply; None where the process ended instead."""
        assert process.stdin is not None
        assert process.stdout is not None
        # Pipes have no time limit on Windows; the end of the process ends any wait for it.
        timer = threading.Timer(_PATIENCE * self._limits[1], process.kill)
        timer.daemon = True
        timer.start()
        try:
            send(process.stdin, request)
            if file is not None:
                send_file(process.stdin, file, most)
            reply: dict[str, Any] = receive(process.stdout, _LARGEST_REPLY)
        except (EOFError, BrokenPipeError, ConnectionError):
            return None
        except BaseException:
            # Interrupted, or the file could not be read: what is still in the pipes must not be taken for a reply.
            self._end()
            raise
        finally:
            timer.cancel()
        return reply

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._started_by != os.getpid():
            # In a fork: it is the other's, and two that ask through one pipe would get each other's replies.
            self._process.returncode, self._process = 0, None
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            # -I and -S: nothing of this machine's settings, and none of the folder one is in, has an effect.
            given = [str(_ROOT), str(_PACKAGES), *map(str, self._limits)]
            command = [sys.executable, "-I", "-S", "-c", _BOOT, *given]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
            )  # fmt: skip
            self._is_fresh, self._started_by = True, os.getpid()
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            _close(process)

    def close(self) -> None:
        """End the process; the next request starts another."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None and self._started_by == os.getpid():
            _close(process)


def _close(process: "subprocess.Popen[bytes]") -> None:
    """Close its input, which ends it, and wait for that."""
    for pipe in (process.stdin, process.stdout):
        try:
            assert pipe is not None
            pipe.close()
        except OSError:  # what is left in the buffer has nowhere to go
            pass
    try:
        process.wait(_GOODBYE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_reader = Reader()
atexit.register(_reader.close)
start, ask, close = _reader.start, _reader.ask, _reader.close
