"""Grading on a real Dask cluster on this machine: the same scores, although workers go away or are refused."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.commands import BROKEN, USAGE
from grader.course.paths import cache_dir
from grader.grading.options import Options
from grader.grading.schedule import GradingRun, Watcher, grade
from grader.grading.store import Store
from grader.kit.load import load_course
from grader.model import CourseError, Limits
from tests.test_store import ACCEPTED, ROOT, WRONG, descendants, gone, rows, rows_so_far, submit

pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]
Process = subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """A scheduler and workers on the loopback interface."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.processes: list[Process] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2])

    def work(self, count: int) -> list[Process]:
        """Start workers."""
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))
        return [self._start("worker", self.address, *options) for _ in range(count)]

    def _start(self, *words: str) -> Process:
        # What they say goes to a file, where a failing test leaves it to be read.
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard"], cwd=ROOT, stdout=log, stderr=log,
                env=os.environ | {"PYTHONPATH": str(ROOT)}, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    started = Cluster(folder)
    yield started
    started.end()


@pytest.fixture
def students(tmp_path: Path) -> Sequence[Path]:
    return [submit(tmp_path / "class", f"s{number:02}", WRONG if number % 3 == 1 else ACCEPTED) for number in range(8)]


def start(students: Sequence[Path], store: Path, *words: str) -> Process:
    command = [
        sys.executable, "-m", "cli", "grade", *map(str, students), "--only", "linear/linear",
        "--store", str(store), "--format", "json", *words,
    ]  # fmt: skip
    seeded = {**os.environ, "COURSE_SEED": "documents"}
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=seeded)


def wait_until(happened: Callable[[], bool], process: Process, seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def scores(document: dict[str, Any]) -> list[Any]:
    return [
        (each["student"], part["part"], part["verdict"], part["score"], part["max_score"], part["suite"])
        for each in document["submissions"]
        for part in each["parts"]
    ]


def test_a_worker_lost_in_the_middle_changes_no_score(
    cluster: Cluster, students: Sequence[Path], tmp_path: Path
) -> None:
    workers = cluster.work(2)
    store = tmp_path / "far" / "grades.sqlite"
    store.parent.mkdir()
    grading = start(students, store, "--cluster", cluster.address)
    # Both have a server of children, and something is stored, but not all.
    wait_until(
        lambda: all(descendants(worker.pid) for worker in workers) and len(rows_so_far(store)) > 1,
        grading,
    )
    below = descendants(workers[0].pid)
    workers[0].send_signal(signal.SIGKILL)
    workers[0].wait()
    assert gone(below)
    text, said = grading.communicate(timeout=240)
    assert grading.returncode == 0, said
    far = json.loads(text)
    near = start(students, tmp_path / "near.sqlite", "--jobs", "1")
    text, _ = near.communicate(timeout=240)
    assert scores(far) == scores(json.loads(text))
    assert far["submissions"][0]["parts"][0]["criteria"]
    assert {worker["sandbox"] for worker in far["workers"]} == {far["sandbox"]}
    assert sum(worker["parts"] for worker in far["workers"]) == len(rows(store)) == 16
    # The survivor goes on with what it has; the command goes on with what is stored.
    again = start(students, store, "--cluster", cluster.address)
    text, said = again.communicate(timeout=240)
    assert b"16 of 16 parts were in" in said
    assert json.loads(text)["submissions"] == far["submissions"]


class Heard(Watcher):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)


def test_a_worker_that_is_not_as_asked_for_is_given_nothing(
    cluster: Cluster, students: Sequence[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.work(1)
    options = Options(
        only=["Flatten"], device="cpu", seed="documents", limits=Limits(), sandbox="L0", cache_dir=cache_dir(),
        cluster=cluster.address,
    )  # fmt: skip
    heard = Heard()
    store = Store(None)
    with pytest.raises(CourseError, match=r"runs answers at sandbox level L0; L1 was asked for\.") as raised:
        grade(load_course(ROOT), students[:2], options, GradingRun(store=store, watcher=heard, min_sandbox="L1"))
    assert "doctor" in raised.value.fix
    assert raised.value.what in heard.lines
    monkeypatch.setattr("grader.grading.start.engine_digest", lambda roots: "another")
    with pytest.raises(CourseError, match=r"has another version of the course kit\."):
        grade(load_course(ROOT), students[:2], options, GradingRun(store=store, watcher=heard))
    assert store.newest() == 0
    store.close()


def test_a_scheduler_that_goes_away_is_one_line(cluster: Cluster, students: Sequence[Path], tmp_path: Path) -> None:
    grading = start(students[:2], tmp_path / "grades.sqlite", "--cluster", cluster.address)
    assert grading.stderr is not None
    assert b"No worker has come" in grading.stderr.readline()
    cluster.scheduler.kill()
    _, said = grading.communicate(timeout=240)
    assert grading.returncode == BROKEN
    assert said.decode().splitlines() == [
        f"course: The Dask scheduler at {cluster.address} is gone.",
        "        What was graded is stored; run the same command again once there is one.",
    ]


@pytest.mark.parametrize(
    ("address", "status", "line"),
    [
        ("tcp://127.0.0.1:1", BROKEN, "course: There is no Dask scheduler at tcp://127.0.0.1:1."),
        ("somewhere", USAGE, "course: somewhere is not the address of a Dask scheduler: "),
    ],
)
def test_an_address_without_a_scheduler_is_one_line(
    address: str, status: int, line: str, students: Sequence[Path], tmp_path: Path
) -> None:
    grading = start(students[:2], tmp_path / "grades.sqlite", "--cluster", address)
    text, said = grading.communicate(timeout=240)
    assert (grading.returncode, text) == (status, b"")
    assert said.decode().startswith(line)
    assert len(said.splitlines()) == 2
