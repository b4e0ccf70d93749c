"""Start workers: children forked by a server where Linux allows it, fresh processes elsewhere."""

import array
import contextlib
import importlib.util
import json
import math
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from grader.model import Limits
from grader.worker import marks

START_SECONDS = 120.0
"""Within which a server must have imported torch."""
ANSWER_SECONDS = 30.0
"""Within which a server must answer."""

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_BOOT = """
import json, sys
config = json.loads(sys.argv[1])
sys.path[:0] = [config["root"]]
sys.path += config["sandbox"]["packages"]
from grader.worker import server
sys.path.remove(config["root"])
server.main(config)
"""
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA")


class JudgeError(Exception):
    """The judge's own machinery failed; nothing is said about the answer."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended."""

    status: int | None
    """Its exit status, negative for a signal."""
    by_itself: bool
    """Whether it had ended before the judge killed it."""


class Process(Protocol):
    """One worker as the judge sees it."""

    frames: socket.socket
    output: Any
    """What the answer prints: something a selector can wait for."""
    board: marks.Board | None
    """Where it notes what it does; without one it sends marks."""

    def read_output(self, size: int) -> bytes:
        """Read what was printed; nothing at the end."""

    def end(self, patience: float) -> Ending:
        """Wait a moment for it to end, then kill it, and say how it ended."""

    def close(self) -> None:
        """Kill it where it still runs, and let go of everything."""


def can_fork() -> bool:
    """Whether a server can fork children here; macOS cannot once frameworks are loaded, Windows has no fork."""
    return sys.platform == "linux" and hasattr(os, "fork")


def package_folders() -> list[str]:
    """Where torch and what it needs are installed."""
    folders: dict[str, None] = {}
    for name in ("torch", "numpy", "sympy", "typing_extensions"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            path = Path(spec.origin)
            folders[str(path.parent.parent if path.name == "__init__.py" else path.parent)] = None
    return list(folders)


def settings(limits: Limits, device: str, sandbox: str) -> dict[str, Any]:
    """What a worker is told about its confinement.

    Args:
        limits: What an answer may use.
        device: ``cpu`` or ``cuda``.
        sandbox: ``auto``, or the level to stop at.
    """
    return {
        "most": sandbox,
        "device": device,
        "memory_mb": limits.memory_mb,
        # Several threads may be at work; the judge's clock is the limit, this is its second fence.
        "cpu_seconds": math.ceil(2 * limits.part_seconds + 10),
    }


_warm: dict[str, "ForkServer"] = {}


def warm_up(sandbox: dict[str, Any]) -> None:
    """Start a server before it is asked for, so that it imports torch while this process does."""
    if can_fork():
        _warm[json.dumps(sandbox)] = ForkServer(sandbox)


def cool_down() -> None:
    """End the servers that were warmed up and never asked for."""
    while _warm:
        _warm.popitem()[1].close()


def start_source(sandbox: dict[str, Any]) -> "ForkServer | FreshProcesses":
    """Where workers of these settings come from, warmed up or new."""
    if not can_fork():
        return FreshProcesses(sandbox)
    return _warm.pop(json.dumps(sandbox), None) or ForkServer(sandbox)


class _Starter:
    """Runs Python with a clean environment, in an empty folder, on the worker's code."""

    def __init__(self, sandbox: dict[str, Any]) -> None:
        root = str(_PACKAGE_ROOT)
        packages = package_folders()
        avoid = [str(_PACKAGE_ROOT / "grader")] if root in packages else [root]
        self._config = {
            "root": root,
            "judge": os.getpid(),
            "sandbox": {**sandbox, "packages": packages, "avoid": avoid},
        }
        self._home = tempfile.mkdtemp(prefix="course-worker-")
        os.chmod(self._home, 0o555)

    def start(self, role: str, descriptor: int, **options: Any) -> "subprocess.Popen[bytes]":
        config = json.dumps({**self._config, "role": role, "socket": descriptor})
        # -I and -S: neither PYTHON* variables nor .pth files of this machine have a say.
        command = [sys.executable, "-I", "-S", "-B", "-c", _BOOT, config]
        return subprocess.Popen(command, cwd=self._home, env=self._environment(), **options)

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        threads = dict.fromkeys(
            ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
        )
        cuda = self._config["sandbox"]["device"] == "cuda"  # type: ignore[index]
        return {
            **kept,
            **threads,
            "LANG": "C.UTF-8",
            "HOME": self._home,
            "USER": "student",
            "TORCHINDUCTOR_CACHE_DIR": self._home,
            "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0") if cuda else "",
            # torch.cuda.is_available() would else start CUDA in the server, and no child could use it again.
            "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
            "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
            "CUDA_CACHE_DISABLE": "1",
        }

    def remove(self) -> None:
        with contextlib.suppress(OSError):
            os.chmod(self._home, 0o755)
            os.rmdir(self._home)


class ForkServer:
    """The judge's side of `grader.worker.server`."""

    def __init__(self, sandbox: dict[str, Any]) -> None:
        """Start it; it imports torch while the judge goes on with something else."""
        self._starter = _Starter(sandbox)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        with theirs:
            self._popen = self._starter.start(
                "server",
                theirs.fileno(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                start_new_session=True,
            )
        self._ready = False
        self._ordered: _Ordered | None = None

    def prepare(self) -> None:
        """Order the next child and wait for nothing; it starts while the judge goes on."""
        if self._ordered is None:
            self._ordered = self._order()

    def spawn(self) -> "Forked":
        """Give the child that was ordered, or a new one.

        Raises:
            JudgeError: where the server is gone or does not answer.
        """
        ordered, self._ordered = self._ordered or self._order(), None
        try:
            if ordered.reply is None:
                ordered.reply = self._receive(ANSWER_SECONDS)
            if "pid" not in ordered.reply:
                raise JudgeError(f"the server of workers could not start one: {ordered.reply.get('error')}")
            if not self.is_alive():
                raise self._gone()
        except JudgeError:
            ordered.close()
            raise
        return Forked(self, ordered.reply["pid"], ordered.frames, ordered.output, ordered.board)

    def _order(self) -> "_Ordered":
        self._wait_until_ready()
        ours, theirs = socket.socketpair()
        output, written = os.pipe()
        memory = marks.new()
        ordered = _Ordered(ours, output, marks.Board(memory))
        try:
            self._tell({"op": "fork"}, theirs.fileno(), written, memory)
        except JudgeError:
            ordered.close()
            raise
        finally:
            theirs.close()
            os.close(written)
            os.close(memory)
        return ordered

    def _wait_until_ready(self) -> None:
        if not self._ready:
            hello = self._receive(START_SECONDS)
            if hello.get("threads") != 1:
                raise JudgeError(f"the server of workers runs {hello.get('threads')} threads, so it cannot fork safely")
            self._ready = True

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def status(self, pid: int) -> int | None:
        """Wait for a child to end, and let the server reap it: how it ended, as a return code."""
        if self._ordered is not None and self._ordered.reply is None:
            # Replies come in the order of the requests.
            self._ordered.reply = self._receive(ANSWER_SECONDS)
        self._tell({"op": "status", "pid": pid})
        return self._receive(ANSWER_SECONDS).get("status")

    def forget(self, pid: int) -> None:
        """Leave a child that was killed to the server."""
        self._tell({"op": "forget", "pid": pid})

    def _tell(self, request: dict[str, Any], *descriptors: int) -> None:
        try:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
            self._control.sendmsg([json.dumps(request).encode()], rights)
        except OSError as error:
            raise self._gone() from error

    def _receive(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        try:
            message = self._control.recv(4096)
        except TimeoutError as error:
            raise JudgeError(f"the server of workers did not answer within {seconds:g} s") from error
        except OSError as error:
            raise self._gone() from error
        if not message:
            raise self._gone()
        reply: dict[str, Any] = json.loads(message)
        return reply

    def _gone(self) -> JudgeError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(1)
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 2000))
        text = self._errors.read().decode(errors="replace").strip()
        return JudgeError(f"the server of workers ended with status {self._popen.returncode}\n{text}".strip())

    def close(self) -> None:
        """End the server and every child it has."""
        if self._ordered is not None:
            self._ordered.close()
        self._control.close()
        with contextlib.suppress(OSError):
            self._popen.kill()
        self._popen.wait()
        self._errors.close()
        self._starter.remove()


@dataclass(slots=True)
class _Ordered:
    """The judge's ends of a child that the server was asked for."""

    frames: socket.socket
    output: int
    board: marks.Board
    reply: dict[str, Any] | None = None

    def close(self) -> None:
        self.frames.close()
        os.close(self.output)
        self.board.close()


class Forked:
    """A child of the server."""

    def __init__(self, server: ForkServer, pid: int, frames: socket.socket, output: int, board: marks.Board) -> None:
        """Take hold of it; the server does not reap it, so its id stays its own, until it is told to."""
        self._server, self.pid = server, pid
        self.frames, self.output = frames, output
        self.board: marks.Board | None = board
        self._reaped = False
        os.set_blocking(output, False)
        try:
            self._handle: int | None = os.pidfd_open(pid)
        except (AttributeError, OSError):
            self._handle = None

    def read_output(self, size: int) -> bytes:
        """Read what was printed; nothing at the end."""
        return os.read(self.output, size)

    def end(self, patience: float) -> Ending:
        """Wait a moment for it to end, then kill it, and say how it ended."""
        ended = self._handle is not None and bool(select.select([self._handle], [], [], patience)[0])
        self._kill()
        self._reaped = True
        return Ending(self._server.status(self.pid), ended)

    def close(self) -> None:
        """Kill it where it still runs, and let go of everything."""
        if not self._reaped:
            self._kill()
            with contextlib.suppress(JudgeError):
                self._server.forget(self.pid)
        self.frames.close()
        os.close(self.output)
        if self.board is not None:
            self.board.close()
        if self._handle is not None:
            os.close(self._handle)

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL)
        # Its group too: where seccomp is missing it may have started others.
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)


class FreshProcesses:
    """Starts a new interpreter for every answer, where there is no forking: a second or two each."""

    def __init__(self, sandbox: dict[str, Any]) -> None:
        """Start nothing yet."""
        self._starter = _Starter(sandbox)

    def spawn(self) -> "Fresh":
        """Start a worker."""
        ours, theirs = socket.socketpair()
        with theirs:
            return Fresh(self._starter, ours, theirs)

    def close(self) -> None:
        """Remove the empty folder that workers start in."""
        self._starter.remove()


class Fresh:
    """A worker in an interpreter of its own."""

    def __init__(self, starter: _Starter, ours: socket.socket, theirs: socket.socket) -> None:
        """Start it and hand it its socket."""
        self.frames: socket.socket = ours
        self.board: marks.Board | None = None
        self.output, writable = socket.socketpair()
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
        """Kill it where it still runs, and let go of everything."""
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
