"""What `course verify` keeps for the reports."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.authoring.mutants import Mutant
from grader.authoring.proof import load, proof_file, store
from grader.authoring.proofs import ExerciseProof, PartProof
from grader.course.catalogue import Course
from grader.course.declared import DeclaredExercise
from grader.model import Hole, HoleKind


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of two exercises, as far as their files go."""
    found = []
    for name in ("linear", "conv"):
        folder = tmp_path / "solutions" / "a" / name
        folder.mkdir(parents=True)
        (folder / "exercise.py").write_text(name, encoding="utf-8")
        found.append(DeclaredExercise(assignment="a", name=name, folder=folder))
    return replace(Course(root=tmp_path, title="T"), exercises=tuple(found))


def proof(slug: str = "a/linear", symbol: str = "Linear") -> ExerciseProof:
    part = PartProof(exercise=slug, symbol=symbol, cases=40, right=2, wrong=8, wrong_killed=8)
    part.hole(HoleKind.REFUSED, "right/odd is refused (values WRONG)")
    survivors = [
        (Mutant(change="a → b", line=3, source=""), ""),
        (Mutant(change="c → d", line=4, source=""), "it is the same"),
    ]
    holes = [part.holes[0].of_part(symbol), Hole(kind=HoleKind.MUTANTS, text="only 90.0% of the mutants are noticed")]
    return ExerciseProof(exercise=slug, parts=[part], silent=11, killed=9, survivors=survivors, holes=holes)


def test_what_was_proved_is_read_back(course: Course) -> None:
    released = ExerciseProof(exercise="assignments/", holes=[Hole(kind=HoleKind.STALE, text="stale")])
    store(course, [proof(), released], seed="verify", quick=False)
    (found,) = load(course).values()
    assert (found.exercise, found.seed, found.current) == ("a/linear", "verify", True)
    assert (found.mutants, found.mutants_killed, found.explained) == (10, 9, 1)
    assert found.survivors == ("line 3: a → b",)
    assert found.parts[0].alarms == 1
    assert found.holes == (
        Hole(kind=HoleKind.REFUSED, text="Linear: right/odd is refused (values WRONG)"),
        Hole(kind=HoleKind.MUTANTS, text="only 90.0% of the mutants are noticed"),
    )


def test_holes_of_before_there_were_kinds_are_read(course: Course) -> None:
    store(course, [proof()], seed="verify", quick=False)
    document = json.loads(proof_file(course.root).read_text(encoding="utf-8"))
    entry = document["exercises"]["a/linear"]
    entry["parts"]["Linear"]["holes"], entry["holes"] = ["right/odd is refused"], ["only 90.0%"]
    proof_file(course.root).write_text(json.dumps(document), encoding="utf-8")
    (found,) = load(course).values()
    assert [str(hole) for hole in found.holes] == ["Linear: right/odd is refused", "only 90.0%"]
    assert {hole.kind for hole in found.holes} == {HoleKind.OTHER}
    assert found.parts[0].alarms == 1


def test_runs_add_up_until_the_exercise_changes(course: Course) -> None:
    store(course, [proof()], seed="verify", quick=False)
    store(course, [proof("a/conv", "Conv")], seed="verify", quick=True)
    store(course, [proof(symbol="Flatten")], seed="verify", quick=True)
    found = load(course)
    assert [part.part for part in found["a/linear"].parts] == ["Linear", "Flatten"]
    assert found["a/linear"].mutants == 10
    assert found["a/conv"].mutants is None
    (course.exercises[0].folder / "linear.py").write_text("changed", encoding="utf-8")
    assert [each.current for each in load(course).values()] == [False, True]
    store(course, [proof(symbol="Flatten")], seed="verify", quick=True)
    found = load(course)
    assert [part.part for part in found["a/linear"].parts] == ["Flatten"]
    assert found["a/linear"].mutants is None
    assert found["a/linear"].current


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 9}', '{"schema": 1, "exercises": {"a/linear": {}}}'])
def test_a_file_that_says_nothing_proves_nothing(course: Course, text: str) -> None:
    proof_file(course.root).parent.mkdir()
    proof_file(course.root).write_text(text, encoding="utf-8")
    assert load(course) == {}
    store(course, [proof()], seed="verify", quick=True)
    assert list(json.loads(proof_file(course.root).read_text(encoding="utf-8"))["exercises"]) == ["a/linear"]
