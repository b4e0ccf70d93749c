"""`course misconception new`: a declaration from a student's answer, without the student."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from grader.authoring import unfinished
from grader.authoring.anonymous import bare, without, words_of
from grader.authoring.from_answer import Wrong, declare
from grader.authoring.scaffold import new_exercise
from grader.authoring.wrong_answers import misconception_source
from grader.course.declared import DeclaredExercise, declared
from grader.kit.load import load_course
from grader.model import CourseError, HoleKind, Verdict
from grader.spec import Misconception
from tests import report_samples as samples

WRITTEN = '''
"""By Ada Lovelace."""
from __future__ import annotations

import math

import torch
from torch import nn

TWICE = 2.0  # ada's constant


def ada_scale(v: Tensor) -> Tensor:
    """Ada's helper."""
    return v * TWICE


def mistakes(v):
    return v


class Affine(nn.Module):
    """Written by ada."""

    def __init__(self, num_features: int, bias=True):
        super(Affine, self).__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features)) if bias else None

    def forward(self, x):
        if x.shape[-1] != len(self.weight):
            raise ValueError("Ada Lovelace wants another size")
        return mistakes(ada_scale(x))
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    new_exercise(tmp_path, "basics/affine")
    return tmp_path


def affine(root: Path) -> DeclaredExercise:
    return declared(load_course(root).exercise("basics/affine"))


def reference(root: Path) -> str:
    return affine(root).reference_source


def begun(root: Path, source: str, student: str = "ada_lovelace", **more: str) -> Misconception:
    """The misconception that an answer's declaration comes to."""
    example = samples.counterexample(got="ada_lovelace's tensor([1.])")
    failure = samples.criterion("values", Verdict.WRONG, message="It is off.", counterexample=example)
    report = samples.part("Affine", "basics/affine", Verdict.WRONG, [samples.criterion("own_work", best=0), failure])
    name = declare(affine(root), Wrong(student=student, source=source, report=report, alike=3), **more)
    exercise = affine(root)
    (item,) = (each for each in (*exercise.misconceptions, *exercise.begun_misconceptions) if each.name == name)
    return item


def test_few_statements_are_edits_of_the_reference(root: Path) -> None:
    item = begun(root, reference(root).replace("else y + self.bias", "else y - self.bias"))
    assert (item.name, item.part, item.criterion, item.missing) == ("Unnamed1", "Affine", "values", ["name", "hint"])
    assert item.edits == {
        "return y if self.bias is None else y + self.bias": "return y if self.bias is None else y - self.bias"
    }
    written = affine(root).misconceptions_source
    assert "# From 3 answers that behave alike. The smallest known case on which values fails:" in written
    assert '    #     print("output:", out)\n' in written
    assert begun(root, reference(root).replace("x * self.weight", "x + self.weight")).name == "Unnamed2"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("y = x * self.weight", "y = math.sqrt(2) * x"),  # the reference does not import math
        ("        y = x * self.weight\n", "        y = x * self.weight\n        y = y * 1\n"),
        ("class Affine(nn.Module):", "class Affine(nn.Identity):"),
    ],
)
def test_more_than_statements_is_written_out(root: Path, old: str, new: str) -> None:
    source = reference(root).replace(old, new)
    assert source != reference(root)
    assert begun(root, source).edits == {}


def test_an_answer_is_written_out_without_its_author(root: Path) -> None:
    item = begun(root, WRITTEN, name="DoublesIt", hint="Why twice?")
    assert item.missing == []
    assert item.hint == "Why twice?"
    exercise = affine(root)
    made = exercise.with_misconception(item)["Affine"](3)
    assert type(made).__name__ == "DoublesIt"
    written = exercise.misconceptions_source
    assert not re.search(r"(?i)ada|lovelace", written)
    assert "def own_scale(v):" in written
    assert "def mistakes_2(v):" in written
    assert "import math\n" in written
    compile(misconception_source(exercise, item), "answer", "exec")
    # The others are as they were.
    assert len(exercise.misconceptions) == 7


def test_what_waits_takes_part_in_nothing_and_verify_says_so(root: Path) -> None:
    before = [item.name for item in affine(root).misconceptions]
    begun(root, WRITTEN, hint="Why twice?")
    begun(root, WRITTEN, name="DoublesIt")
    exercise = affine(root)
    assert [item.name for item in exercise.misconceptions] == before
    first, second = unfinished.holes(exercise)
    assert first.kind is second.kind is HoleKind.UNFINISHED
    assert {first.text, second.text} == {
        "Affine: the misconception Unnamed1 waits for its name; nobody is told of it before",
        "Affine: the misconception DoublesIt waits for its hint; nobody is told of it before",
    }


def test_a_course_without_misconceptions_gets_a_file_of_them(root: Path) -> None:
    path = root / "solutions/basics/affine/misconceptions.py"
    path.unlink()
    assert begun(root, reference(root).replace("else y + self.bias", "else y - self.bias")).edits
    text = path.read_text(encoding="utf-8")
    assert text.startswith('"""Known-wrong answers for Affine."""\n\nfrom grader.spec import mistake\n')
    path.write_text('"""None."""\n\nmistakes = tuple()\n', encoding="utf-8")
    assert not begun(root, reference(root).replace("else y + self.bias", "else y - self.bias")).edits


@pytest.mark.parametrize(
    ("source", "more", "said"),
    [
        ("Affine = 3", {}, "does not define Affine"),
        ("import os\n\n\nclass Affine:\n    pass", {}, "imports os"),
        ("from .torch import nn\n\n\nclass Affine:\n    pass", {}, "imports"),
        ("class Affine:\n  def (", {}, "cannot be read"),
        ("def build(Affine):\n    pass\n\n\nclass Affine:\n    pass", {}, "uses Affine for two things"),
        (WRITTEN, {"name": "ForgetsTheBias"}, "There is a misconception ForgetsTheBias already"),
        (WRITTEN, {"name": "not a name"}, "cannot be the name"),
        (WRITTEN, {"name": "Unnamed7"}, "cannot be the name"),
    ],
)
def test_what_cannot_be_declared_leaves_the_file_as_it_was(
    root: Path, source: str, more: dict[str, str], said: str
) -> None:
    before = affine(root).misconceptions_source
    with pytest.raises(CourseError, match=said) as raised:
        begun(root, source, **more)
    assert raised.value.usage
    assert affine(root).misconceptions_source == before


def test_a_name_is_taken_out_of_names_and_texts_and_nothing_else() -> None:
    assert words_of("max_o'neill2") >= {"max", "neill"}
    source = 'from torch import max as top\nmaxHelper = 1\nx.max()\nprint("Max says", maxHelper, "maximal")\n'
    tree = bare(source, "Max")
    import ast

    assert ast.unparse(tree) == (
        "from torch import max as top\nownHelper = 1\nx.max()\nprint('own says', ownHelper, 'maximal')"
    )
    assert without("s12345 said 12345", words_of("s12345")) == "own said own"


# From a class to everybody's hint


SHIFTED = """
import torch
from torch import nn


class Affine(nn.Module):
    def __init__(self, num_features, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_features)) if bias else None)

    def forward(self, VALUE):
        if VALUE.shape[-1] != len(self.weight):
            raise ValueError("no")
        BODY
"""
BODIES = {
    "ada": ("inputs", "scaled = self.weight * inputs\n        "
            "return scaled if self.bias is None else scaled + self.bias + self.bias"),
    "ben": ("x", "out = x * self.weight\n        if self.bias is not None:\n            out = out + 2 * self.bias\n"
            "        return out"),
    "cem": ("t", "b = 0 if self.bias is None else self.bias\n        return b + (b + t * self.weight)"),
    "dee": ("x", "return x * self.weight"),
    "eve": ("x", "return (x if self.bias is None else x + self.bias) * self.weight"),
    "fay": ("x", "return x * self.weight if self.bias is None else x * self.weight + self.bias"),
}  # fmt: skip
"""Three who add the bias twice, one who forgets it, one who adds it first, and one who is right."""


@pytest.fixture
def course(root: Path) -> Callable[..., Result]:
    """The command in a course whose class has been graded."""
    for name, (value, body) in BODIES.items():
        answer = root / "class" / name / "basics" / "affine.py"
        answer.parent.mkdir(parents=True)
        answer.write_text(SHIFTED.replace("VALUE", value).replace("BODY", body), encoding="utf-8")

    def run(*words: str, status: int = 0) -> Result:
        result = CliRunner().invoke(cli.main, ["--root", str(root), *words], catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result

    students = [str(root / "class" / name) for name in BODIES]
    run("grade", *students, "--seed", "documents", "--jobs", "1", "-q", "--output", str(root / "out"))
    return run


def graded(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "out/grades.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
def test_three_with_one_unnamed_mistake_get_its_name(root: Path, course: Callable[..., Result]) -> None:
    (group,) = graded(root)["groups"]
    assert group["students"] == ["ada", "ben", "cem"]
    assert group["misconception"] is None
    said = course("misconception", "new", "--from", "ben", "Affine").stdout
    assert "Wrote Unnamed1 to" in said
    assert "3 answers behave like it" in said
    path = root / "solutions/basics/affine/misconceptions.py"
    assert "ben" not in path.read_text(encoding="utf-8")
    holes = course("verify", "basics/affine", "--quick", "--jobs", "1", status=1).stdout
    assert "the misconception Unnamed1 waits for its name and hint" in " ".join(holes.split())
    # As long as it waits, nobody is told of it.
    students = [str(root / "class" / name) for name in BODIES]
    again = ("grade", *students, "--seed", "documents", "--jobs", "1", "-q", "--output", str(root / "out"))
    course(*again)
    assert graded(root)["groups"] == [group]

    text = path.read_text(encoding="utf-8").replace("Unnamed1", "AddsTheBiasTwice")
    text = re.sub(r"To be written: .*?solution\.", "The bias belongs there once.", text, flags=re.S)
    path.write_text(text, encoding="utf-8")
    assert "No holes." in course("verify", "basics/affine", "--quick", "--jobs", "1").stdout
    course("regrade", "--part", "Affine", "--seed", "documents", "--jobs", "1", "-q")
    course(*again)
    hints = {
        each["student"]: [item["diagnosis"] for item in each["parts"][0]["criteria"] if item["diagnosis"]]
        for each in graded(root)["submissions"]
    }
    for name in ("ada", "ben", "cem"):
        assert hints[name] == [{"misconception": "AddsTheBiasTwice", "hint": "The bias belongs there once."}], name
    assert not any("AddsTheBiasTwice" in str(hints[name]) for name in ("dee", "eve", "fay"))
    (named,) = graded(root)["groups"]
    assert named["misconception"] == "AddsTheBiasTwice"
    refused = course("misconception", "new", "--from", "ada", "Affine", status=2).stderr
    assert "has a name already: AddsTheBiasTwice" in refused


@pytest.mark.slow
def test_what_is_no_mistake_to_name_is_refused(root: Path, course: Callable[..., Result]) -> None:
    def refused(*words: str) -> str:
        return course("misconception", "new", *words, status=2).stderr

    assert "ACCEPTED, which shows no mistake" in refused("--from", "fay", "Affine")
    assert "gil was not graded on Affine" in refused("--from", "gil", "Affine")
    assert "has a name already: ForgetsTheBias" in refused("--from", "dee", "Affine")
    assert "no part, exercise or assignment 'Afine'" in refused("--from", "ada", "Afine")
    assert "Nothing was graded yet" in refused("--from", "ada", "Affine", "--results", str(root / "nothing"))
    assert "Missing option '--from'" in refused("Affine")
    answer = root / "class/ada/basics/affine.py"
    answer.write_text(answer.read_text(encoding="utf-8") + "\n# later\n", encoding="utf-8")
    assert "not the one that was graded" in refused("--from", "ada", "Affine")
