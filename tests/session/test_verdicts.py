"""Answers of every kind: each gets its verdict, and the judge survives its own troubles."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch

from grader.answer.load import Answer, Cell
from grader.host import child as judges_child
from grader.host import launch, process, session
from grader.host.forked import ForkServer
from grader.host.session import Child, Server, Stopped
from grader.model import Verdict
from grader.spec import OffLimits, call, layer_case, tensor
from tests.sessions import DOUBLE, HASTY, LIMITS, answer, case, error_of, forward, open_child, run, stopped

pytestmark = pytest.mark.slow

# --- what an ordinary answer does ---------------------------------------------------------------------------------


def test_cases_come_back_in_order_and_a_child_serves_many_runs(server: Server) -> None:
    child = open_child(server, DOUBLE)
    for _ in range(3):
        cases = [
            layer_case(steps=[call(tensor(1, fill="ones", scale=float(k)))], state=None) | {"symbol": "Double"}
            for k in range(35)
        ]
        found = [item["steps"][0]["out"].item() for item in child.run(cases)]
        assert found == [2.0 * k for k in range(35)]


def test_a_run_left_early_does_not_shift_the_next(server: Server) -> None:
    child = open_child(server, DOUBLE)
    for _ in child.run([case() for _ in range(30)]):
        break
    last = list(child.run([case(seed=5), case("zeros")]))
    assert [item["steps"][0]["out"].tolist() for item in last] == [[2, 2], [0, 0]]


def test_loading_reports_symbols_and_the_line_of_an_error(server: Server) -> None:
    child = server.open(answer("import torch\nA = 1\ndef f():\n    pass\nraise ValueError('no')\nB = 2\n"), OffLimits())
    assert isinstance(child, Child)
    assert {"A", "f"} <= set(child.loaded["symbols"])
    assert "B" not in child.loaded["symbols"]
    assert child.loaded["errors"] == [{"cell": 0, "type": "ValueError", "message": "no", "line": 5}]


def test_a_notebook_goes_on_after_a_cell_that_fails(server: Server) -> None:
    cells = ("from __future__ import annotations\nA = 1", "1 / 0", "def g(x: Undefined):\n    return x\nB = 2", "C = (")
    notebook = Answer(
        "a/double.ipynb", "double", tuple(Cell(source, 1, index) for index, source in enumerate(cells, 1)), ""
    )
    child = server.open(notebook, OffLimits())
    assert isinstance(child, Child)
    assert {"A", "B", "g"} <= set(child.loaded["symbols"])
    found = [(error["cell"], error["type"], error["line"]) for error in child.loaded["errors"]]
    assert found == [(2, "ZeroDivisionError", 3), (4, "SyntaxError", 7)]


def test_an_answer_may_use_what_answers_use(server: Server) -> None:
    source = """
        import collections, copy, functools, inspect, itertools, math, random, typing, warnings
        from dataclasses import dataclass, field
        import numpy as np
        import torch
        import torch.nn.functional as F
        from torch import nn
        from torch.utils._python_dispatch import TorchDispatchMode

        @dataclass
        class Config:
            width: int = 3
            more: "list[int]" = field(default_factory=list)

        class Double(nn.Module):
            def forward(self, x):
                lstm = nn.LSTM(3, 4).double()
                y, _ = lstm(torch.randn(5, 2, Config().width, dtype=x.dtype))
                conv = nn.Conv2d(1, 2, 3).double()(torch.randn(1, 1, 8, 8, dtype=x.dtype))
                attention = nn.MultiheadAttention(4, 2).double()(y, y, y)[0]
                total = torch.einsum("ijk,ijk->", y, attention) + conv.sum()
                total.backward()
                torch.linalg.svd(torch.randn(4, 4))
                np.linalg.qr(np.ones((3, 3)))
                torch.set_num_threads(2)
                torch.randn(400, 400) @ torch.randn(400, 400)
                optimizer = torch.optim.SGD(lstm.parameters(), lr=0.1)
                optimizer.step()
                torch.func.vmap(lambda v: v * 2)(torch.ones(3))
                assert "def forward" in inspect.getsource(type(self))
                with open("/dev/null", "w") as sink:
                    print("gone", file=sink)
                print("hello")
                return 2 * x
    """
    child = open_child(server, source)
    found = next(iter(child.run([case()])))
    assert isinstance(found, dict)
    assert found["error"] is None
    assert child.output.startswith("hello")


def test_every_answer_starts_from_the_same_seed(server: Server) -> None:
    source = "import random, torch, numpy\nprint(torch.rand(2), numpy.random.rand(2), random.random())"
    outputs = set()
    for _ in range(2):
        child = open_child(server, source)
        list(child.run([]))
        outputs.add(child.output)
    assert len(outputs) == 1


def test_an_answer_named_like_a_module_does_not_hide_it(server: Server) -> None:
    child = server.open(
        answer("from dataclasses import dataclass\n@dataclass\nclass A:\n    x: 'int'\n", "random"), OffLimits()
    )
    assert isinstance(child, Child)
    assert child.loaded == {"symbols": ["dataclass", "A"], "errors": []}


# --- answers that do not end, or end too soon ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time\nwhile True: time.sleep(9)",
        "import threading\nthreading.Lock().acquire()\nl=threading.Lock(); l.acquire(); l.acquire()",
    ],
)
def test_hanging_while_loading_is_a_time_limit(hasty: Server, source: str) -> None:
    found = hasty.open(answer(source), OffLimits())
    assert isinstance(found, Stopped)
    assert (found.verdict, found.stage) == (Verdict.TIME_LIMIT, "import")


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "re.match('(a+)+$', 'a' * 60 + 'b')",
        "for number in {*range(1, 32)} - {9, 19}: signal.signal(number, signal.SIG_IGN)\nwhile True: pass",
        "try:\n    while True: pass\nexcept BaseException:\n    while True: pass",
    ],
    ids=["python", "c", "signals", "except"],
)
def test_hanging_in_a_case_is_a_time_limit_that_says_where(hasty: Server, body: str) -> None:
    found = stopped(hasty, forward(body, "import re, signal"), count=3)
    assert (found.verdict, found.stage, found.step) == (Verdict.TIME_LIMIT, "call", 0)


def test_a_case_may_ask_for_patience(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    child = open_child(server, forward("time.sleep(0.6); return 2 * x", "import time"))
    monkeypatch.setattr(child, "_limits", HASTY)
    patient, hurried = child.run([case(patience=100), case()])
    assert isinstance(patient, dict)
    assert patient["error"] is None
    assert isinstance(hurried, Stopped)
    assert hurried.verdict is Verdict.TIME_LIMIT


def test_time_that_other_processes_took_is_not_the_answers(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    child = open_child(server, forward("time.sleep(0.8); return 2 * x", "import time"))
    monkeypatch.setattr(child, "_limits", HASTY)
    monkeypatch.setattr(child._process, "waited", time.monotonic)
    (crowded_out,) = child.run([case()])
    assert isinstance(crowded_out, dict)


def test_a_limit_is_not_postponed_forever(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    child = open_child(server, forward("while True: pass"))
    monkeypatch.setattr(child, "_limits", HASTY)
    monkeypatch.setattr(child._process, "waited", time.monotonic)
    (found,) = child.run([case()])
    assert isinstance(found, Stopped)
    assert found.verdict is Verdict.TIME_LIMIT


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how long a process waited")
def test_a_process_that_shares_its_processor_has_waited(server: Server) -> None:
    busy = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\nreturn 2 * x"
    child = open_child(server, forward(busy))
    before = child._process.waited()
    processor = min(os.sched_getaffinity(0))
    assert child.pid is not None
    os.sched_setaffinity(child.pid, {processor})
    other_code = f"import os; os.sched_setaffinity(0, {{{processor}}}); print(flush=True)\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", other_code], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        (found,) = child.run([case()])
        other.kill()
    assert isinstance(found, dict)
    assert child._process.waited() > before


def test_a_hang_in_backward_is_distinguished_from_one_in_forward(hasty: Server) -> None:
    source = """
        import torch
        from torch import nn
        class Slow(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x): return 2 * x
            @staticmethod
            def backward(ctx, g):
                while True: pass
        class Double(nn.Module):
            def forward(self, x): return Slow.apply(x)
    """
    found = stopped(hasty, source)
    assert (found.verdict, found.stage) == (Verdict.TIME_LIMIT, "backward")


def test_all_cases_together_have_a_limit(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "limits", replace(LIMITS, part_seconds=0.5))
    found = run(server, forward("time.sleep(0.1); return 2 * x", "import time"), count=20)
    assert isinstance(found[-1], Stopped)
    assert found[-1].verdict is Verdict.TIME_LIMIT
    assert "together" in found[-1].message
    assert len(found) < 20


@pytest.mark.parametrize(
    "source",
    [
        "import sys; sys.exit(0)",
        "raise SystemExit('bye')",
        "raise KeyboardInterrupt",
        "exit = quit = 1; raise GeneratorExit",
    ],
)
def test_exceptions_that_end_programs_are_ordinary_while_loading(server: Server, source: str) -> None:
    child = server.open(answer("A = 1\n" + source), OffLimits())
    assert isinstance(child, Child)
    assert "A" in child.loaded["symbols"]
    assert len(child.loaded["errors"]) == 1


@pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "RecursionError", "MemoryError", "StopIteration"])
def test_exceptions_that_end_programs_are_ordinary_in_a_case(server: Server, name: str) -> None:
    found = run(server, forward(f"raise {name}('x')"), count=3)
    assert [item["error"]["type"] for item in found] == [name] * 3


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os; os._exit(0)", "exit status 0"),
        ("import os; os._exit(7)", "exit status 7"),
        ("import ctypes; ctypes.string_at(0)", "Segmentation"),
        ("import os; os.abort()", "Abort"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "Terminated"),
        (
            "import threading, os, time\nthreading.Thread(target=lambda: os._exit(3)).start()\ntime.sleep(9)",
            "exit status 3",
        ),
    ],
)
def test_ending_the_process_is_a_crash_wherever_it_happens(server: Server, source: str, words: str) -> None:
    found = server.open(answer(source), OffLimits())
    assert isinstance(found, Stopped)
    assert (found.verdict, found.stage) == (Verdict.CRASHED, "import")
    assert words in found.message
    in_case = stopped(server, forward(source.replace("\n", "; ")), count=3)
    assert (in_case.verdict, in_case.stage) == (Verdict.CRASHED, "call")
    assert words in in_case.message


def test_cases_before_a_crash_keep_their_observations(server: Server) -> None:
    source = forward("seen.append(1)\nif len(seen) == 15: os._exit(1)\nreturn 2 * x", "import os\nseen = []")
    found = run(server, source, count=30)
    assert len(found) == 15
    assert all(isinstance(item, dict) for item in found[:14])
    assert isinstance(found[14], Stopped)


# --- answers that take too much ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "return torch.zeros(3 * 2**28) + x[0]",
        "hoard = [torch.empty(2**22) for _ in range(300)]\nreturn x",
        "hoard = bytearray(3 * 2**30)\nreturn x",
        "hoard = []\nwhile True: hoard.append(bytes(10**8))",
    ],
    ids=["tensor", "tensors", "bytes", "list"],
)
def test_too_much_memory_is_an_exception_of_the_answer(server: Server, body: str) -> None:
    if not server.layers["address_space"]:
        pytest.skip("this system does not limit address space")
    error = error_of(server, forward(body))
    assert error["type"] == "MemoryError" or "memory" in error["message"]


def test_endless_recursion_is_an_exception_or_a_crash(server: Server) -> None:
    assert error_of(server, forward("return self.forward(x)"))["type"] == "RecursionError"
    deep = forward("sys.setrecursionlimit(10**9)\nreturn self(x)", "import sys")
    found = run(server, deep)[-1]
    assert isinstance(found, dict) or found.verdict in (Verdict.CRASHED, Verdict.MEMORY_LIMIT, Verdict.TIME_LIMIT)


@pytest.mark.parametrize(
    "source",
    [
        "while True: print('x' * 1000)",
        "import os\nwhile True: os.write(2, b'x' * 10**5)",
        "import sys\nsys.stdout.write('y' * 10**8)",
    ],
)
def test_printing_without_end_is_an_output_limit(server: Server, source: str) -> None:
    found = server.open(answer(source), OffLimits())
    assert isinstance(found, Stopped)
    assert found.verdict is Verdict.OUTPUT_LIMIT
    assert stopped(server, forward(source)).verdict is Verdict.OUTPUT_LIMIT


def test_output_within_the_limit_is_kept(server: Server) -> None:
    child = open_child(server, "print('a' * 50_000)\nprint('b' * 50_000)\n" + DOUBLE)
    assert all(isinstance(item, dict) for item in child.run([case(), case()]))
    assert child.output.startswith("a" * 50_000)
    assert len(child.output) == judges_child.KEPT_OUTPUT


def test_an_observation_over_the_limit_is_an_output_limit(server: Server) -> None:
    found = stopped(server, forward("return torch.ones(12_000_000, dtype=torch.int64)"))
    assert found.verdict is Verdict.OUTPUT_LIMIT


def test_threads_may_run_but_not_forever(hasty: Server) -> None:
    source = forward(
        "for _ in range(20): threading.Thread(target=spin, daemon=True).start()\nreturn 2 * x",
        "import threading\ndef spin():\n    while True: pass",
    )
    found = run(hasty, source, count=2)[-1]
    assert isinstance(found, dict) or found.verdict in (Verdict.TIME_LIMIT, Verdict.CRASHED)


# --- the judge's own troubles -----------------------------------------------------------------------------------------


def test_a_dead_server_is_replaced(server: Server) -> None:
    with Server(LIMITS) as other:
        child = open_child(other, DOUBLE)
        source = other._source
        assert isinstance(source, ForkServer) or sys.platform != "linux"
        if isinstance(source, ForkServer):
            source._popen.kill()
            source._popen.wait()
            with pytest.raises(session.JudgeError, match="ended"):
                list(child.run([case()]))
            child.close()
        assert isinstance(run(other, DOUBLE)[0], dict)


@pytest.mark.parametrize("off_limits", [OffLimits(), OffLimits(kernels=("*norm*",))], ids=["plain", "armed"])
@pytest.mark.parametrize("started", [False, True])
def test_a_worker_made_ready_by_a_server_that_died_is_not_used(started: bool, off_limits: OffLimits) -> None:
    with Server(LIMITS) as other:
        child = open_child(other, forward("os._exit(1)", "import os") if started else DOUBLE)
        other.prepare_next(off_limits)
        if started:
            # To ask how this one ended is to hear of the other too.
            assert isinstance(list(child.run([case()]))[-1], Stopped)
        child.close()
        if isinstance(other._source, ForkServer):
            other._source._popen.kill()
            other._source._popen.wait()
        opened = other.open(answer(DOUBLE), off_limits)
        assert isinstance(opened, session.Child)
        assert isinstance(next(opened.run([case()])), dict)


def test_a_server_that_cannot_start_is_the_judges_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_BOOT", "raise SystemExit('no torch here')")
    with Server(LIMITS) as broken, pytest.raises(session.JudgeError, match="no torch here"):
        broken.open(answer(DOUBLE), OffLimits())


def test_fresh_processes_stand_in_where_there_is_no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "can_fork", lambda: False)
    with Server(LIMITS) as fresh:
        source = forward(
            "print('here'); seen.append(1)\nif len(seen) == 12: os._exit(4)\nreturn 2 * x", "import os\nseen = []"
        )
        child = open_child(fresh, source)
        assert fresh.layers["fork_server"] is False
        *before, last = child.run([case() for _ in range(20)])
        assert torch.equal(before[10]["steps"][0]["out"], torch.full((2,), 2.0, dtype=torch.float64))
        assert (last.verdict, last.stage) == (Verdict.CRASHED, "call")
        assert "exit status 4" in last.message
        assert child.output.startswith("here")
