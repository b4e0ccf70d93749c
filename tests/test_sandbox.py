"""What an answer can reach: nothing but torch, and nobody but itself."""

import os
import socket
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.answer.load import Answer, Cell
from grader.host import process
from grader.host.forked import ForkServer
from grader.host.session import Child, Server
from grader.model import Limits
from grader.spec import OffLimits
from grader.worker import sandbox, seccomp

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(Limits()) as server:
        yield server


@pytest.fixture
def confined(server: Server) -> Server:
    if server.sandbox != "L2":
        pytest.skip(f"this system only reaches {server.sandbox}: {server.layers}")
    return server


NOTHING = OffLimits()
NORM = OffLimits(kernels=("*batch_norm*", "*layer_norm*"), classes=("*BatchNorm*", "LayerNorm"))


def attempt(server: Server, body: str, off_limits: OffLimits = NOTHING) -> str:
    """What came of an attempt made while an answer was loaded: the exception's name, or what was printed."""
    source = "try:\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ")
    source += "\nexcept BaseException as error:\n    print(type(error).__name__, error)"
    child = server.open(Answer("a/attempt.py", "attempt", (Cell(source),), ""), off_limits)
    assert isinstance(child, Child), child
    assert child.loaded["errors"] == []
    child._read_output()
    child.close()
    return child.output


def refused(text: str) -> bool:
    return text.startswith(("PermissionError", "ValueError not allowed to raise maximum limit"))


def test_the_level_and_its_layers_are_known(server: Server) -> None:
    found = sandbox.active_layers()
    assert server.sandbox == found["level"]
    assert set(server.layers) == set(found)
    for layer in ("landlock", "seccomp", "fork_server"):
        assert server.layers[layer] == found[layer]


@pytest.mark.parametrize(
    "path",
    [
        "{root}/grader/judge/session.py",
        "{root}/grader/worker/child.py",
        "{root}/solutions",
        "{root}/pyproject.toml",
        "{secret}",
        "/etc/passwd",
        "/etc/shadow",
        "/proc/{judge}/environ",
        "/proc/{judge}/cmdline",
        "/proc/{judge}/maps",
        "/proc/{server}/cmdline",
        "/proc/1/cmdline",
        "/proc/self/environ",
        "/proc/mounts",
        "/tmp",
        "/root",
        "/home",
        "/proc/self/cmdline",
        "{packages}/torch/nn/modules/batchnorm.py",
        "{packages}/torch/nn/functional.py",
        "{packages}/torch/nn/__pycache__",
        "{packages}/torch/ao/nn/quantizable/modules/rnn.py",
        "{packages}/torch/_refs/__init__.py",
        "{packages}/torch/_decomp/decompositions.py",
        "{packages}/torch/_inductor",
        "{packages}/pytest/__init__.py",
        "{packages}/hypothesis/__init__.py",
        "{packages}",
    ],
)
def test_files_of_others_cannot_be_read(confined: Server, tmp_path: Path, path: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the hidden seed")
    source = confined._source
    path = path.format(
        root=ROOT,
        secret=secret,
        judge=os.getpid(),
        server=source._popen.pid if isinstance(source, ForkServer) else 1,
        packages=process.package_folders()[0],
    )
    if not os.path.exists(path):
        pytest.skip(f"there is no {path} here")
    body = f"import os\nprint('got', os.listdir({path!r}) if os.path.isdir({path!r}) else open({path!r}).read(9))"
    assert attempt(confined, body).startswith("PermissionError")


def test_no_more_of_the_kit_can_be_imported(confined: Server) -> None:
    for name in ("grader.host.session", "grader.suite.cache", "grader.model.codec", "hypothesis", "pytest"):
        text = attempt(confined, f"import {name}; print('got it', {name.partition('.')[0]})")
        assert text.startswith("ModuleNotFoundError"), name + text


def test_the_kit_is_closed_where_its_files_can_be_read() -> None:
    with Server(Limits(), sandbox="L1") as server:
        for name in ("grader.host", "grader.suite.cache", "grader.model.codec", "grader.case.nothing"):
            assert attempt(server, f"import {name}").startswith("ModuleNotFoundError"), name


@pytest.mark.parametrize(
    "body",
    [
        "open('new.txt', 'w')",
        "open({target!r}, 'w')",
        "open({target!r}, 'r+')",
        "os.open({target!r}, os.O_RDONLY | os.O_TRUNC)",
        "os.unlink({target!r})",
        "os.rename({target!r}, {target!r} + 'x')",
        "os.chmod({target!r}, 0)",
        "os.utime({target!r})",
        "os.truncate({target!r}, 0)",
        "os.link({target!r}, {target!r} + 'x')",
        "os.symlink('a', {target!r} + 'x')",
        "os.mkdir({folder!r} + '/new')",
        "os.rmdir({folder!r})",
        "os.mkfifo({folder!r} + '/new')",
        "os.chown({target!r}, 1, 1)",
        "os.setxattr({target!r}, 'user.a', b'1')",
        "open('/dev/shm/new', 'w')",
        "os.chmod('.', 0o777)",
        "os.rmdir(os.getcwd())",
    ],
)
def test_nothing_can_be_written_or_changed(confined: Server, tmp_path: Path, body: str) -> None:
    target, folder = tmp_path / "file", tmp_path / "folder"
    target.write_text("as it was")
    folder.mkdir()
    target.chmod(0o666)
    before = target.stat()
    body = body.format(target=str(target), folder=str(folder))
    assert refused(attempt(confined, f"import os\nprint('did it', {body})"))
    assert target.read_text() == "as it was"
    assert target.stat().st_mtime_ns == before.st_mtime_ns
    assert target.stat().st_mode == before.st_mode
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize(
    "body",
    [
        "os.fork()",
        "os.forkpty()",
        "os.posix_spawn(sys.executable, [sys.executable], {})",
        "os.execv(sys.executable, ['x'])",
        "subprocess.run(['true'])",
        "os.system('true') and 1 / 0",
        "multiprocessing.get_context('fork').Process().start()",
        "libc.vfork() == -1 and 1 / 0",
        "libc.syscall(435, 0, 0) == -1 and 1 / 0",
        "libc.syscall(272, 0x10000000) == -1 and 1 / 0",
        "os.setsid()",
        "os.setpgid(0, 0)",
    ],
)
def test_nothing_can_be_started(confined: Server, body: str) -> None:
    setup = "import ctypes, multiprocessing, os, subprocess, sys\nlibc = ctypes.CDLL(None)\n"
    text = attempt(confined, f"{setup}print('did it', {body})")
    assert refused(text) or text.startswith("ZeroDivisionError")


@pytest.mark.parametrize(
    "body",
    [
        "os.kill({pid}, 0)",
        "os.kill(os.getppid(), 9)",
        "os.kill(-1, 9)",
        "os.kill(0, 9)",
        "os.killpg({pid}, 9)",
        "os.pidfd_open({pid})",
        "resource.prlimit({pid}, resource.RLIMIT_CPU)",
        "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "resource.prlimit(0, resource.RLIMIT_AS, (-1, -1))",
        "os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
        "os.setpriority(os.PRIO_USER, 0, 19)",
        "os.sched_setaffinity({pid}, [0])",
        "fcntl.fcntl(3, fcntl.F_SETOWN, {pid})",
        "ok(libc.ptrace(16, {pid}, 0, 0))",
        "ok(libc.process_vm_readv({pid}, 0, 0, 0, 0, 0))",
        "ok(libc.prctl(4, 1, 0, 0, 0))",
        "ok(libc.prctl(1, 0, 0, 0, 0))",
        "ok(libc.tgkill({pid}, {pid}, 9))",
        "os.setuid(0) or os.setuid(1)",
    ],
)
def test_nobody_else_can_be_touched(confined: Server, body: str) -> None:
    setup = """
        import ctypes, fcntl, os, resource
        libc = ctypes.CDLL(None)
        def ok(result):
            if result == -1: raise PermissionError
    """
    body = body.format(pid=os.getpid())
    text = attempt(confined, textwrap.dedent(setup) + f"print('did it', {body})")
    assert refused(text), text


@pytest.mark.parametrize(
    "body",
    [
        "socket.socket()",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "socket.create_connection(('127.0.0.1', {port}))",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.send_fds(judge, [b'x'], [0])",
        "urllib.request.urlopen('http://127.0.0.1:{port}')",
    ],
)
def test_there_is_no_network(confined: Server, body: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        body = body.format(port=listening.getsockname()[1])
        text = attempt(
            confined,
            f"import os, socket, urllib.request\njudge = socket.socket(fileno=os.dup(3))\nprint('did it', {body})",
        )
    assert refused(text) or text.startswith("URLError"), text


def test_a_child_holds_no_descriptor_but_its_own(confined: Server) -> None:
    body = """
        import os
        found = []
        for number in range(300):
            try:
                found.append((number, os.fstat(number).st_mode >> 12))
            except OSError:
                pass
        print(found)
    """
    # /dev/null, the pipe twice, the judge's socket.
    assert attempt(confined, body).strip() == str([(0, 2), (1, 1), (2, 1), (3, 12)])


def test_the_environment_says_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_SEED", "the hidden seed")
    with Server(Limits(), sandbox="L0") as other:
        text = attempt(other, "import os, sys; print(sorted(os.environ), sys.argv, sys.path, os.listdir('.'))")
        assert other.sandbox == "L0"
        written = attempt(other, "open('new', 'w')")
    assert "COURSE" not in text
    assert str(ROOT) not in text.replace(str(Path(process.package_folders()[0])), "")
    assert "[]" in text
    assert refused(written)


def test_nothing_of_the_judge_is_left_to_see(server: Server) -> None:
    text = attempt(
        server, "import sys; print(sys.argv, sys.orig_argv, vars(sys.modules['__main__']).keys() - dir(sys))"
    )
    assert text.startswith("['answer'] ['answer'] ")
    assert "config" not in text
    assert attempt(server, "import sys; print([name for name in sys.modules if 'grader' in name])").strip() == "[]"


def test_the_guard_is_armed_before_the_first_line(server: Server) -> None:
    body = "import torch; print('did it', torch.nn.functional.layer_norm(torch.ones(2), (2,)))"
    assert attempt(server, body, NORM).startswith("RuntimeError off limits: torch.nn.functional.layer_norm")
    assert attempt(server, body).startswith("did it")


SERVES_ITSELF = """
    import sys, torch
    frame = sys._getframe()
    while not any(hasattr(thing, "run_case") for thing in frame.f_globals.values()):
        frame = frame.f_back
    probe = next(thing for thing in frame.f_globals.values() if hasattr(thing, "run_case"))
    step = {"do": "call", "args": [{"$fill": "normal", "shape": [2, 4]}]}
    case = {"symbol": "LayerNorm", "new": {"args": [4]}, "steps": [step]}
    print(probe.run_case(case, vars(torch.nn))["error"]["message"])
"""


def test_an_answer_that_serves_itself_has_nothing_to_send(server: Server) -> None:
    assert attempt(server, SERVES_ITSELF, NORM).startswith("off limits: torch.nn.LayerNorm")


def test_without_landlock_torchs_text_is_not_read_either() -> None:
    with Server(Limits(), sandbox="L1") as server:
        body = "import torch; print('did it', open(torch.nn.modules.__path__[0] + '/batchnorm.py').read(9))"
        assert attempt(server, body, NORM).startswith("PermissionError off limits")


def test_without_landlock_files_still_cannot_be_changed(tmp_path: Path) -> None:
    if not seccomp.available():
        pytest.skip("this kernel has no seccomp, or we have no table for this machine")
    target = tmp_path / "file"
    target.write_text("as it was")
    with Server(Limits(), sandbox="L1") as server:
        assert server.sandbox == "L1"
        for body in (
            f"open({str(target)!r}, 'a')",
            f"os.unlink({str(target)!r})",
            "os.fork()",
            f"os.kill({os.getpid()}, 0)",
        ):
            assert refused(attempt(server, f"import os; print('did it', {body})"))
        assert attempt(server, f"print(open({str(target)!r}).read())").strip() == "as it was"
