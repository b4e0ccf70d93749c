"""A student's kit: complete without ``solutions/``, and nothing private in it."""

import ast
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course.catalogue import Course
from grader.course.declared import declared
from grader.kit.load import load_course
from grader.kit.record import FORMAT, Record, differences, record
from grader.model import CourseError
from grader.release.stub import stub_of
from grader.release.write import release, stale
from grader.suite.cache import HIDDEN, compile_suite
from grader.suite.provider import Suites, public_suites

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
EXERCISES = ("linear/linear", "normalization/switchable")
SEED = "the-secret-of-this-course"

FORGETS_THE_BIAS = """
import math
import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.register_parameter("bias", nn.Parameter(torch.empty(out_features)) if bias else None)
        self.in_features, self.out_features = in_features, out_features
        self.reset_parameters()

    def reset_parameters(self):
        for item in self.parameters():
            nn.init.uniform_(item, -1 / math.sqrt(self.in_features), 1 / math.sqrt(self.in_features))

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"

    def forward(self, x):
        return x @ self.weight.T
"""


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of two exercises, one of them with an oracle of its own."""
    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "course.toml", root)
    (root / ".course-seed").write_text(SEED + "\n", encoding="utf-8")
    for slug in EXERCISES:
        shutil.copytree(ROOT / "solutions" / slug, root / "solutions" / slug)
    return load_course(root)


@pytest.fixture(scope="session")
def suites() -> Suites:
    """Its public suites, compiled once."""
    return public_suites()


@pytest.fixture(scope="session")
def kit(course: Course, suites: Suites, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its kit, released to a folder elsewhere."""
    folder = tmp_path_factory.mktemp("student") / "kit"
    release(course, folder, suites)
    return folder


def run(kit: Path, *words: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """A command of the kit's own checker, from within the kit, with none of the repository in reach."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COURSE"))}
    environment |= {"PYTHONPATH": str(kit / "checker"), "HOME": str(kit.parent), "XDG_CACHE_HOME": str(kit.parent)}
    code = (
        "import sys, grader.commands.main as cli; assert cli.__file__.startswith(sys.argv.pop(1)), cli.__file__; "
        "cli.main()"
    )
    return subprocess.run(
        [sys.executable, "-P", "-c", code, str(kit), *words],
        cwd=cwd or kit, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def pieces(kit: Path) -> Iterator[tuple[str, str]]:
    """Every text of the kit, those in its archives too, by its path."""
    for path in kit.rglob("*"):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path.name}:{name}", archive.read(name).decode("latin-1")
        elif path.is_file():
            yield str(path.relative_to(kit)), path.read_bytes().decode("utf-8", errors="replace")


def statements(source: str) -> set[str]:
    """The lines of code that matter: statements within functions and methods, other than docstrings."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            for child in ast.walk(node):
                if isinstance(child, ast.Assign | ast.Return | ast.AugAssign) and child.lineno == child.end_lineno:
                    found.add(source.splitlines()[child.lineno - 1].strip())
    return {line for line in found if len(line) > 30}


def test_nothing_private_is_in_it(course: Course, kit: Path) -> None:
    texts = dict(pieces(kit))
    # What the engine's own sources say is not a secret of the course.
    said = {name: text for name, text in texts.items() if not name.startswith("checker/")}
    for exercise in course.exercises:
        sources = [exercise.reference_source, exercise.misconceptions_source, *exercise.right.values()]
        declaration = (exercise.folder / "exercise.py").read_text(encoding="utf-8")
        private = set().union(*map(statements, [*sources, declaration]))
        assert len(private) > 20
        shown = set("\n".join([exercise.handout, stub_of(exercise)]).splitlines())
        private -= {line.strip() for line in shown}
        for name, text in said.items():
            assert not [line for line in private if line in text], name
    flatten = course.exercise("linear/linear")
    hidden = compile_suite(flatten, flatten.declaration.part("Flatten"), SEED, visibility=HIDDEN)
    assert not [name for name, text in texts.items() if SEED in text or hidden.digest in text]
    names = [Path(name).name for name in said]
    assert not {"exercise.py", "misconceptions.py", "solutions", "figure.py", ".course-seed"} & set(names)
    assert not [path for path in kit.rglob("*") if path.suffix in (".pkl", ".pt", ".pyc")]


def test_a_right_answer_is_accepted_there(kit: Path, tmp_path: Path) -> None:
    (tmp_path / "linear").mkdir()
    shutil.copy(ROOT / "solutions/linear/linear/right/einsum.py", tmp_path / "linear" / "linear.py")
    (tmp_path / "normalization").mkdir()
    shutil.copy(ROOT / "solutions/normalization/switchable/switchable.py", tmp_path / "normalization")
    done = run(kit, "grade", str(tmp_path), "--format", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [part["verdict"] for part in report["submissions"][0]["parts"]] == ["ACCEPTED"] * 3
    assert "Only the public cases were run" in done.stderr
    assert not (kit / ".course-seed").exists()


def test_a_wrong_answer_is_diagnosed_there(kit: Path, tmp_path: Path) -> None:
    (tmp_path / "linear").mkdir()
    (tmp_path / "linear" / "linear.py").write_text(FORGETS_THE_BIAS, encoding="utf-8")
    done = run(kit, "grade", str(tmp_path), "--only", "Linear", "--format", "json")
    assert done.returncode == 0, done.stderr
    (part,) = json.loads(done.stdout)["submissions"][0]["parts"]
    assert part["verdict"] == "WRONG"
    values = next(item for item in part["criteria"] if item["name"] == "values")
    assert values["diagnosis"]["hint"].startswith("The bias is registered")
    assert "from linear import Linear" in values["counterexample"]["snippet"]


def test_one_learns_in_a_kit(kit: Path, tmp_path: Path) -> None:
    begun = run(kit, "start", str(tmp_path / "work"))
    assert begun.returncode == 0, begun.stderr
    (tmp_path / "work" / "linear" / "linear.py").write_text(FORGETS_THE_BIAS, encoding="utf-8")
    checked = run(kit, "check", "Linear", cwd=tmp_path / "work")
    assert checked.returncode == 1
    assert "public cases" in checked.stdout
    assert run(kit, "list").stdout.split()[0] == "linear/linear"
    assert "a student's kit" in run(kit, "doctor").stdout


@pytest.mark.parametrize("words", [("verify",), ("new", "linear/other"), ("release", "elsewhere")])
def test_what_takes_solutions_says_so(kit: Path, words: tuple[str, ...]) -> None:
    done = run(kit, *words)
    assert done.returncode == 1
    assert "solutions/, which a student's kit does not have" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_kit_is_a_course(kit: Path, course: Course, suites: Suites) -> None:
    found = load_course(kit)
    assert found.is_kit
    assert [exercise.slug for exercise in found.exercises] == [exercise.slug for exercise in course.exercises]
    for one, other in zip(found.exercises, course.exercises, strict=True):
        assert one.declaration.title == other.declaration.title
        assert (one.handout, one.stub) == (other.handout, stub_of(other))
        assert [item.hint for item in one.misconceptions] == [item.hint for item in other.misconceptions]
        for mine, theirs in zip(one.parts, other.parts, strict=True):
            assert (mine.symbol, mine.off_limits.classes) == (theirs.symbol, list(theirs.off_limits.classes))
            assert [item.arguments for item in mine.properties] == [item.arguments for item in theirs.properties]
            assert public_suites().points(one, mine) == suites.points(other, theirs)
        with pytest.raises(CourseError, match="solutions/"):
            declared(one)


def test_a_release_within_the_course_takes_no_checker(course: Course, suites: Suites) -> None:
    released = course.root / "assignments"
    release(course, released, suites)
    assert not (released / "checker").exists()
    assert stale(course, released, suites) == []
    (released / "linear" / "checks" / "linear.zip").write_bytes(b"no archive")
    assert stale(course, released, suites) == ["linear/checks/linear.zip differs from its source: it cannot be read"]


def test_a_record_is_compared_by_what_it_says(course: Course, suites: Suites, tmp_path: Path) -> None:
    exercise = course.exercise("linear/linear")
    found = [suites.suite(exercise, part) for part in exercise.parts]

    def made(stub: str) -> bytes:
        return record(
            exercise.slug, exercise.declaration, exercise.misconceptions, found, handout=exercise.handout, stub=stub
        )

    path = tmp_path / "linear.zip"
    path.write_bytes(made(stub_of(exercise)))
    assert made(stub_of(exercise)) == path.read_bytes()
    assert not differences(path, made(stub_of(exercise)))
    assert differences(path, made("pass\n")) == ["stub"]


def test_a_damaged_record_is_reported(kit: Path, tmp_path: Path) -> None:
    path = tmp_path / "linear.zip"
    good = (kit / "linear" / "checks" / "linear.zip").read_bytes()
    for content in (b"", b"x" * 100, good[: len(good) // 2], good.replace(b"PK\x01\x02", b"PK\x09\x09")):
        path.write_bytes(content)
        with pytest.raises(CourseError, match="cannot be read"):
            _ = Record(path).exercise
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("exercise.json", json.dumps({"format": FORMAT, "title": "x", "parts": [{"symbol": "Linear"}]}))
    with pytest.raises(CourseError, match="cannot be read"):
        _ = Record(path).exercise
    with pytest.raises(CourseError, match="cannot be read"):
        Record(path).suite("Linear")
