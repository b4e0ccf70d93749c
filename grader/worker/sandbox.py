"""The layers between a student's code and the machine, each used where the system has it.

Levels: L2 has resource limits, no new privileges, Landlock and seccomp; L1 lacks Landlock (files can be read, nothing
can be written or started); L0 lacks seccomp too: the answer then runs with the rights of the person who grades.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from grader.worker import landlock, limits, reimplementations, seccomp

LEVELS = ("L0", "L1", "L2")

COMPANIONS = (
    "torch", "torchgen", "functorch", "numpy", "sympy", "mpmath", "networkx", "jinja2", "markupsafe", "filelock",
    "fsspec", "typing_extensions", "setuptools", "_distutils_hack", "pkg_resources", "packaging", "nvidia", "triton",
    "mkl", "intel_openmp", "tbb", "isympy",
)  # fmt: skip
"""What torch may import or load, by its name in a directory of packages."""

_SYSTEM = (
    "/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib64", "/usr/local/cuda", "/nix/store", "/gnu/store",
    "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo",
    "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu",
    "/sys/devices/system/node", "/sys/fs/cgroup/cpu.max", "/dev/urandom", "/dev/random", "/dev/zero",
)  # fmt: skip
_CUDA_READ = (
    "/sys", "/etc/nvidia", "/usr/share/nvidia", "/etc/vulkan",
    # The driver's own settings, the GPUs and MIG instances there are; that of unified memory is another module's.
    "/proc/driver/nvidia", "/proc/driver/nvidia-uvm",
    # The numbers of its devices, and whether its modules are loaded.
    "/proc/devices", "/proc/modules", "/proc/version",
    # Where memory may be mapped.
    "/proc/sys/vm/mmap_min_addr", "/proc/sys/vm/max_map_count",
    "/proc/stat", "/proc/loadavg", "/proc/filesystems",
)  # fmt: skip
"""What NVIDIA's driver and libraries read, each by its name: all of /proc would show the command lines of every other
process on the machine, and a seed or a path that stands in one."""
_CUDA_OWN = ("/proc/self",)
"""What the driver reads about the process that it is in: its memory's map, its limits, its threads."""
_CUDA_OWN_WRITE = ("/proc/self/task",)
"""The driver names its threads (``/proc/self/task/*/comm``); since version 570 it does not start where it cannot."""


class Sandbox:
    """What a child enters before it sees a line of the answer; prepared once, by the server."""

    def __init__(
        self,
        *,
        most: str = "auto",
        device: str = "cpu",
        memory_mb: int = 2048,
        cpu_seconds: int = 130,
        packages: Iterable[str] = (),
        avoid: Iterable[str] = (),
    ) -> None:
        """Prepare the layers.

        Args:
            most: ``auto`` for all that the system has, or the level of `LEVELS` to stop at.
            device: ``cuda``, or another: only a GPU's driver needs more than the CPU.
            memory_mb: Address space an answer may use (on the CPU).
            cpu_seconds: Processor time of a child.
            packages: The directories that hold torch and what it needs; only torch's own parts of them are readable.
            avoid: Directories that no other rule may make readable.
        """
        self._device, self._cpu_seconds = device, cpu_seconds
        self._memory_mb = memory_mb if device != "cuda" else None
        packages = list(packages)
        self._ruleset: landlock.Ruleset | None = None
        self._rules: Mapping[str, list[str]] | None = None
        if most in ("auto", "L2") and landlock.version():
            read = readable(packages, [*packages, *avoid], device)
            self._rules = {"read": read, "list_only": [os.getcwd()], "write": _devices(device)}
            if device != "cuda":
                self._ruleset = landlock.Ruleset(**self._rules)
        self._filter = None
        if most != "L0" and seccomp.available():
            self._filter = seccomp.Filter(device=device, refuse_writing=self._rules is None)

    def enter(self) -> dict[str, bool | str]:
        """Confine this process for good and say which layers hold."""
        layers: dict[str, bool | str] = dict(
            limits.limit_resources(memory_mb=self._memory_mb, cpu_seconds=self._cpu_seconds)
        )
        layers["no_new_privileges"] = limits.no_new_privileges()
        layers["capabilities_dropped"] = limits.drop_capabilities()
        layers["not_dumpable"] = limits.not_dumpable()
        ruleset = self._ruleset or self._own_ruleset()
        layers["landlock"] = bool(ruleset and ruleset.enter()) and f"version {landlock.version()}"
        layers["seccomp"] = bool(self._filter and self._filter.enter())
        layers["level"] = level(layers)
        return layers

    def _own_ruleset(self) -> landlock.Ruleset | None:
        """With a CUDA device, the rules of this process alone: a rule about ``/proc/self`` is about who makes it."""
        if self._rules is None:
            return None
        read, write = [*self._rules["read"], *_CUDA_OWN], [*self._rules["write"], *_CUDA_OWN_WRITE]
        return landlock.Ruleset(read, self._rules["list_only"], write)


def level(layers: Mapping[str, Any]) -> str:
    """The level that these layers add up to."""
    if not (layers["seccomp"] and layers["no_new_privileges"]):
        return "L0"
    return "L2" if layers["landlock"] else "L1"


def readable(packages: Iterable[str], avoid: Iterable[str], device: str = "cpu") -> list[str]:
    """The files and directories that torch and the interpreter read; nothing of the course or of students.

    Of torch, nothing of `reimplementations.sources`.
    """
    avoid = list(avoid)
    roots = [os.path.dirname(os.__file__), os.path.join(sys.base_prefix, "lib"), *_SYSTEM]
    roots += _CUDA_READ if device == "cuda" else ()
    paths = [path for root in roots if os.path.exists(root) for path in landlock.without(root, avoid)]
    for package in map(Path, packages):
        for name in COMPANIONS:
            # What torch does in Python stays unread.
            hidden = reimplementations.sources(package / "torch") if name == "torch" else ()
            for path in (package / name, package / f"{name}.py", package / f"{name}.libs"):
                if path.exists():
                    paths += landlock.without(str(path), hidden)
        paths += [str(path) for path in package.glob("torch-*.dist-info")]
    return paths


def _devices(device: str) -> list[str]:
    nvidia = [str(path) for path in Path("/dev").glob("nvidia*")] if device == "cuda" else []
    return [path for path in ["/dev/null", *nvidia] if os.path.exists(path)]


def active_layers() -> dict[str, bool | str]:
    """What this system offers, found without confining this process (for ``course doctor``)."""
    linux = sys.platform == "linux"
    layers: dict[str, bool | str] = {
        "fork_server": linux and hasattr(os, "fork"),
        "cpu_time": limits.have_limits(),
        "files": limits.have_limits(),
        "address_space": linux and limits.have_limits(),
        "no_new_privileges": linux,
        "capabilities_dropped": linux,
        "not_dumpable": linux,
        "landlock": bool(landlock.version()) and f"version {landlock.version()}",
        "seccomp": seccomp.available(),
    }
    return layers | {"level": level(layers)}
