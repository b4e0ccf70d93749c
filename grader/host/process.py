"""One worker as the judge sees it, and the interpreter that becomes one."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from grader.case.whereabouts import Whereabouts
from grader.host.scratch import Scratch

START_SECONDS = 120.0
"""Seconds within which a server must have imported torch."""
ANSWER_SECONDS = 30.0
"""Seconds within which a server must answer."""

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
    """An internal error of the judge; it says nothing about the answer."""


class CalledOff(BaseException):
    """Nobody wants to know any more what was asked; no error, and nothing that a handler of errors should see."""


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
    """What the answer prints: an object that a selector can wait for."""
    whereabouts: Whereabouts | None
    """Where it notes what it is about to do; without it, it sends messages."""

    def read_output(self, size: int) -> bytes:
        """Read what was printed; nothing at the end."""

    def waited(self) -> float:
        """Seconds for which it has been ready to run while the processors were busy with others."""

    def end(self, patience: float) -> Ending:
        """Wait a moment for it to end, then kill it, and say how it ended."""

    def close(self) -> None:
        """Kill it where it still runs, and release everything."""


def waited_for_processor(pid: int) -> float:
    """Seconds for which a process has been ready to run and was not run; 0 where the system does not say."""
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def package_folders() -> list[str]:
    """Where torch and what it needs are installed."""
    folders: dict[str, None] = {}
    for name in ("torch", "numpy", "sympy", "typing_extensions"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            path = Path(spec.origin)
            folders[str(path.parent.parent if path.name == "__init__.py" else path.parent)] = None
    return list(folders)


class Starter:
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
        self._scratch = Scratch()
        self._home = str(self._scratch.path)
        os.chmod(self._home, 0o555)

    def start(self, role: str, descriptor: int, **options: Any) -> "subprocess.Popen[bytes]":
        """Start it in a role of `grader.worker.server`, with a descriptor that it inherits."""
        config = json.dumps({**self._config, "role": role, "socket": descriptor})
        # -I and -S: neither PYTHON* variables nor .pth files of this machine have an effect.
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
        """Remove the empty folder."""
        self._scratch.remove()
