"""Workers that are interpreters of their own, where there is no forking."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from grader.case.whereabouts import Whereabouts
from grader.host.process import Ending, Starter, waited_for_processor

if TYPE_CHECKING:  # it brings hypothesis, which a server that is warmed up does not wait for
    from grader.spec import OffLimits


class FreshProcesses:
    """Starts a new interpreter for every answer, where there is no forking: a second or two each."""

    def __init__(self, sandbox: dict[str, Any]) -> None:
        """Start nothing yet."""
        self._starter = Starter(sandbox)

    def spawn(self, off_limits: "OffLimits | None" = None) -> "Fresh":
        """Start a worker.

        Args:
            off_limits: What the guard in it will refuse; it is armed when the answer is there.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            return Fresh(self._starter, ours, theirs)

    def close(self) -> None:
        """Remove the empty folder that workers start in."""
        self._starter.remove()


class Fresh:
    """A worker in an interpreter of its own."""

    def __init__(self, starter: Starter, ours: socket.socket, theirs: socket.socket) -> None:
        """Start it and pass it its socket."""
        self.frames: socket.socket = ours
        self.whereabouts: Whereabouts | None = None
        self.output, writable = socket.socketpair()
        self.output.setblocking(False)
        if sys.platform == "win32":
            options: dict[str, Any] = {"stdin": subprocess.PIPE}
        else:
            options = {"stdin": subprocess.DEVNULL, "pass_fds": [theirs.fileno()], "start_new_session": True}
        number = -1 if sys.platform == "win32" else theirs.fileno()
        self._popen = starter.start("child", number, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
        if sys.platform == "win32":
            assert self._popen.stdin is not None
            shared = theirs.share(self._popen.pid)
            self._popen.stdin.write(len(shared).to_bytes(4, "little") + shared)
            self._popen.stdin.close()
        # Windows cannot wait for a pipe and a socket at once, so a thread turns one into the other.
        self._pump = threading.Thread(target=_pump, args=(self._popen.stdout, writable), daemon=True)
        self._pump.start()

    def read_output(self, size: int) -> bytes:
        """Read what was printed; nothing at the end."""
        return self.output.recv(size)

    def waited(self) -> float:
        """Seconds for which it has been ready to run while the processors were busy with others."""
        return waited_for_processor(self._popen.pid)

    def end(self, patience: float) -> Ending:
        """Wait a moment for it to end, then kill it, and say how it ended."""
        try:
            self._popen.wait(patience)
            ended = True
        except subprocess.TimeoutExpired:
            ended = False
        self._kill()
        self._pump.join(1)
        return Ending(self._popen.returncode, ended)

    def close(self) -> None:
        """Kill it where it still runs, and release everything."""
        self._kill()
        self.frames.close()
        self.output.close()
        self._pump.join(1)

    def _kill(self) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.kill()
        self._popen.wait()


def _pump(source: BinaryIO, sink: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError), source, sink:
        while data := source.read1(2**16):  # type: ignore[attr-defined]
            sink.sendall(data)
