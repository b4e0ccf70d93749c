"""The command line: one document on stdout, honest exit statuses, one line for what a person did wrong."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from grader.commands import UNGRADED, USAGE
from grader.commands.sections import SECTIONS
from grader.course.versions import torch_note
from grader.model import CRITERIA, Verdict

ROOT = Path(__file__).parent.parent
ACCEPTED = Path(__file__).parent / "submissions" / "accepted"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> CliRunner:
    monkeypatch.setenv("COURSE_SEED", "documents")
    monkeypatch.setenv("NO_COLOR", "1")
    return CliRunner()


@pytest.fixture
def student(tmp_path: Path) -> Path:
    """A student with a correct Flatten and nothing else."""
    folder = tmp_path / "anna"
    (folder / "linear").mkdir(parents=True)
    shutil.copyfile(ACCEPTED / "Flatten__reshape.py", folder / "linear" / "linear.py")
    return folder


def course(runner: CliRunner, *words: object, root: Path = ROOT) -> Result:
    return runner.invoke(cli.main, ["--root", str(root), *map(str, words)], catch_exceptions=False)


def graded(runner: CliRunner, *words: object) -> dict[str, Any]:
    result = course(runner, "grade", *words, "--only", "linear/linear", "--format", "json", "--jobs", "1", "--fresh")
    assert result.exit_code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def timeless(document: dict[str, Any]) -> dict[str, Any]:
    for submission in document["submissions"]:
        for part in submission["parts"]:
            del part["seconds"]
    return document


@pytest.mark.slow
def test_the_json_report_has_the_promised_shape(runner: CliRunner, student: Path) -> None:
    document = graded(runner, student)
    assert set(document) == {"schema", "device", "sandbox", "versions", "submissions"}
    assert document["schema"] == 1
    (submission,) = document["submissions"]
    assert submission["student"] == "anna"
    assert submission["path"] == str(student)
    flatten = next(part for part in submission["parts"] if part["part"] == "Flatten")
    linear = next(part for part in submission["parts"] if part["part"] == "Linear")
    assert set(flatten) == {
        "part", "exercise", "verdict", "score", "max_score", "suite", "seconds", "message", "off_limits", "criteria",
        "behaviour",
    }  # fmt: skip
    assert flatten["verdict"] == "ACCEPTED"
    assert flatten["score"] == flatten["max_score"] == submission["score"]
    assert linear["verdict"] == "NOT_ATTEMPTED"
    for part in submission["parts"]:
        for criterion in part["criteria"]:
            assert set(criterion) == {
                "name", "verdict", "score", "max_score", "message", "counterexample", "diagnosis", "condition",
                "transformation", "cases", "failing", "kind",
                "line", "families",
            }  # fmt: skip
            assert criterion["name"] in CRITERIA
            assert criterion["verdict"] in Verdict.__members__


@pytest.mark.slow
def test_the_same_bytes_give_the_same_report(runner: CliRunner, student: Path, tmp_path: Path) -> None:
    other = tmp_path / "bert"
    shutil.copytree(student, other)
    alone = timeless(graded(runner, student))
    together = timeless(graded(runner, other, student))
    assert together["submissions"][1] == alone["submissions"][0]
    assert together["submissions"][0]["parts"] == alone["submissions"][0]["parts"]


@pytest.mark.slow
def test_a_single_file_is_a_submission(runner: CliRunner, student: Path) -> None:
    document = graded(runner, student / "linear" / "linear.py")
    assert document["submissions"][0]["student"] == "anna"
    assert {part["part"]: part["verdict"] for part in document["submissions"][0]["parts"]}["Flatten"] == "ACCEPTED"


@pytest.mark.slow
def test_an_empty_student_has_attempted_nothing(runner: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "nobody").mkdir()
    document = graded(runner, tmp_path / "nobody")
    (submission,) = document["submissions"]
    assert submission["score"] == 0
    assert {part["verdict"] for part in submission["parts"]} == {"NOT_ATTEMPTED"}


@pytest.mark.slow
def test_compiling_in_other_processes_says_nothing(student: Path, tmp_path: Path) -> None:
    shutil.copytree(student, tmp_path / "bert")
    command = [
        sys.executable, "-m", "cli", "grade", str(student), str(tmp_path / "bert"), "--only", "Linear", "--jobs", "2",
        "--quiet", "--seed", "quiet",
    ]  # fmt: skip
    environment = {**os.environ, "COURSE_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300)
    assert done.stderr == ""


@pytest.mark.slow
def test_an_answer_in_the_wrong_place_is_pointed_out(runner: CliRunner, student: Path, tmp_path: Path) -> None:
    (tmp_path / "lena").mkdir()
    shutil.copytree(student, tmp_path / "lena" / "Homework 1")
    result = course(runner, "grade", tmp_path / "lena", student, "--only", "Flatten", "--jobs", "1")
    assert result.exit_code == 0
    assert "lena: Homework 1/linear/linear.py is not graded" in result.stderr
    assert result.stderr.count("an answer is looked for") == 1


@pytest.mark.slow
def test_the_output_folder_holds_pages_and_json(runner: CliRunner, student: Path, tmp_path: Path) -> None:
    result = course(runner, "grade", student, "--only", "Flatten", "--output", tmp_path / "out", "--jobs", "1")
    assert result.exit_code == 0
    assert "anna" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out" / "grades.json").read_text(encoding="utf-8"))["schema"] == 1
    assert "Flatten" in result.stdout


@pytest.mark.slow
def test_a_broken_spec_is_a_judge_error_and_not_a_zero(runner: CliRunner, student: Path, tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(ROOT / "solutions" / "linear" / "linear", root / "solutions" / "linear" / "linear")
    shutil.copy(ROOT / "course.toml", root)
    spec = root / "solutions" / "linear" / "linear" / "exercise.py"
    spec.write_text(
        spec.read_text(encoding="utf-8").replace("oracle=nn.Flatten", "oracle=nn.Bilinear"), encoding="utf-8"
    )
    result = course(runner, "grade", student, "--format", "json", "--jobs", "1", root=root)
    assert result.exit_code == UNGRADED
    (submission,) = json.loads(result.stdout)["submissions"]
    flatten = next(part for part in submission["parts"] if part["part"] == "Flatten")
    assert flatten["verdict"] == "JUDGE_ERROR"
    assert flatten["score"] is None
    assert submission["max_score"] == sum(
        part["max_score"] for part in submission["parts"] if part["part"] != "Flatten"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["grade", "no-such-student"], "nothing at"),
        (["grade", ".", "--only", "Liner"], "Did you mean Linear"),
        (["grade", str(ROOT / "README.md")], "not an answer"),
        (["grade", str(ROOT / "examples/ada/linear/linear.py"), "--only", "LayerNorm"], "asks for something else"),
        (["verify", "no/such"], "no part"),
        (["new", "Bad Name"], "Bad Name"),
    ],
)
def test_what_a_person_got_wrong_is_said_in_a_line_or_two(runner: CliRunner, words: list[str], said: str) -> None:
    result = course(runner, *words)
    assert result.exit_code == USAGE
    assert said in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) <= 2


def test_help_has_sections_and_a_verb_that_is_not_there_is_guessed(runner: CliRunner) -> None:
    said = runner.invoke(cli.main, ["-h"], terminal_width=60).stdout
    assert max(map(len, said.splitlines())) <= 60
    for name, verbs in SECTIONS.items():
        section = said.partition(f"\n{name}:\n")[2].partition("\n\n")[0]
        assert re.findall(r"^  ([a-z-]+)", section, re.M) == [*verbs]
    assert "Other:" not in said
    result = course(runner, "chekc")
    assert result.exit_code == USAGE
    assert "Did you mean check?" in result.stderr


def test_a_directory_without_a_course_is_refused(runner: CliRunner, tmp_path: Path) -> None:
    result = course(runner, "list", root=tmp_path)
    assert result.exit_code == USAGE
    assert "course.toml" in result.stderr


def test_list_names_every_part(runner: CliRunner) -> None:
    document = json.loads(course(runner, "list", "--json").stdout)
    parts = {part for exercise in document["exercises"] for part in exercise["parts"]}
    assert {"BatchNorm2d", "Linear", "LayerNorm", "GroupNorm", "SwitchableNorm2d"} <= parts
    assert "BatchNorm2d" in course(runner, "list").stdout


@pytest.mark.slow
def test_a_seed_is_made_once_and_kept(runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_SEED")
    root = tmp_path / "course"
    shutil.copytree(ROOT / "solutions" / "linear" / "linear", root / "solutions" / "linear" / "linear")
    shutil.copy(ROOT / "course.toml", root)
    (tmp_path / "nobody").mkdir()
    first = course(runner, "grade", tmp_path / "nobody", "--only", "Flatten", root=root)
    assert "Made a new course seed" in first.stderr
    seed = (root / ".course-seed").read_text(encoding="utf-8")
    second = course(runner, "grade", tmp_path / "nobody", "--only", "Flatten", root=root)
    assert "seed" not in second.stderr
    assert (root / ".course-seed").read_text(encoding="utf-8") == seed
    assert seed.strip() not in first.stdout + first.stderr


def test_a_torch_that_nobody_verified_is_said_to_be_that() -> None:
    assert [torch_note(number) for number in ("2.11.0", "2.13.0+cpu", "2.14.1")] == [""] * 3
    assert torch_note("2.15.0+cu130").startswith("Newer than 2.14,")
    assert torch_note("3.0.0").startswith("Newer than 2.14,")
    assert torch_note("2.9.1").startswith("Older than 2.11,")


@pytest.mark.parametrize(
    ("absent", "words"),
    [
        ("nbgrader", ["export", "csv", "gradebook.db", "--output", "out.csv"]),
        ("nbformat", ["nbgrader-import", ".", "ada"]),
    ],
)
def test_what_is_not_installed_is_named_with_its_extra(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, absent: str, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gradebook.db").touch()
    for module in [name for name in sys.modules if name.split(".")[0] == absent or name.startswith("grader.classroom")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, absent, None)
    result = course(runner, *words)
    assert result.exit_code == 1
    assert result.stderr == (
        f"course: This needs {absent}, which is not installed.\n"
        "        Install it with: pip install 'torch-course-kit[classroom]'\n"
    )


@pytest.mark.slow
def test_doctor_says_what_holds_here(runner: CliRunner) -> None:
    result = course(runner, "doctor")
    assert result.exit_code == 0
    assert "sandbox" in result.stdout
    assert "torch" in result.stdout
    assert "release      installed" in result.stdout
