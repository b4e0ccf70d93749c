"""Hostile and broken answers: each gets its verdict, and the judge goes on as if nothing had been."""

import os
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.judge import child as judges_child
from grader.judge import launch, session
from grader.judge.session import Child, Observation, Server, Stopped
from grader.loader import Answer, Cell
from grader.model import Limits, Verdict
from grader.spec import OffLimits, call, layer_case, tensor

LIMITS = Limits(case_seconds=30.0, memory_mb=1024, output_bytes=2**18)
"""Patient, so that a busy machine does not turn one verdict into another."""
HASTY = replace(LIMITS, case_seconds=0.5)

DOUBLE = """
import torch
from torch import nn

class Double(nn.Module):
    def forward(self, x):
        return 2 * x
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    before, others = open_descriptors(), set(descendants(os.getpid()))
    with Server(LIMITS) as server:
        yield server
    assert open_descriptors() == before
    assert set(descendants(os.getpid())) <= others


@pytest.fixture
def hasty(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server with short limits, for answers that are to run into them."""
    monkeypatch.setattr(judges_child, "LOAD_SECONDS", HASTY.case_seconds)
    monkeypatch.setattr(server, "limits", HASTY)
    return server


@pytest.fixture(autouse=True)
def _goes_on(server: Server) -> Iterator[None]:
    """After every answer: a right one is still judged right, no descriptor is left open and no process alive."""
    open_child(server, DOUBLE).close()
    before = open_descriptors()
    others: set[int | None] = {*descendants(os.getpid(), below=2)}
    yield
    for child in list(server._open):
        child.close()
    outputs = run(server, DOUBLE)
    assert torch.equal(outputs[0]["steps"][0]["out"], torch.full((2,), 2.0, dtype=torch.float64))
    assert open_descriptors() == before
    deadline = time.monotonic() + 10
    others.add(getattr(server._spare, "pid", None))
    while (left := set(descendants(os.getpid(), below=2)) - others) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left, "the answer left a process behind"


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def descendants(pid: int, below: int = 1) -> list[int]:
    """The processes below one, from so many generations on."""
    try:
        children = [int(item) for item in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    found = [item for child in children for item in descendants(child, below - 1)]
    return found + (children if below <= 1 else [])


def answer(source: str, name: str = "double") -> Answer:
    return Answer(f"activations/{name}.py", name, (Cell(textwrap.dedent(source)),), "")


def open_child(server: Server, source: str) -> Child:
    child = server.open(answer(source), OffLimits())
    assert isinstance(child, Child), child
    return child


def case(fill: str = "ones", **more: Any) -> dict[str, Any]:
    return layer_case(steps=[call(tensor(2, fill=fill), cotangent=0)], state=None) | {"symbol": "Double"} | more


def run(server: Server, source: str, count: int = 1) -> list[Observation | Stopped]:
    child = open_child(server, source)
    try:
        return list(child.run([case() for _ in range(count)]))
    finally:
        child.close()


def forward(body: str, before: str = "") -> str:
    """An answer whose forward has this body."""
    head = "import torch\nfrom torch import nn\n\nclass Double(nn.Module):\n    def forward(self, x):\n"
    return f"{textwrap.dedent(before)}\n{head}{textwrap.indent(textwrap.dedent(body).strip(), ' ' * 8)}\n"


def stopped(server: Server, source: str, count: int = 1) -> Stopped:
    found = run(server, source, count)[-1]
    assert isinstance(found, Stopped), found
    return found


def error_of(server: Server, source: str) -> dict[str, Any]:
    found = run(server, source)[-1]
    assert isinstance(found, dict)
    assert found["error"], "the answer did what it should not be able to do"
    return dict(found["error"])


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


def test_a_hang_in_backward_is_told_from_one_in_forward(hasty: Server) -> None:
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


# --- answers that lie on the wire -------------------------------------------------------------------------------------


def lie(data: str, after: str = "return 2 * x") -> str:
    """An answer that writes to the judge's socket itself."""
    return forward(f"os.write(3, {data})\n{after}", "import os, struct, json")


@pytest.mark.parametrize(
    "data",
    [
        "b'garbage' * 10",
        "bytes(100)",
        "struct.pack('<BI', 1, 4) + bytes(4)",
        "struct.pack('<BI', 1, 3) + b'abc'",
        "struct.pack('<BII', 1, 6, 2) + b'[]'",
        "struct.pack('<BII', 1, 8, 2**31) + b'{}{}'",
        "struct.pack('<BII', 1, 16, 12) + b'{\"number\":99}'[:12]",
        "struct.pack('<BII', 1, 40008, 40000) + b'[' * 40000 + bytes(4)",
        "struct.pack('<BI', 200, 10)",
    ],
)
def test_forged_frames_are_a_crash(server: Server, data: str) -> None:
    assert stopped(server, lie(data), count=5).verdict is Verdict.CRASHED


def test_a_frame_that_announces_too_much_is_an_output_limit(server: Server) -> None:
    assert stopped(server, lie("struct.pack('<BI', 1, 2**31)")).verdict is Verdict.OUTPUT_LIMIT


def test_a_long_header_is_not_decoded(server: Server) -> None:
    many = "b'[' + b'[],' * 2_000_000 + b'0]'"
    source = forward(
        f"text = {many}\nos.write(3, struct.pack('<BII', 1, len(text) + 4, len(text)) + text)\nreturn x",
        "import os, struct",
    )
    assert stopped(server, source).verdict in (Verdict.OUTPUT_LIMIT, Verdict.CRASHED)


def test_tensors_that_share_bytes_are_refused(server: Server) -> None:
    source = forward(
        """
        tensors = ",".join('{"$tensor":["float64",[1000000],0]}' for _ in range(2000))
        text = ('{"number":0,"steps":[' + tensors + ']}').encode()
        frame = struct.pack('<BII', 1, len(text) + 4 + 8_000_000, len(text)) + text + bytes(8_000_000)
        while frame: frame = frame[os.write(3, frame):]
        return x
        """,
        "import os, struct",
    )
    assert stopped(server, source).verdict is Verdict.CRASHED


def test_a_forged_answer_beside_the_true_one_is_noticed(server: Server) -> None:
    source = lie(
        '(lambda t: struct.pack(\'<BII\', 1, len(t) + 4, len(t)) + t)(b\'{"number":0,"steps":[],"error":null}\')'
    )
    found = run(server, source, count=3)
    assert isinstance(found[-1], Stopped)
    assert found[-1].verdict is Verdict.CRASHED


def test_a_partial_frame_does_not_hold_the_judge(hasty: Server) -> None:
    found = stopped(hasty, lie("struct.pack('<BI', 1, 100)", "while True: pass"))
    assert found.verdict is Verdict.TIME_LIMIT


def test_marks_without_end_do_not_hold_the_judge(hasty: Server) -> None:
    endless = "text = b'[\"call\", 0]'\nwhile True: os.write(3, struct.pack('<BI', 2, len(text)) + text)"
    found = stopped(hasty, forward(endless, "import os, struct"))
    assert found.verdict is Verdict.TIME_LIMIT


@pytest.mark.parametrize(
    "text", ["nonsense", "[1, 2]", '["call"]', '["rm -rf", 3]', '["call", "x"]', "{}", '["call", 1e999]', "[[], 1]"]
)
def test_marks_that_make_no_sense_are_passed_over(hasty: Server, text: str) -> None:
    source = lie(f"struct.pack('<BI', 2, {len(text)}) + {text.encode()!r}", "while True: pass")
    found = stopped(hasty, source)
    assert (found.verdict, found.stage) == (Verdict.TIME_LIMIT, "call")


@pytest.mark.parametrize(
    "body", ["os.close(3)\nreturn x", "os.close(3)\nwhile True: pass", "os.closerange(0, 60)\nreturn x"]
)
def test_closing_the_connection_is_a_crash(server: Server, body: str) -> None:
    assert stopped(server, forward(body, "import os"), count=3).verdict is Verdict.CRASHED


@pytest.mark.parametrize(
    "damage",
    [
        "json.dumps = json.JSONEncoder.encode = lambda *a, **k: 'null'",
        "json.dumps = None",
        "struct.Struct = struct.pack = None",
        "torch.Tensor.numpy = lambda self: 1 / 0",
        "torch.Tensor.detach = torch.Tensor.clone = torch.Tensor.cpu = None",
        "import builtins; builtins.len = builtins.isinstance = None",
        "import builtins; builtins.type = builtins.str = builtins.list = builtins.dict = None",
        "import sys; sys.modules.clear()",
        "import gc; [setattr(o, 'send', None) for o in gc.get_objects() if type(o).__name__ == 'socket']",
        "torch.manual_seed = torch.set_default_dtype = None",
        "import torch.autograd; torch.autograd.grad = lambda *a, **k: (None,)",
    ],
)
def test_a_worker_whose_tools_were_replaced_cannot_confuse_the_judge(server: Server, damage: str) -> None:
    source = "import json, struct, torch\n" + damage + "\n" + DOUBLE
    child = server.open(answer(source), OffLimits())
    found = list(child.run([case(), case()]))[-1] if isinstance(child, Child) else child
    assert isinstance(found, dict) or found.verdict in (Verdict.CRASHED, Verdict.TIME_LIMIT)


def test_what_cannot_be_sent_is_an_exception_of_the_answer(server: Server) -> None:
    error = error_of(server, forward("return torch.ones(2).to(torch.float8_e4m3fn)"))
    assert error["stage"] == "answer"


def test_an_answer_that_writes_on_the_board_is_still_to_blame(hasty: Server) -> None:
    source = """
        import gc
        def scribble(data):
            for board in [item for item in gc.get_objects() if type(item).__name__ == "Board"]:
                board._memory.seek(0)
                board._memory.write(data)
    """
    found = hasty.open(answer(textwrap.dedent(source) + "scribble(bytes(8))\nwhile True: pass"), OffLimits())
    assert isinstance(found, Stopped)
    assert (found.verdict, found.stage) == (Verdict.TIME_LIMIT, "import")
    found = stopped(hasty, forward("scribble(b'\\xff' * 64)\nwhile True: pass", source))
    assert (found.verdict, found.stage) == (Verdict.TIME_LIMIT, "new")


# --- the judge's own troubles -----------------------------------------------------------------------------------------


def test_a_dead_server_is_replaced(server: Server) -> None:
    with Server(LIMITS) as other:
        child = open_child(other, DOUBLE)
        source = other._source
        assert isinstance(source, launch.ForkServer) or sys.platform != "linux"
        if isinstance(source, launch.ForkServer):
            source._popen.kill()
            source._popen.wait()
            with pytest.raises(session.JudgeError, match="ended"):
                list(child.run([case()]))
            child.close()
        assert isinstance(run(other, DOUBLE)[0], dict)


def test_a_server_that_cannot_start_is_the_judges_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_BOOT", "raise SystemExit('no torch here')")
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
