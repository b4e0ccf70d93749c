"""Digests say what can change a score: computed from imports, so that nobody has to keep a list."""

from pathlib import Path

import pytest

from grader.course import engine
from grader.course.engine import CLUSTER, JUDGING, SUITES, closure

GRADER = Path(engine.__file__).parents[1]


def names(roots: tuple[str, ...]) -> set[str]:
    return {path.relative_to(GRADER).as_posix() for path in closure(roots)}


@pytest.mark.parametrize(
    "name",
    [
        "case/counting.py", "case/wire.py", "case/recipes.py", "model/__init__.py", "course/declared.py",
        "course/edits.py", "compare/fingerprint.py", "spec/properties.py",
        "spec/attention_properties.py", "spec/dropout_properties.py",
        "spec/network_properties.py", "spec/pooling_properties.py", "spec/slope_properties.py",
    ],
)  # fmt: skip
def test_what_decides_a_suite_is_in_its_key(name: str) -> None:
    assert name in names(SUITES)


@pytest.mark.parametrize(
    "name",
    [
        "judge/grade.py", "judge/snippet.py", "host/child.py", "worker/child.py", "worker/guard.py",
        "worker/seccomp.py", "answer/reach.py", "answer/load.py", "answer/cells.py", "kit/record.py",
    ],
)  # fmt: skip
def test_what_decides_a_result_is_in_the_store_s_key(name: str) -> None:
    assert name in names(JUDGING)


def test_what_shows_results_regrades_nobody() -> None:
    for roots in (SUITES, JUDGING, CLUSTER):
        rooms = {name.partition("/")[0] for name in names(roots)}
        assert not rooms & {"report", "exports", "study", "classroom", "commands", "authoring", "release", "public"}
    assert "grading/schedule.py" not in names(JUDGING)
    assert "model/words.py" not in names(JUDGING)


def test_both_ends_of_a_cluster_agree_on_what_travels() -> None:
    assert {"grading/cluster/parcel.py", "grading/cluster/remote.py", "model/codec.py"} <= names(CLUSTER)
    assert names(SUITES) < names(JUDGING) < names(CLUSTER)


def test_an_edit_moves_the_digests_that_it_can_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    copied = tmp_path / "grader"
    shutil.copytree(GRADER, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(engine, "_ENGINE", copied)

    def digests() -> list[str]:
        engine.engine_digest.cache_clear()
        return [engine.engine_digest(roots) for roots in (SUITES, JUDGING, CLUSTER)]

    def moved(name: str) -> list[bool]:
        before, path = digests(), copied / name
        path.write_text(path.read_text(encoding="utf-8") + "# Another line.\n", encoding="utf-8")
        return [one != other for one, other in zip(before, digests(), strict=True)]

    try:
        assert moved("study/losses.py") == [False, False, False]
        assert moved("grading/cluster/parcel.py") == [False, False, True]
        assert moved("judge/board.py") == [False, True, True]
        assert moved("case/wire.py") == [True, True, True]
    finally:
        engine.engine_digest.cache_clear()
