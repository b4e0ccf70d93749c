"""Workers as processes: what ends with whom, and for whom they work."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from grader.host import launch
from grader.host.session import Server
from grader.model import Limits
from grader.worker import sandbox
from tests.test_sandbox import ROOT, attempt


@pytest.mark.slow
def test_leftovers_of_an_unconfined_answer_are_killed() -> None:
    if not launch.can_fork():
        pytest.skip("no fork server on this system")
    body = """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                print(os.getpid(), flush=True)
                time.sleep(600)
            os._exit(0)
        time.sleep(0.3)
    """
    with Server(Limits(), sandbox="L0") as server:
        daemon = int(attempt(server, body))
        for _ in range(20):  # each answer gives the server a chance to look for orphans
            attempt(server, "pass")
            if not os.path.exists(f"/proc/{daemon}"):
                break
        assert not os.path.exists(f"/proc/{daemon}")


@pytest.mark.slow
def test_workers_end_when_the_judge_does(tmp_path: Path) -> None:
    if not launch.can_fork():
        pytest.skip("no fork server on this system")
    script = tmp_path / "judge.py"
    script.write_text(
        textwrap.dedent("""
        import os
        from grader.host.session import Server
        from grader.answer.load import Answer, Cell
        from grader.model import Limits
        from grader.spec import OffLimits

        server = Server(Limits())
        child = server.open(Answer("a.py", "a", (Cell("x = 1"),), ""), OffLimits())
        print(child._process.pid, server._source._popen.pid, flush=True)
        os.kill(os.getpid(), 9)
    """)
    )
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == 2, done.stderr
    for _ in range(500):
        if not any(map(_runs, pids)):
            break
        subprocess.run(["sleep", "0.02"], check=True)
    assert not any(map(_runs, pids))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_it_works_for_an_ordinary_user(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv to become an ordinary user")
    script = tmp_path / "judge.py"
    script.write_text(
        textwrap.dedent("""
        import os
        from grader.host.session import Server
        from grader.answer.load import Answer, Cell
        from grader.model import Limits
        from grader.spec import OffLimits, call, layer_case, tensor

        source = "from torch import nn\\nclass A(nn.Module):\\n    def forward(self, x): return 2 * x"
        assert os.geteuid() == 65534
        with Server(Limits()) as server:
            child = server.open(Answer("a.py", "a", (Cell(source),), ""), OffLimits())
            case = layer_case(steps=[call(tensor(1, fill="ones"))], state=None) | {"symbol": "A"}
            print(server.sandbox, [item["steps"][0]["out"].item() for item in child.run([case] * 3)])
    """)
    )
    # The right to read everything stays: Python itself may lie in root's home.
    user = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=+dac_read_search",
        "--ambient-caps=+dac_read_search",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": "/tmp", "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp/none"}
    done = subprocess.run(
        [*user, sys.executable, "-B", script], capture_output=True, text=True, timeout=120, check=False, env=environment
    )
    assert done.stdout.split(maxsplit=1) == [sandbox.active_layers()["level"], "[2.0, 2.0, 2.0]\n"], done.stderr
