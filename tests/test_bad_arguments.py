"""A lesson's list of bad arguments and the cases that `errors` judges are one list."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from grader.authoring.bad_arguments import named, unlike
from grader.course.declared import DeclaredExercise
from grader.model import CaseKind, DeclaredCase
from grader.spec import layer_case, listed, program, raises
from grader.suite.data import Suite, SuiteCase

LESSON = """# A lesson

- not an item

## Bad arguments

Raise an exception for

- an input of another
  size;
- a `mode` that is none of the two.

`torch` does the first by itself.

## Out of scope

- nothing
"""
SIZE, MODE = "an input of another size", "a `mode` that is none of the two"


@dataclass
class Lesson:
    handout: str = LESSON


def suite_of(*cases: DeclaredCase, kind: CaseKind = CaseKind.ERRORS) -> Suite:
    entries = [SuiteCase(kind=kind, case=cast(Any, case), expected=cast(Any, {})) for case in cases]
    return Suite(exercise="a/b", symbol="B", visibility="hidden", digest="", cases=entries, planned={})


def holes(*suites: Suite) -> list[str]:
    return [hole.text for hole in unlike(cast(DeclaredExercise, Lesson()), list(suites))]


def bad(why: str) -> DeclaredCase:
    return raises(layer_case(), why)


def test_the_items_are_those_of_the_list() -> None:
    assert named(LESSON) == [SIZE, MODE]
    assert named("# A lesson\n\n- not an item\n") == []


def test_lists_that_agree_have_no_hole() -> None:
    assert not holes(suite_of(*listed(SIZE, bad("5 where 3 is right"))), suite_of(*listed(MODE, bad("no mode"))))


def test_programs_count_where_they_judge_errors() -> None:
    programs = [*listed(SIZE, program("f(5)", criterion="errors")), *listed(MODE, program("f('')", criterion="errors"))]
    assert not holes(suite_of(*programs, program("f(3)", criterion="values"), kind=CaseKind.MAIN))


@pytest.mark.parametrize(
    ("cases", "hole"),
    [
        (listed(SIZE, bad("5")), f"in the lesson's list of bad arguments, but not judged: {MODE}"),
        (
            [*listed(SIZE, bad("5")), *listed(MODE, bad("no")), bad("too")],
            "judged, but not in the lesson's list: too (no item)",
        ),
        (
            [*listed(SIZE, bad("5")), *listed(MODE, bad("no")), *listed("a pair", bad("two"))],
            "judged, but not in the lesson's list: two (a pair)",
        ),
    ],
)
def test_what_only_one_of_the_lists_has_is_a_hole(cases: list[DeclaredCase], hole: str) -> None:
    assert holes(suite_of(*cases)) == [hole]
