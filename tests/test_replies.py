"""Replies of a worker that are too large, too many or no replies: each ends in a verdict, before it is read."""

import json
import socket
import struct
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from grader.answer.load import Answer, Cell
from grader.case import wire
from grader.host import child as child_module
from grader.host.allowance import Allowance, weight
from grader.host.child import Child
from grader.host.process import Ending
from grader.judge.run import AnswerRun
from grader.model import Case, CaseKind, Limits, Stopped, Verdict
from grader.spec import OffLimits
from grader.suite.data import Suite, SuiteCase

CASE: Case = {"steps": []}
FINE: dict[str, Any] = {"steps": [], "error": None}


class FakeProcess:
    """A worker's process that has sent all its replies already."""

    whereabouts = None

    def __init__(self, sent: bytes) -> None:
        self.frames, self._theirs = socket.socketpair()
        self.output, self._printed = socket.socketpair()
        self._theirs.sendall(sent)
        self.closed = False

    def read_output(self, size: int) -> bytes:
        return self.output.recv(size)

    def waited(self) -> float:
        return 0.0

    def end(self, patience: float) -> Ending:
        return Ending(None, False)

    def close(self) -> None:
        self.closed = True
        for each in (self.frames, self._theirs, self.output, self._printed):
            each.close()


def reply(number: Any, **more: Any) -> bytes:
    return wire.pack({"number": number, **FINE, **more})


Worker = Callable[..., Child]


@pytest.fixture
def worker() -> Iterator[Worker]:
    """Makes a worker that has sent these replies."""
    made: list[Child] = []

    def make(*sent: bytes) -> Child:
        process = FakeProcess(b"".join(sent))
        made.append(Child(process, Limits(part_seconds=60), lambda child: None))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for child in made:
        child.close()


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where anything is decoded."""
    monkeypatch.setattr(json, "loads", lambda *arguments, **more: pytest.fail("it was read"))


def announced(header: bytes, body: bytes = b"") -> bytes:
    return wire.frame(wire.MESSAGE, struct.pack("<I", len(header)) + header + body)


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    "sent",
    [
        announced(b"[" + b"[]," * 400 + b"0]"),
        announced(b"{}", bytes(3000)),
        wire.HEAD.pack(wire.MESSAGE, 5000),
    ],
)
def test_a_reply_over_the_allowance_is_refused_before_it_is_read(worker: Worker, sent: bytes) -> None:
    (stopped,) = worker(sent).run([CASE], Allowance(header=1000, body=2000))
    assert isinstance(stopped, Stopped)
    assert stopped.verdict is Verdict.OUTPUT_LIMIT


def test_a_reply_within_the_allowance_is_read(worker: Worker) -> None:
    (found,) = worker(reply(0, steps=[{"out": torch.ones(100)}])).run([CASE], Allowance(header=1000, body=2000))
    assert isinstance(found, dict)


@pytest.mark.parametrize("number", [torch.ones(2), torch.tensor(0), False, 0.0, "0", None, 1])
def test_a_reply_to_another_question_is_a_crash(worker: Worker, number: Any) -> None:
    (stopped,) = worker(reply(number)).run([CASE])
    assert isinstance(stopped, Stopped)
    assert stopped.verdict is Verdict.CRASHED


def test_a_caller_may_end_the_worker_over_a_reply(worker: Worker) -> None:
    child = worker(reply(0), reply(1))
    found = []
    for item in child.run([CASE, CASE]):
        found.append(item)
        child.close()
    assert len(found) == 1


def test_the_judge_s_time_is_charged_to_the_part(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(child_module, "time", SimpleNamespace(thread_time=lambda: clock.now))
    found = []
    for item in worker(reply(0), reply(1)).run([CASE] * 3):
        found.append(item)
        clock.now += 31
    *observations, stopped = found
    assert len(observations) == 2
    assert isinstance(stopped, Stopped)
    assert (stopped.verdict, stopped.message) == (Verdict.TIME_LIMIT, "All cases together took longer than 60 s.")


@pytest.mark.parametrize(
    "loaded",
    [
        {"symbols": "A", "errors": []},
        {"symbols": [torch.ones(3)], "errors": []},
        {"symbols": [], "errors": [{"cell": 0, "type": "E", "message": "", "line": 10**300}]},
        {"symbols": [], "errors": [{"cell": torch.ones(1), "type": "E", "message": "", "line": None}]},
        {"symbols": [], "errors": [{"cell": 0, "type": [], "message": "", "line": None}]},
        {"symbols": [], "errors": [{"cell": 0, "type": "E", "message": "", "line": torch.ones(0)}]},
        {"symbols": [], "errors": [3]},
        {"symbols": [], "errors": [torch.ones(0)]},
        {"symbols": []},
        torch.ones(0),
        "symbols",
        [],
    ],
)
def test_what_no_worker_says_of_an_answer_is_refused(worker: Worker, loaded: Any) -> None:
    child = worker(wire.pack({"prepared": True}), wire.pack(loaded))
    stopped = child.finish()
    assert stopped is not None
    assert stopped.verdict in (Verdict.CRASHED, Verdict.OUTPUT_LIMIT)


class FakeServer:
    """Workers that give replies of one size without end."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.started, self.seconds = 0, seconds
        self.limits: list[float] = []

    def begin(self, answer: Answer, off_limits: OffLimits) -> "FakeServer":
        self.started += 1
        self.weight, self.spent = weight(100, 1000), self.seconds
        self.output = ""
        self.loaded = {"symbols": ["A"], "errors": []}
        return self

    def finish(self) -> None:
        """It is loaded."""

    def close(self) -> None:
        """It is closed."""

    def limit(self, seconds: float) -> None:
        self.limits.append(seconds)

    def prepare_next(self, off_limits: object) -> None:
        """There is one already."""

    def run(self, cases: list[Case], allowance: Allowance) -> Iterator[Any]:
        for _ in cases:
            yield {"steps": [], "error": None}


def test_what_is_kept_of_all_replies_is_bounded() -> None:
    server = FakeServer()
    entries = [SuiteCase(kind=kind, case=CASE) for kind in (CaseKind.MAIN, CaseKind.ERRORS) for _ in range(20)]
    answer = Answer("a/a.py", "a", (Cell(""),), "")
    allowance = Allowance(kept=5 * weight(100, 1000))
    run = AnswerRun(server, answer, answer, "A", OffLimits(), Limits(), allowance)  # type: ignore[arg-type]
    found = [observed for _, observed in run.observations(entries)]
    assert [item.verdict for item in found if isinstance(item, Stopped)] == [Verdict.OUTPUT_LIMIT] * 2
    assert sum(not isinstance(item, Stopped) for item in found) == 5


def test_the_workers_of_a_part_share_its_time() -> None:
    server = FakeServer(seconds=25.0)
    entries = [SuiteCase(kind=kind, case=CASE) for kind in CaseKind for _ in range(20)]
    answer = Answer("a/a.py", "a", (Cell(""),), "")
    limits, allowance = Limits(case_seconds=5, part_seconds=60), Allowance(kept=0)
    run = AnswerRun(server, answer, answer, "A", OffLimits(), limits, allowance)  # type: ignore[arg-type]
    assert len(list(run.observations(entries))) == server.started == 3
    assert server.limits == [60, 35, 10]


class Hanging(FakeServer):
    """Workers that hang on every case but those of some kinds."""

    def run(self, cases: list[Case], allowance: Allowance) -> Iterator[Any]:
        for case in cases:
            if case.get("symbol") == "hangs":
                yield Stopped(Verdict.TIME_LIMIT, "call", 0, "One case took longer than 5 s.")
                return
            yield {"steps": [], "error": None}


@pytest.mark.parametrize(("hanging", "limits"), [(set(CaseKind), 3), ({CaseKind.MAIN}, 2), (set(), 0)])
def test_an_answer_that_hangs_is_given_up_after_three_limits(hanging: set[CaseKind], limits: int) -> None:
    server = Hanging()
    cases: list[Case] = [{"symbol": "hangs" if kind in hanging else "A", "steps": []} for kind in CaseKind]
    entries = [SuiteCase(kind=kind, case=case) for kind, case in zip(CaseKind, cases, strict=True) for _ in range(9)]
    answer = Answer("a/a.py", "a", (Cell(""),), "")
    run = AnswerRun(server, answer, answer, "A", OffLimits(), Limits(), Allowance(kept=10**9))  # type: ignore[arg-type]
    found = [observed for _, observed in run.observations(entries)]
    assert sum(isinstance(item, Stopped) for item in found) == limits
    assert (run.given_up is not None) == (limits == 3)
    assert run.given_up is None or "It ran out of time 3 times and was given up" in run.given_up.message
    again = run.again([cases[0]])
    assert isinstance(again[0], Stopped) == bool(hanging)
    assert server.started <= 3


def test_an_allowance_grows_with_what_is_expected() -> None:
    def of(size: int) -> Allowance:
        expected = {**FINE, "steps": [{"out": torch.zeros(size, dtype=torch.int64)}]}
        case = SuiteCase(kind=CaseKind.MAIN, case=CASE, expected=expected)  # type: ignore[arg-type]
        return Allowance.of(
            Suite(exercise="a/b", symbol="A", visibility="hidden", digest="", cases=[case] * 3, planned={})
        )

    least, most = of(0), of(10**6)
    assert least.body >= 2**20
    assert most.body >= 3 * 8 * 10**6
    assert most.kept - least.kept >= 2 * 3 * 8 * 10**6
