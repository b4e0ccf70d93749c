"""The whole course at once: the references earn every point, a student who hands in nothing earns none."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.kit.load import load_course

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Their grades by the public cases, which a student's kit holds recorded; `make bench` does it by hidden ones."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "nobody").mkdir()
    for exercise in COURSE.exercises:
        home = folder / "perfect" / exercise.assignment
        home.mkdir(parents=True, exist_ok=True)
        shutil.copy(exercise.folder / f"{exercise.name}.py", home)
    command = [sys.executable, "-m", "cli", "--root", "assignments", "grade", str(folder / "nobody")]
    done = subprocess.run(
        [*command, str(folder / "perfect"), "--format", "json"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=500, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    return {item["student"]: item for item in json.loads(done.stdout)["submissions"]}


@pytest.mark.slow
def test_right_answers_earn_every_point(students: dict[str, dict[str, Any]]) -> None:
    perfect = students["perfect"]
    lost = {part["part"]: part["criteria"] for part in perfect["parts"] if part["verdict"] != "ACCEPTED"}
    assert not lost
    assert all(part["score"] == part["max_score"] > 0 for part in perfect["parts"])
    assert perfect["score"] == perfect["max_score"]
    graded = {(part["exercise"], part["part"]) for part in perfect["parts"]}
    assert graded == {(exercise.slug, part.symbol) for exercise in COURSE.exercises for part in exercise.parts}


@pytest.mark.slow
def test_nothing_handed_in_earns_nothing(students: dict[str, dict[str, Any]]) -> None:
    nobody = students["nobody"]
    assert nobody["score"] == 0
    assert nobody["max_score"] == students["perfect"]["max_score"]
    assert {part["verdict"] for part in nobody["parts"]} == {"NOT_ATTEMPTED"}
    assert {part["score"] for part in nobody["parts"]} == {0}
