"""Compiled suites: the same bits alone, in a batch and whatever else is imported; hidden and public kept separate."""

import subprocess
import sys
import types
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from grader.case import wire
from grader.course.exercise import CourseExercise
from grader.kit.load import load_course
from grader.model import CourseError
from grader.suite import data as suite_data
from grader.suite import search
from grader.suite.cache import PUBLIC, Suite, compile_suite, rubric

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)
FLATTEN = COURSE.exercise("linear/linear")


def compiled(exercise: CourseExercise, symbol: str, seed: str = "test", **options: object) -> Suite:
    return compile_suite(exercise, exercise.declaration.part(symbol), seed, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def suite() -> Suite:
    return compiled(FLATTEN, "Flatten")


def test_a_suite_is_the_same_in_another_process(suite: Suite) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.test_suite import FLATTEN, compiled\n"
        "print(compiled(FLATTEN, 'Flatten').digest)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ROOT)], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.strip() == suite.digest


def test_what_else_is_loaded_does_not_matter(suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Hypothesis reads constants from local modules in sys.modules and would draw them.
    module = types.ModuleType("full_of_constants")
    module.__file__ = str(tmp_path / "full_of_constants.py")
    Path(module.__file__).write_text("K = [17, 29, 43, 57, 71, 89, 3.25, 'contiguous']\n")
    monkeypatch.setitem(sys.modules, "full_of_constants", module)
    compiled(FLATTEN, "Linear")
    assert compiled(FLATTEN, "Flatten").digest == suite.digest


def test_seed_and_visibility_decide(suite: Suite) -> None:
    assert compiled(FLATTEN, "Flatten", "other").digest != suite.digest
    public = compiled(FLATTEN, "Flatten", visibility=PUBLIC)
    assert public.digest != suite.digest
    assert len(public.cases) < len(suite.cases)


def test_the_cache_gives_back_what_was_compiled(suite: Suite, tmp_path: Path) -> None:
    first = compiled(FLATTEN, "Flatten", cache_dir=tmp_path)
    second = compiled(FLATTEN, "Flatten", cache_dir=tmp_path)
    assert first.digest == second.digest == suite.digest
    assert wire.pack([dict(item.case) for item in first.cases]) == wire.pack([dict(item.case) for item in second.cases])
    assert wire.pack([item.expected for item in first.cases]) == wire.pack([item.expected for item in second.cases])


def test_a_damaged_cache_is_compiled_again(suite: Suite, tmp_path: Path) -> None:
    compiled(FLATTEN, "Flatten", cache_dir=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-100])
    assert compiled(FLATTEN, "Flatten", cache_dir=tmp_path).digest == suite.digest


def bare(value: Any) -> Any:
    """Plain data without seeds."""
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items() if key not in ("seed", "cotangent")}
    return [bare(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def both() -> tuple[Suite, Suite]:
    return compiled(FLATTEN, "Linear"), compiled(FLATTEN, "Linear", visibility=PUBLIC)


@pytest.mark.parametrize("kind", ["errors", "growth", "property", "main", "interface"])
def test_no_hidden_case_that_an_exercise_fixes_is_a_public_one(both: tuple[Suite, Suite], kind: str) -> None:
    hidden, public = ([wire.pack(dict(item.case)) for item in each.cases if item.kind == kind] for each in both)
    assert public
    # Among those drawn the simplest may still be drawn twice.
    assert len({*hidden} & {*public}) <= (kind == "main")


def test_what_is_released_does_not_change() -> None:
    recorded = FLATTEN.folder.parents[2] / "assignments" / "linear" / "checks" / "linear.zip"
    with zipfile.ZipFile(recorded) as file:
        (name,) = [name for name in file.namelist() if "Flatten" in name]
        released = suite_data.from_bytes(file.read(name))
    assert compiled(FLATTEN, "Flatten", PUBLIC, visibility=PUBLIC).digest == released.digest


def test_a_suite_holds_what_its_spec_declares(suite: Suite) -> None:
    part = FLATTEN.declaration.part("Flatten")
    cases = [dict(item.case) for item in suite.cases if item.kind == "main"]
    for example in part.examples:
        alike = [
            case for case in cases if case["new"] == example["new"] and bare(case["steps"]) == bare(example["steps"])
        ]
        assert alike
        # Nothing of a public example's values is in a hidden suite.
        assert all(case["steps"] != example["steps"] for case in alike)
    varied = Counter(name for case in cases for name in case["new"]["kwargs"])
    assert all(varied[name] >= 5 for name in part.arguments)
    assert next(iter(rubric(part, suite))) == "own_work"


def test_the_seed_is_in_no_file_of_a_suite(tmp_path: Path) -> None:
    compiled(FLATTEN, "Flatten", "a-secret-that-shows", cache_dir=tmp_path)
    (file,) = tmp_path.iterdir()
    assert b"a-secret-that-shows" not in file.read_bytes()
    assert "a-secret" not in file.name


def test_a_hypothesis_that_moved_its_private_names_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(search.engine.ConjectureRunner, "generate_mutations_from")
    with pytest.raises(CourseError, match=r"has no ConjectureRunner.generate_mutations_from"):
        search._check_private_names()
