"""What is secret stays with who grades: the seed, files that hold hidden cases and grades, what a repository takes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.authoring.scaffold import new_exercise
from grader.commands import warn_of_seed
from grader.course.catalogue import Course
from grader.course.ignored import CLASSROOM, PRIVATE, ignore
from grader.course.settings import read_settings
from grader.exports import ExportRequest, gradescope
from grader.exports import write as export
from grader.exports.each import write_each
from grader.grading import processes
from grader.grading.options import Options, course_seed, without_seed
from grader.grading.store import Store
from grader.model import Limits
from grader.report.html import write
from grader.report.json import dumps
from tests import report_samples as samples

posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A person whose files are everybody's unless a program says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def shared(folder: Path) -> set[str]:
    """What others may read, write or enter in a folder, itself included."""
    return {str(path) for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077}


@posix
@pytest.mark.usefixtures("open_umask")
def test_only_who_grades_can_read_what_was_graded(tmp_path: Path) -> None:
    report = samples.report(samples.submission("ana", samples.raised()))
    write(report, tmp_path / "report", "counterexample")
    Store(tmp_path / "results" / "grades.sqlite").close()
    write_each(report, tmp_path / "gradescope", gradescope.document)
    results = tmp_path / "grades.json"
    results.write_text(dumps(report))
    for form in ("csv", "junit"):
        export(ExportRequest(form=form, results=results, output=tmp_path / form))
    results.unlink()
    assert shared(tmp_path) <= {str(tmp_path)}


@posix
@pytest.mark.usefixtures("open_umask")
def test_the_store_s_other_files_are_private_too(tmp_path: Path) -> None:
    store = Store(tmp_path / "results" / "grades.sqlite")
    with store.change():
        store.environment({"device": "cpu"})
    assert {path.name for path in (tmp_path / "results").iterdir()} >= {"grades.sqlite", "grades.sqlite-wal"}
    assert not shared(tmp_path / "results")
    store.close()


def test_a_seed_on_the_command_line_is_no_secret_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    warn_of_seed("s3cret", quiet=False)
    said = capsys.readouterr()
    assert "COURSE_SEED" in said.err
    assert ".course-seed" in said.err
    assert "s3cret" not in said.err
    assert not said.out
    warn_of_seed(None, quiet=False)
    warn_of_seed("s3cret", quiet=True)
    assert not capsys.readouterr().err


def test_processes_do_not_inherit_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_SEED", "s3cret")
    look = [sys.executable, "-c", "import os; print('COURSE_SEED' in os.environ)"]
    with without_seed():
        assert subprocess.run(look, capture_output=True, text=True, check=True).stdout.strip() == "False"
    assert os.environ["COURSE_SEED"] == "s3cret"
    with without_seed():
        pass


def test_the_processes_that_grade_are_started_without_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[bool] = []

    class Context:
        """Starts nothing, and looks at what it would have passed on."""

        def Pipe(self) -> tuple[Any, Any]:
            return self, self

        def Process(self, **options: Any) -> Any:
            return self

        def start(self) -> None:
            started.append("COURSE_SEED" in os.environ)

        def close(self) -> None:
            return

    monkeypatch.setenv("COURSE_SEED", "s3cret")
    monkeypatch.setattr(processes, "get_context", lambda method: Context())
    processes._WorkerProcess(tmp_path, Options(seed="s3cret", limits=Limits()))
    assert started == [False]


def test_a_new_course_ignores_what_is_private(tmp_path: Path) -> None:
    new_exercise(tmp_path, "norms/rmsnorm")
    lines = (tmp_path / ".gitignore").read_text().splitlines()
    assert lines == list(PRIVATE)
    assert {"/.course-seed", "/results/", "/release/", "/submitted/", "/gradebook.db"} <= set(lines)


def test_what_a_gitignore_says_already_stays(tmp_path: Path) -> None:
    path = tmp_path / ".gitignore"
    path.write_bytes(b"# mine \xff\r\nresults/\r\n/.course-seed\r\n*.pyc")
    ignore(tmp_path)
    ignore(tmp_path)
    before, lines = path.read_bytes().split(b"*.pyc\n")
    assert before == b"# mine \xff\r\nresults/\r\n/.course-seed\r\n"
    assert lines.decode().split() == ["/.course-cache/", *CLASSROOM]


def test_a_gitignore_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").mkdir()
    ignore(tmp_path)


def test_a_course_that_is_given_its_first_seed_ignores_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_SEED", raising=False)
    new_exercise(tmp_path, "norms/rmsnorm")
    (tmp_path / ".gitignore").unlink()
    settings = read_settings(tmp_path)
    course = Course(
        root=tmp_path, title=settings.title, exercises=(), limits=settings.limits, feedback=settings.feedback
    )
    seed, _ = course_seed(course, None)
    assert (tmp_path / ".course-seed").read_text().strip() == seed
    assert "/.course-seed" in (tmp_path / ".gitignore").read_text().splitlines()
