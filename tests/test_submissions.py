"""The zoo: submissions whose folder is the verdict that they must get, graded as one class by one command."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
ZOO = Path(__file__).parent / "submissions"
HOMES = {
    "Linear": "linear/linear",
    "Flatten": "linear/linear",
    "BatchNorm2d": "normalization/batchnorm",
    "batch_norm": "normalization/batchnorm",
    "count_parameters": "modules/tools",
    "LayerNorm": "normalization/layernorm",
    "ConvTranspose2d": "convolution/transpose",
}
ANIMALS = sorted(path for path in ZOO.glob("*/*") if path.suffix in (".py", ".ipynb"))

pytestmark = pytest.mark.slow


def part_of(animal: Path) -> str:
    return animal.name.split("__")[0]


def processes() -> set[str]:
    """Processes that serve answers and whose judge is gone."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = path.with_name("stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if "grader.worker" in text and parent == "1":
            found.add(f"{path.parent.name} {text}")
    return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of the whole zoo, one student an animal, and what was left behind."""
    folder = tmp_path_factory.mktemp("class")
    for animal in ANIMALS:
        home = folder / f"{animal.parent.name}.{animal.stem}" / (HOMES[part_of(animal)] + animal.suffix)
        home.parent.mkdir(parents=True)
        shutil.copyfile(animal, home)
    before, files = processes(), set(folder.rglob("*"))
    only = [word for part in HOMES for word in ("--only", part)]
    command = [
        sys.executable, "-m", "cli", "grade", *map(str, sorted(folder.iterdir())), *only,
        "--format", "json", "--seed", "documents", "--case-seconds", "1.5", "--jobs", "2",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=580, env={**os.environ, "NO_COLOR": "1"}
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    students = {item["student"]: item for item in report["submissions"]}
    return {
        "students": students,
        "processes": processes() - before,
        "files": set(folder.rglob("*")) - files,
        "stderr": done.stderr,
    }


@pytest.mark.parametrize("animal", ANIMALS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_submission_gets_the_verdict_of_its_folder(animal: Path, graded: dict[str, Any]) -> None:
    student = graded["students"][f"{animal.parent.name}.{animal.stem}"]
    parts = {item["part"]: item for item in student["parts"]}
    part = parts[part_of(animal)]
    why = [(item["name"], item["verdict"], item["message"]) for item in part["criteria"]]
    if animal.parent.name == "hostile":
        # What it is called matters less than that it earns nothing it should not: its numbers are wrong, so no values.
        assert part["verdict"] not in ("ACCEPTED", "JUDGE_ERROR"), why
        scores = {item["name"]: item["score"] for item in part["criteria"]}
        assert not any(scores.get(name) for name in ("values", "gradients", "numerics", "vectorized")), why
        return
    assert part["verdict"] == animal.parent.name.upper(), why
    assert (part["score"] == part["max_score"]) == (animal.parent.name == "accepted"), why
    if animal.parent.name in ("off_limits", "not_attempted"):
        assert part["score"] == 0
    assert bool(part["off_limits"]) == (animal.parent.name == "off_limits")


def test_the_rest_of_a_student_is_untouched(graded: dict[str, Any]) -> None:
    for student in graded["students"].values():
        untouched = [part for part in student["parts"] if part["verdict"] == "NOT_ATTEMPTED"]
        assert len(untouched) >= 2
        assert not any(part["verdict"] == "JUDGE_ERROR" for part in student["parts"])


def test_an_answer_earns_only_what_it_has(graded: dict[str, Any]) -> None:
    earned = {
        animal: {item["name"] for part in student["parts"] for item in part["criteria"] if item["score"]}
        for animal, student in graded["students"].items()
    }
    assert earned["raised.Linear__always_raises"] == set()
    assert earned["wrong.LayerNorm__constant"] == {"interface"}


def test_a_class_leaves_nothing_behind(graded: dict[str, Any]) -> None:
    assert not graded["processes"]
    assert not graded["files"]
    assert not Path("/tmp/course-was-here").exists()


@pytest.mark.parametrize(
    ("animal", "said"),
    [
        ("raised.Flatten__rests_on_what_is_missing", "cell 2, line 2: `from einops_of_mine import rearrange`: not "),
        ("raised.Flatten__rests_on_a_broken_cell", "cell 2, line 2: this is not Python: expected ':'. "),
        ("accepted.Flatten__without_what_is_missing", "not needed for it: `import torchvision` (cell 1, line 3)."),
        ("accepted.Flatten__reshape", ""),
    ],
)
def test_what_a_part_rests_on_and_is_not_there_is_named(animal: str, said: str, graded: dict[str, Any]) -> None:
    part = next(item for item in graded["students"][animal]["parts"] if item["part"] == "Flatten")
    assert said in part["message"]
    assert bool(said) == bool(part["message"])


def test_a_mistake_is_named(graded: dict[str, Any]) -> None:
    student = graded["students"]["wrong.BatchNorm2d__biased_running_var"]
    part = next(item for item in student["parts"] if item["part"] == "BatchNorm2d")
    red = [item for item in part["criteria"] if item["verdict"] == "WRONG"]
    assert [item["name"] for item in red] == ["state"]
    assert red[0]["diagnosis"]["misconception"] == "BiasedRunningVariance"
    assert "BatchNorm2d(" in red[0]["counterexample"]["snippet"]
