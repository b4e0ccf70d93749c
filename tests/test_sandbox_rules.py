"""The rules of the sandbox as they are made: which files Landlock opens, what the filter answers to system calls."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from grader.host import process
from grader.worker import landlock, sandbox, seccomp

ROOT = Path(__file__).resolve().parents[1]


def test_rules_leave_out_what_is_to_be_avoided(tmp_path: Path) -> None:
    inside = ("torch/x", "torch/nn/modules/batchnorm.py", "torch/nn/utils/x", "solutions/x")
    for name in ("lib/a/x", "lib/b", *(f"lib/site-packages/{name}" for name in inside)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "lib/link").symlink_to(tmp_path / "lib/site-packages")
    packages = str(tmp_path / "lib/site-packages")
    found = sorted(landlock.without(str(tmp_path / "lib"), [packages]))
    assert found == [str(tmp_path / "lib/a"), str(tmp_path / "lib/b")]
    assert list(landlock.without(packages, [packages])) == []
    readable = [path.removeprefix(packages) for path in sandbox.readable([packages], [packages])]
    assert sorted(path for path in readable if "torch" in path) == ["/torch/nn/utils", "/torch/x"]


def test_no_rule_covers_the_course(tmp_path: Path) -> None:
    packages = process.package_folders()
    for path in sandbox.readable(packages, [*packages, str(ROOT)]):
        assert not str(ROOT / "solutions").startswith(os.path.realpath(path) + "/")
        assert os.path.realpath(path) not in {*packages, str(ROOT)}


ALLOW, NOT_PERMITTED, NOT_THERE, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000


def decision(program: seccomp.Filter, number: int, *args: int, architecture: int) -> int:
    """What the kernel would answer to a system call, by running the filter here."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *args, *[0] * (6 - len(args)))
    place = value = 0
    while True:
        code, if_true, if_false, operand = program._program[place]
        place += 1
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, operand)
        elif code == 0x06:
            return operand
        else:
            test = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[code]
            place += if_true if test else if_false


@pytest.mark.parametrize(
    ("machine", "architecture", "calls"),
    [
        (
            "x86_64", 0xC000003E,
            {"read": 0, "openat": 257, "mmap": 9, "execve": 59, "clone": 56, "kill": 62, "socket": 41, "unlinkat": 263,
             "prlimit64": 302, "fcntl": 72, "futex": 202, "sendto": 44, "setns": 308},
        ),
        (
            "aarch64", 0xC00000B7,
            {"read": 63, "openat": 56, "mmap": 222, "execve": 221, "clone": 220, "kill": 129, "socket": 198,
             "unlinkat": 35, "prlimit64": 261, "fcntl": 25, "futex": 98, "sendto": 206, "setns": 268},
        ),
    ],
    ids=["x86_64", "aarch64"],
)  # fmt: skip
def test_the_filter_says_the_same_on_every_machine(
    monkeypatch: pytest.MonkeyPatch, machine: str, architecture: int, calls: dict[str, int]
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    full, writing = seccomp.Filter(), seccomp.Filter(refuse_writing=True)

    def says(name: str, *args: int, program: seccomp.Filter = full) -> int:
        return decision(program, calls[name], *args, architecture=architecture)

    for name in ("read", "mmap", "futex", "sendto", "openat"):
        assert says(name, 0, 0, os.O_RDONLY | os.O_CLOEXEC, program=writing) == ALLOW
    for name in ("execve", "socket", "unlinkat", "setns"):
        assert says(name) == NOT_PERMITTED
    assert says("clone", 0x3D0F00) == ALLOW  # what pthread_create asks for
    assert says("clone", 0x1200011) == NOT_PERMITTED  # what fork asks for
    assert says("kill", 1) == NOT_PERMITTED
    assert says("prlimit64", 0, 7, 0) == ALLOW
    assert says("prlimit64", 0, 7, 2**40) == NOT_PERMITTED
    assert says("prlimit64", 1, 7, 0) == NOT_PERMITTED
    assert says("fcntl", 3, 1030) == ALLOW
    assert says("fcntl", 3, 8) == NOT_PERMITTED
    assert says("openat", 0, 0, os.O_WRONLY) == ALLOW  # Landlock sees to it
    assert says("openat", 0, 0, os.O_WRONLY, program=writing) == NOT_PERMITTED
    assert decision(full, 435, architecture=architecture) == NOT_THERE
    assert decision(full, 452, architecture=architecture) == NOT_THERE
    assert decision(full, 0x40000000 + 59, architecture=architecture) == NOT_THERE
    assert decision(full, calls["read"], architecture=0x40000003) == KILL


UNDER_CUDA_S_RULES = """
import json, os, sys, threading
sys.path.insert(0, sys.argv[1])
from grader.worker import sandbox
box = sandbox.Sandbox(device="cuda", packages=[], avoid=[sys.argv[1]])

def enter_and_look():
    layers = box.enter()
    def can(path, written=b""):
        try:
            descriptor = os.open(path, os.O_RDWR if written else os.O_RDONLY)
            return bool(os.write(descriptor, written) if written else os.read(descriptor, 1))
        except OSError:
            return False
    seen = {path: can(path) for path in json.loads(sys.argv[2])}
    def name_it():
        seen["a thread's name"] = can(f"/proc/self/task/{threading.get_native_id()}/comm", b"cuda")
    thread = threading.Thread(target=name_it)
    thread.start()
    thread.join()
    return layers, seen

# As the server does it: rules prepared before the fork, one child after the other.
for _ in range(2):
    read, write = os.pipe()
    if not (child := os.fork()):
        os.write(write, json.dumps(enter_and_look()).encode())
        os._exit(0)
    os.close(write)
    print(os.read(read, 2**16).decode())
    os.waitpid(child, 0)
"""


@pytest.mark.slow
@pytest.mark.skipif(sandbox.active_layers()["level"] != "L2", reason="needs Landlock")
def test_cuda_s_rules_show_no_other_process() -> None:
    """No device is needed to see what they open: the driver's files by name, and the child's own directory."""
    sibling = subprocess.Popen([sys.executable, "-c", "input()", "--seed", "s3cret"], stdin=subprocess.PIPE)
    mine, others = ["/proc/self/maps", "/proc/self/status", "/proc/devices", "/proc/cpuinfo"], [
        f"/proc/{sibling.pid}/cmdline", f"/proc/{sibling.pid}/status", f"/proc/{os.getpid()}/cmdline",
        f"/proc/{os.getpid()}/environ", "/proc/1/cmdline", "/proc/kallsyms", "/proc/sys/kernel/hostname",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-c", UNDER_CUDA_S_RULES, str(ROOT), str([*mine, *others]).replace("'", '"')],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    finally:
        sibling.communicate()
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        layers, seen = json.loads(line)
        assert layers["landlock"]
        if os.geteuid():
            # A process that cannot be dumped belongs to root in /proc.
            seen["a thread's name"] = True
        assert seen == dict.fromkeys(mine, True) | dict.fromkeys(others, False) | {"a thread's name": True}
    assert len(done.stdout.splitlines()) == 2
