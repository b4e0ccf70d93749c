"""Results are stored as they come: a class that was killed goes on, and ends as if nothing had happened."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from grader.commands import BROKEN, USAGE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
ACCEPTED = ROOT / "tests" / "submissions" / "accepted" / "Flatten__reshape.py"
WRONG = ROOT / "tests" / "submissions" / "wrong" / "Flatten__keeps_one_too_many.py"
KILLS = 6


def submit(folder: Path, student: str, source: Path = ACCEPTED) -> Path:
    """A student of that name, whose bytes are nobody else's."""
    home = folder / student
    (home / "linear").mkdir(parents=True)
    text = source.read_text(encoding="utf-8")
    (home / "linear" / "linear.py").write_text(f"{text}\n# by {student}\n", encoding="utf-8")
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small class."""
    for number in range(3):
        submit(tmp_path / "class", f"s{number}", WRONG if number == 1 else ACCEPTED)
    return tmp_path / "class"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("COURSE_SEED", "documents")
    monkeypatch.setenv("NO_COLOR", "1")
    return CliRunner()


def course(runner: CliRunner, *words: object) -> Result:
    return runner.invoke(cli.main, ["--root", str(ROOT), *map(str, words)], catch_exceptions=False)


def grade(runner: CliRunner, folder: Path, store: Path, *words: object) -> Result:
    students = sorted(folder.iterdir())
    return course(
        runner, "grade", *students, "--only", "Flatten", "--store", store, "--format", "json", "--jobs", "1", *words
    )


def rows(store: Path) -> list[tuple[Any, ...]]:
    """Everything stored that does not depend on the clock."""
    with sqlite3.connect(store) as base:
        found = base.execute(
            "SELECT exercise, part, answer, suite, verdict, score, max_score FROM results ORDER BY answer, part"
        ).fetchall()
    base.close()
    return found


def rows_so_far(store: Path) -> list[tuple[Any, ...]]:
    """What a grader at work has stored; its file is small until SQLite moves the log into it."""
    try:
        return rows(store) if store.exists() else []
    except sqlite3.DatabaseError:
        return []


def test_what_is_stored_is_not_graded_again(runner: CliRunner, folder: Path, tmp_path: Path) -> None:
    first = grade(runner, folder, tmp_path / "grades.sqlite")
    submit(folder, "s3")
    second = grade(runner, folder, tmp_path / "grades.sqlite")
    assert first.exit_code == second.exit_code == 0
    assert "3 of 4 parts were in" in second.stderr
    assert "already" not in first.stderr
    # Seconds included: the very report that was stored.
    before, now = json.loads(first.stdout), json.loads(second.stdout)
    assert now["submissions"][:3] == before["submissions"]
    assert {**now, "submissions": []} == {**before, "submissions": []}
    again = grade(runner, folder, tmp_path / "grades.sqlite")
    assert again.stdout == second.stdout


def test_limits_and_bytes_are_part_of_what_a_result_is_stored_for(
    runner: CliRunner, folder: Path, tmp_path: Path
) -> None:
    store = tmp_path / "grades.sqlite"
    grade(runner, folder, store)
    assert "already" not in grade(runner, folder, store, "--case-seconds", "4").stderr
    with (folder / "s0" / "linear" / "linear.py").open("a", encoding="utf-8") as file:
        file.write("# and a comment\n")
    assert "2 of 3 parts" in grade(runner, folder, store).stderr
    assert "already" not in grade(runner, folder, store, "--fresh").stderr


def test_regrading_shows_before_and_after(runner: CliRunner, folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "grades.sqlite"
    grade(runner, folder, store)
    shutil.copyfile(WRONG, folder / "s0" / "linear" / "linear.py")
    result = course(runner, "regrade", "--changed", "--store", store, "--jobs", "1", "-q")
    assert result.exit_code == 0, result.stderr
    changed = [line.split() for line in result.stdout.splitlines() if line.startswith("s")]
    assert [line[:3] for line in changed] == [["student", "part", "before"], ["s0", "Flatten", "accepted"]]
    assert "1 changed, 2 as before." in result.stdout
    history = course(runner, "history", "s0", "--store", store).stdout
    assert "accepted" in history
    assert "answer" in history.splitlines()[-1]


def test_history_of_nobody_is_a_sentence(runner: CliRunner, folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "grades.sqlite"
    assert course(runner, "history", "s0", "--store", store).exit_code == USAGE
    grade(runner, folder, store)
    result = course(runner, "history", "s01", "--store", store)
    assert result.exit_code == USAGE
    assert "Did you mean" in result.stderr


def test_something_else_is_not_taken_for_a_store(runner: CliRunner, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("Not a database, but long enough to be mistaken for one. " * 20, encoding="utf-8")
    text = other.read_text(encoding="utf-8")
    result = grade(runner, folder, other)
    assert result.exit_code == BROKEN
    assert result.stdout == ""
    assert other.read_text(encoding="utf-8") == text


def start(folder: Path, store: Path, jobs: int = 2) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable, "-m", "cli", "grade", *map(str, sorted(folder.iterdir())), "--only", "linear/linear",
        "--store", str(store), "--jobs", str(jobs), "--seed", "documents", "--output", str(store.parent / "out"),
    ]  # fmt: skip
    # What a shell runs in the background ignores ctrl-C, and so would this, however the tests were started.
    return subprocess.Popen(
        ["env", "--default-signal=INT", *command],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def descendants(pid: int) -> set[int]:
    """The processes below one, as /proc tells."""
    found: set[int] = set()
    todo = [pid]
    while todo:
        parent = todo.pop()
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                new = set(map(int, path.read_text().split())) - found
            except OSError:
                continue
            found |= new
            todo += new
    return found


def gone(pids: set[int], seconds: float = 20.0) -> bool:
    """Whether the processes end, given a moment."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(os.path.exists(f"/proc/{pid}") for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_class_killed_at_any_moment_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    for number in range(24):
        submit(folder, f"s{number:02}", WRONG if number % 3 == 1 else ACCEPTED)
    whole = start(folder, tmp_path / "whole" / "grades.sqlite")
    whole.communicate(timeout=240)
    assert whole.returncode == 0
    expected = rows(tmp_path / "whole" / "grades.sqlite")
    store = tmp_path / "killed" / "grades.sqlite"
    rng = random.Random(6)
    seen = 0
    for life in range(KILLS):
        # Several processes every few lives: each imports torch twice, and it is the moments that count.
        process = start(folder, store, jobs=2 if life % 5 == 0 else 1)
        # Each life ends a few results further on, or while everything is still starting.
        wanted, deadline = seen + rng.choice([0, 1, 1, 2, 3]), time.monotonic() + 60
        while seen < wanted and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
            seen = len(rows_so_far(store))
        time.sleep(rng.random() / 10)
        below = descendants(process.pid)
        process.kill()
        process.wait()
        assert gone(below)
        assert process.stderr is not None
        process.stderr.close()
        index = store.parent / "out" / "index.html"
        assert not index.exists() or index.read_text(encoding="utf-8").rstrip().endswith("</html>")
    last = start(folder, store)
    _, said = last.communicate(timeout=240)
    assert last.returncode == 0
    assert b"already" in said or b"Going on" in said
    assert rows(store) == expected
    assert max(Counter(row[:4] for row in rows(store)).values()) == 1


def test_two_graders_on_one_store(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    for number in range(6):
        submit(folder, f"s{number}")
    store = tmp_path / "one" / "grades.sqlite"
    both = [start(folder, store, jobs=1) for _ in range(2)]
    for process in both:
        process.communicate(timeout=240)
        assert process.returncode == 0
    with sqlite3.connect(store) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    base.close()
    assert max(Counter(row[:4] for row in rows(store)).values()) == 1
    assert len({row[2] for row in rows(store) if row[1] == "Flatten"}) == 6
