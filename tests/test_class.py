"""A class on a bad day: the disk is full, somebody presses Ctrl-C, the judge fails, and answers are bombs."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from grader.commands import BROKEN, INTERRUPTED, UNGRADED
from grader.course.paths import cache_dir
from grader.grading.options import Options
from grader.grading.schedule import GradingRun, Watcher, grade
from grader.grading.store import Store
from grader.kit.load import load_course
from grader.model import CourseError, Limits
from tests.test_store import ROOT, descendants, gone, rows, rows_so_far, start, submit

ZOO = ROOT / "tests" / "submissions"
PLAIN = ZOO / "accepted" / "Linear__plain.py"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.mark.slow
@on_linux
def test_ctrl_c_keeps_what_is_stored_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder, store = tmp_path / "class", tmp_path / "one" / "grades.sqlite"
    for number in range(60):
        submit(folder, f"s{number:02}")
    # However fast the others are graded, the last one takes its time limits.
    hanging = submit(folder, "t") / "linear" / "linear.py"
    endless = "\n\nclass Linear(Linear):\n    def forward(self, x):\n        while True:\n            pass\n"
    hanging.write_text(hanging.read_text(encoding="utf-8") + endless, encoding="utf-8")
    process = start(folder, store, jobs=2)
    deadline = time.monotonic() + 240
    while len(rows_so_far(store)) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    below = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everyone in the group
    _, said = process.communicate(timeout=240)
    assert process.returncode == INTERRUPTED
    assert "the same command goes on from there" in said.decode().splitlines()[-1]
    assert b"Traceback" not in said
    assert below
    assert gone(below)
    assert 2 <= len(rows(store)) < 120
    assert not (store.parent / "out").exists()


FULL = """
mount -t tmpfs -o size=200k none "$1" && mount -t tmpfs -o size=100k none "$2" || exit 99
store="$1/grades.sqlite" reports="$2"; shift 2
"$@" --store "$store" 2>&1; echo "status $?"
mount -o remount,size=64m "${store%/*}"
"$@" --store "$store" 2>&1; echo "status $?"
"$@" --store "$store" --output "$reports" 2>&1; echo "status $?"
ls -A "$reports" "$reports"/students
"""
"""Grades on a disk that is full, then on the same with room, then with reports for which there is none."""


def namespace(*command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command where it may mount file systems that nobody else sees."""
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", *command], cwd=ROOT, text=True, timeout=300,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip


@pytest.mark.slow
@on_linux
def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    small, reports = tmp_path / "small", tmp_path / "reports"
    small.mkdir()
    reports.mkdir()
    if shutil.which("unshare") is None or namespace("mount", "-t", "tmpfs", "none", str(small)).returncode:
        pytest.skip("no user namespaces here, so no small file system can be mounted")
    students = [str(submit(tmp_path / "class", f"s{number:02}")) for number in range(10)]
    command = [
        sys.executable, "-m", "cli", "grade", *students, "--only", "Flatten", "--seed", "documents", "--jobs", "1",
    ]  # fmt: skip
    done = namespace("sh", "-c", FULL, "sh", str(small), str(reports), *command)
    full, resumed, unwritten, _ = lines = done.stdout.split("status ")
    assert len(lines) == 4, done.stdout
    assert "course: The results cannot be stored" in full
    assert "Make room and run the same command again" in full
    assert [text[: text.index("\n")] for text in lines[1:]] == ["1", "0", str(BROKEN)]
    kept = int(resumed.split(" of 10 parts were in ")[0].splitlines()[-1])
    assert 0 < kept < 10
    assert "course: The reports cannot be written" in unwritten
    left = lines[3].splitlines()[1:]
    # What is there is whole: pages, and the list of their names; neither a page of the class nor a piece of a file.
    assert "index.html" not in left
    assert not [name for name in left if "unfinished" in name]
    assert "Traceback" not in done.stdout


COURSE = '''
"""An exercise whose property fails for reasons of its own."""

from pathlib import Path

from hypothesis import strategies as st
from torch import nn

from grader.spec import Exercise, Part, Property, call, layer_case, tensor

LOG = Path({log!r})


def holds(observations):
    with LOG.open("a") as log:
        log.write("judged\\n")
    if len(LOG.read_text().splitlines()) <= {failures}:
        raise RuntimeError("the lamp went out")


CASE = layer_case((), {{}}, [call(tensor(2, 3))])
exercise = Exercise(
    title="Nothing",
    parts=[
        Part(
            symbol="Identity", oracle=nn.Identity, cases=st.just(CASE), examples=[CASE],
            properties=[Property(criterion="init", cases=[CASE], holds=holds)],
        )
    ],
)
'''
IDENTITY = "from torch import nn\n\n\nclass Identity(nn.Module):\n    def forward(self, x):\n        return x\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("failures", "judged", "status", "verdict"), [(2, 3, 0, "ACCEPTED"), (9, 4, UNGRADED, "JUDGE_ERROR")]
)
def test_a_judge_error_is_tried_once_more_and_then_reported(
    tmp_path: Path, failures: int, judged: int, status: int, verdict: str
) -> None:
    # A property that raises is asked of the oracle, too, before it is called the judge's fault.
    log, home = tmp_path / "log", tmp_path / "course" / "solutions" / "nothing" / "nothing"
    home.mkdir(parents=True)
    (tmp_path / "course" / "course.toml").write_text('title = "Nothing"\n', encoding="utf-8")
    (home / "exercise.py").write_text(COURSE.format(log=str(log), failures=failures), encoding="utf-8")
    (home / "nothing.py").write_text(IDENTITY, encoding="utf-8")
    answer = tmp_path / "ada" / "nothing" / "nothing.py"
    answer.parent.mkdir(parents=True)
    answer.write_text(IDENTITY, encoding="utf-8")
    words = [
        "--root", str(tmp_path / "course"), "grade", str(tmp_path / "ada"), "--seed", "x", "--format", "json",
        "--store", str(tmp_path / "grades.sqlite"),
    ]  # fmt: skip
    result = CliRunner().invoke(cli.main, words, catch_exceptions=False)
    assert result.exit_code == status, result.stderr
    assert len(log.read_text(encoding="utf-8").splitlines()) == judged
    (part,) = json.loads(result.stdout)["submissions"][0]["parts"]
    assert part["verdict"] == verdict
    assert (part["score"] is None) == (verdict == "JUDGE_ERROR")
    # A judge error is not stored, so the same command tries again.
    assert len(rows(tmp_path / "grades.sqlite")) == (verdict == "ACCEPTED")


@pytest.mark.slow
def test_below_the_level_asked_for_nothing_is_graded(tmp_path: Path) -> None:
    options = Options(
        only=["Flatten"], device="cpu", seed="documents", limits=Limits(), sandbox="L0", cache_dir=cache_dir()
    )
    store = Store(tmp_path / "grades.sqlite")
    students = [submit(tmp_path / "class", "ada")]
    with pytest.raises(CourseError, match=r"run at sandbox level L0 here; L1 was asked for"):
        grade(load_course(ROOT), students, options, GradingRun(store=store, watcher=Watcher(), min_sandbox="L1"))
    store.close()
    assert rows(tmp_path / "grades.sqlite") == []


FORKS = PLAIN.read_text(encoding="utf-8").replace(
    "def forward(self, x):", "def forward(self, x):\n        import os\n        while True:\n            os.fork()\n"
)


@pytest.mark.slow
@on_linux
def test_bombs_change_nobody_else_s_result(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    bombs = {
        "b-hang": (ZOO / "time_limit" / "Linear__endless_loop.py", {"TIME_LIMIT"}),
        "d-memory": (ZOO / "memory_limit" / "Linear__huge_list.py", {"MEMORY_LIMIT"}),
        "f-flood": (ZOO / "output_limit" / "Linear__print_flood.py", {"OUTPUT_LIMIT"}),
        "h-fork": (tmp_path / "forks.py", {"RAISED", "CRASHED", "TIME_LIMIT", "MEMORY_LIMIT"}),
    }
    assert "os.fork" in FORKS
    (tmp_path / "forks.py").write_text(FORKS, encoding="utf-8")
    students = [submit(folder, name, source) for name, (source, _) in bombs.items()]
    students += [submit(folder, name, PLAIN) for name in ("a", "c", "e", "g", "i")]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "cli", "grade", *map(str, sorted(students)), "--only", "Linear",
            "--seed", "documents", "--store", str(tmp_path / "grades.sqlite"), "--jobs", "2", "--case-seconds", "0.5",
            "--memory", "1024", "--format", "json", "-q",
        ],
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    text, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    found: dict[str, Any] = {each["student"]: each["parts"][0] for each in json.loads(text)["submissions"]}
    for name, part in found.items():
        if name in bombs:
            assert part["verdict"] in bombs[name][1], (name, part["verdict"])
        else:
            assert (part["verdict"], part["score"]) == ("ACCEPTED", part["max_score"]), name
