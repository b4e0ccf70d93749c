"""Grading on Gradescope and on GitHub: what is uploaded there, run here as it is run there."""

import json
import os
import re
import shlex
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from ruamel.yaml import YAML

import cli
from grader.classroom import gradescope
from grader.kit.load import load_course
from grader.model import CourseError, GradeReport
from tests.school import FLATTEN, RIGHT

ROOT = Path(__file__).parent.parent
SEED = "documents"  # that of the documents' tests, so that its suites are compiled once
WRONG = RIGHT.replace("+ self.bias", "- self.bias")
DATES = {
    "created_at": "2026-07-01T14:22:32.365935-07:00",
    "submission_method": "upload",
    "users": [{"email": "student@example.com", "id": 1234, "name": "Student User"}],
    "previous_submissions": [],
}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one exercise."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions" / "linear" / "linear", folder / "solutions" / "linear" / "linear")
    shutil.copy(ROOT / "course.toml", folder)
    return folder


def course(root: Path, *words: object, status: int = 0, **environment: str) -> str:
    """A command in this process; what it printed."""
    runner = CliRunner(env={"COURSE_SEED": SEED, "NO_COLOR": "1", **environment})
    done = runner.invoke(cli.main, ["--root", str(root), *map(str, words)])
    assert done.exit_code == status, done.output
    return done.stdout


@pytest.fixture(scope="module")
def layout(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Gradescope makes of the zip file, below a folder that stands in for /: all but a submission."""
    top = tmp_path_factory.mktemp("gradescope")
    said = course(root, "release", "--gradescope", top / "zip", "--only", "linear/linear")
    assert "24 points, a timeout of at least" in said
    base = top / "autograder"
    with zipfile.ZipFile(top / "zip" / "autograder.zip") as archive:
        archive.extractall(base / "source")
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert modes["run_autograder"] & modes["setup.sh"] & 0o111 == 0o111
    assert "torch==" in (base / "source" / "constraints.txt").read_text(encoding="utf-8")
    (base / "run_autograder").write_bytes((base / "source" / "run_autograder").read_bytes())
    metadata = DATES | {"id": 1, "assignment": {"title": "Linear", "total_points": "20.0", "due_date": None}}
    (base / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    (base / "venv" / "bin").mkdir(parents=True)
    return base


@pytest.fixture
def base(layout: Path) -> Iterator[Path]:
    """The same with an empty submission, and no results yet."""
    (layout / "submission").mkdir()
    yield layout
    for name in ("submission", "results"):
        shutil.rmtree(layout / name, ignore_errors=True)


def results(base: Path) -> dict[str, Any]:
    """What Gradescope reads, as far as it can be told from its specification that it would."""
    found: dict[str, Any] = json.loads((base / "results" / "results.json").read_text(encoding="utf-8"))
    known = {"score", "execution_time", "output", "visibility", "stdout_visibility", "extra_data", "tests"}
    assert set(found) <= known
    assert found["stdout_visibility"] == "hidden"
    return found


def run_autograder(base: Path, python: str) -> "subprocess.CompletedProcess[str]":
    """Run the script with an interpreter in place of the one that setup.sh installs."""
    interpreter = base / "venv" / "bin" / "python"
    interpreter.write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
    interpreter.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "HOME": str(base), "AUTOGRADER_ROOT": str(base.parent)}
    return subprocess.run(
        ["bash", str(base / "run_autograder")],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_gradescope_gets_the_score_that_the_course_gives(
    base: Path, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However the answer is wrapped and called."""
    (base / "submission" / "ada-main").mkdir()
    (base / "submission" / "ada-main" / "linear (1).py").write_text(WRONG, encoding="utf-8")
    assert gradescope.main(base) == gradescope.GRADED
    assert "worth 20 points; these parts are worth 24" in capsys.readouterr().out
    found = results(base)
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "linear.py").write_text(WRONG, encoding="utf-8")
    said = course(root, "grade", tmp_path / "ada", "--jobs", 1, "--format", "json")
    (ours,) = json.loads(said)["submissions"]
    assert 0 < found["score"] == ours["score"] < 24
    rows = [(f"{part['part']}: {item['name']}", item) for part in ours["parts"] for item in part["criteria"]]
    assert [(test["name"], test["score"], test["max_score"]) for test in found["tests"]] == [
        (name, item["score"], item["max_score"]) for name, item in rows
    ]
    assert found["extra_data"]["suites"] == {f"linear/linear:{part['part']}": part["suite"] for part in ours["parts"]}
    assert "linear (1).py was graded as linear/linear.py" in found["output"]
    assert re.search(r"sandbox level L[12]\.", found["output"])
    assert any("from linear import Linear" in test["output"] for test in found["tests"])
    assert (base / "source" / "checker" / "grader" / "classroom" / "gradescope.py").is_file()
    # Nothing of the course could be given away but the cases themselves.
    names = [path.name for path in (base / "source" / "course").rglob("*") if path.is_file()]
    assert not {"exercise.py", "misconceptions.py", ".course-seed"}.intersection(names)


def test_what_was_graded_is_left_as_it_is(base: Path) -> None:
    done = run_autograder(
        base, f"""echo '{{"score": 7, "stdout_visibility": "hidden"}}' > {base}/results/results.json"""
    )
    assert done.returncode == 0
    assert results(base)["score"] == 7


@pytest.mark.parametrize(
    ("python", "status", "why"),
    [
        ("kill -9 $$", 137, "more memory"),
        ("exit 1", 1, "ended with status 1"),
        ("sleep 60", 124, "not done after 1 seconds"),
    ],
)
def test_an_autograder_that_dies_gives_no_score(base: Path, python: str, status: int, why: str) -> None:
    script = base / "run_autograder"
    whole = script.read_text(encoding="utf-8")
    script.write_text(re.sub(r"^seconds=\d+", "seconds=1", whole, flags=re.MULTILINE), encoding="utf-8")
    try:
        done = run_autograder(base, f"exec {python}" if python.startswith("sleep") else python)
    finally:
        script.write_text(whole, encoding="utf-8")
    assert done.returncode == status
    found = results(base)
    assert "score" not in found
    assert "tests" not in found
    assert why in found["output"]
    assert "no points are lost" in found["output"]


def test_a_judge_that_fails_gives_no_score(
    base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(error: BaseException) -> Any:
        def grade(*_: object) -> GradeReport:
            raise error

        return grade

    monkeypatch.setattr(gradescope, "_grade", fails(MemoryError()))
    assert gradescope.run(base) == gradescope.UNGRADED
    assert "MemoryError" in results(base)["output"]
    assert "Traceback" in capsys.readouterr().out
    monkeypatch.setattr(gradescope, "_grade", fails(CourseError("Answers run at sandbox level L0 here.")))
    assert gradescope.run(base) == gradescope.UNGRADED
    assert "score" not in results(base)
    counts = iter((0, 1, 1))
    monkeypatch.setattr(gradescope, "_killed_for_memory", lambda: next(counts))
    monkeypatch.setattr(gradescope, "_grade", lambda *_: GradeReport(device="cpu", sandbox="L2", versions={}))
    assert gradescope.run(base) == gradescope.UNGRADED
    assert "ran out of memory" in results(base)["output"]
    (base / "submission").rmdir()
    assert gradescope.run(base) == gradescope.UNGRADED
    assert "no submission" in results(base)["output"]


def test_where_gradescope_s_submissions_are_looked_for(base: Path, tmp_path: Path) -> None:
    sealed = load_course(base / "source" / "course")
    assert sealed.is_sealed

    def found(number: int, *names: str) -> tuple[list[str], str]:
        folder = tmp_path / f"{number}"
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(RIGHT if "essay" not in name else "words = 1\n", encoding="utf-8")
        (tmp_path / f"{number}-copies").mkdir()
        handed_in = gradescope.find(folder, sealed, tmp_path / f"{number}-copies")
        seen = sorted(path.relative_to(handed_in.folder).as_posix() for path in handed_in.folder.rglob("*.*"))
        return seen, "\n".join(handed_in.notes)

    assert found(1, "linear.py") == (["linear.py"], "")
    assert found(2, "home/work/linear/linear.py")[1] == ""
    assert found(3, "Linear.py", "essay.py") == (["linear/linear.py"], "Linear.py was graded as linear/linear.py.")
    assert found(4, "parts/hw1/linear.py")[1] == ""
    two = found(5, "hw (1).py", "hw (2).py")[1]
    assert "linear/linear.py was not handed in" in two
    assert "Handed in: hw (1).py, hw (2).py." in two
    (tmp_path / "6").mkdir()
    (tmp_path / "6" / "hw.py").symlink_to(ROOT / "solutions" / "linear" / "linear" / "linear.py")
    assert "was not handed in" in found(6)[1]


@pytest.fixture(scope="module")
def repositories(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two repositories of one exercise."""
    folder = tmp_path_factory.mktemp("github")
    course(root, "release", "--github", folder)
    return folder


def workflow(path: Path) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


def steps(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for job in document["jobs"].values():
        yield from job["steps"]


def test_the_workflows_keep_to_github_s_schema(repositories: Path) -> None:
    paths = [
        repositories / "template" / ".github" / "workflows" / "check.yml",
        repositories / "instructor" / ".github" / "workflows" / "grade.yml",
        *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
    ]
    assert len(paths) == 4
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.github-workflows", *map(str, paths)])
    assert done.exit_code == 0, done.output
    for path in paths:
        document = workflow(path)
        assert document["permissions"] == {"contents": "read"}
        for step in steps(document):
            script = step.get("run", "")
            # An expression in a script is text that somebody else may have a say in.
            assert "${{" not in script
            assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
            assert ("secrets." in json.dumps(step)) == (step.get("id") == "fetch")
    for script in ("setup.sh", "run_autograder.sh", "fetch.sh"):
        assert subprocess.run(["bash", "-n", ROOT / "grader/release/templates" / script], check=False).returncode == 0


def script(path: Path, name: str) -> list[str]:
    """The words of a workflow's step, without the name of the command."""
    (found,) = (step["run"] for step in steps(workflow(path)) if step.get("name") == name)
    return shlex.split(found)[1:]


def test_a_student_s_repository_is_checked(repositories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "mine"
    shutil.copytree(repositories / "template", home, ignore=shutil.ignore_patterns("checker"))
    (home / "linear" / "linear.py").write_text(FLATTEN.replace("+ 1", "+ 2"), encoding="utf-8")
    monkeypatch.chdir(home)
    summary = tmp_path / "summary.md"
    words = script(home / ".github/workflows/check.yml", "Check")
    said = course(home, *words, status=1, GITHUB_STEP_SUMMARY=str(summary))
    (line,) = (line for line in said.splitlines() if line.startswith("::"))
    assert re.match(r"::error file=linear/linear\.py,(line=\d+,)?title=Flatten%3A \w+%2C \w[\w ]*::\S", line), line
    table = summary.read_text(encoding="utf-8")
    assert table.startswith("### 0 of 1 parts are accepted: ")
    assert re.search(r"\| `Flatten` \| ✗ .+ \| \d/9 \| \S", table)
    assert (home / ".gitignore").read_text(encoding="utf-8").count("/.course.json") == 1


def test_a_class_is_fetched_and_graded_every_night(
    repositories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, hub = tmp_path / "instructor", tmp_path / "hub"
    shutil.copytree(repositories / "instructor", home, ignore=shutil.ignore_patterns("checker"))
    for name, text in (("linear-ada", FLATTEN), ("linear-b@n", ""), ("other-eve", RIGHT)):
        (hub / name / "linear").mkdir(parents=True)
        (hub / name / "linear" / "linear.py").write_text(text, encoding="utf-8")
    # GitHub's client, as far as the script asks it: it lists, and clones what there is.
    (tmp_path / "gh").write_text(
        f'#!/bin/sh\ncase "$2" in list) ls {hub}; echo linear-gone ;; clone) cp -r {hub}/"${{3#org/}}" "$4" ;; esac\n',
        encoding="utf-8",
    )
    (tmp_path / "gh").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    night = home / ".github/workflows/grade.yml"
    fetched = subprocess.run(
        ["bash", *script(night, "Fetch the repositories")],
        cwd=home, env={**os.environ, "PATH": path, "ORGANIZATION": "org", "PREFIX": "linear-"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert fetched.returncode == 1
    assert "::error title=Not fetched::linear-gone could not be cloned" in fetched.stdout
    monkeypatch.chdir(home)
    found = sorted(f"submissions/{folder.name}" for folder in (home / "submissions").iterdir())
    assert found == ["submissions/ada", "submissions/b@n"]
    words = script(night, "Grade")
    where = words.index("submissions/*/")
    words[where : where + 1] = found
    summary = tmp_path / "summary.md"
    course(home, *words, "--jobs", 1, "--fail-under", 40, status=4, GITHUB_STEP_SUMMARY=str(summary))
    table = summary.read_text(encoding="utf-8")
    assert "| ada | 9 | 9 |" in table
    assert "| b\\@n | 0 | 0 |" in table
    course(home, *script(night, "Write the scores"))
    assert "ada,9,9" in (home / "results" / "scores.csv").read_text(encoding="utf-8")


def test_what_does_not_go_together_is_said(root: Path, tmp_path: Path) -> None:
    course(root, "release", tmp_path, "--gradescope", "--github", status=2)
    course(root, "release", tmp_path, "--only", "linear", status=2)
    course(root, "release", tmp_path, "--gradescope", "--only", "Linen", status=2)
    (tmp_path / "mine.txt").write_text("not to be lost", encoding="utf-8")
    course(root, "compile", "linear/linear", "--output", tmp_path, status=2)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
