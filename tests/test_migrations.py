"""Stores of earlier versions go on: a term's history is never orphaned by an upgrade. `stores/` holds one of each."""

import sqlite3
from pathlib import Path

import pytest

from grader.grading.migrations import MIGRATIONS, Migration, migrate
from grader.grading.store import Key, Owner, Store
from grader.model import CourseError, Verdict

STORES = Path(__file__).parent / "stores"


def store_of(version: str, folder: Path) -> Path:
    """A file as that version left it."""
    path = folder / "grades.sqlite"
    base = sqlite3.connect(path)
    base.executescript((STORES / f"{version}.sql").read_text(encoding="utf-8"))
    base.close()
    return path


def look(path: Path, query: str) -> list[tuple[object, ...]]:
    base = sqlite3.connect(path)
    try:
        return base.execute(query).fetchall()
    finally:
        base.close()


@pytest.mark.parametrize("version", [f"v{number}" for number in range(1, len(MIGRATIONS))])
def test_a_term_s_history_is_read_after_an_upgrade(version: str, tmp_path: Path) -> None:
    store = Store(store_of(version, tmp_path))
    assert [(event.verdict, event.score, event.changed) for event in store.history("ada")] == [
        (Verdict.WRONG, 10.0, []),
        (Verdict.ACCEPTED, 14.0, ["answer"]),
    ]
    assert store.latest("ben", "class/ben") == {("linear/linear", "Linear"): (Verdict.OFF_LIMITS, 0.0, 14.0)}
    key = Key(
        exercise="linear/linear", part="Linear", file="linear/linear.py", answer="a1", suite="55555555",
        declaration="d", environment=store.environment({"device": "cpu", "engine": "of version 1"}),
    )  # fmt: skip
    found = store.find(key)
    assert found is not None
    store.show(Owner(position=0, student="ada", path="class/ada"), 0, found)
    (report,) = store.parts(0)
    example = report.criteria[0].counterexample
    assert example is not None
    assert (example.difference, example.index, example.line) == (float("inf"), (1, 0), 7)
    assert report.criteria[0].diagnosis is not None
    store.close()


def test_an_upgrade_is_recorded_and_happens_once(tmp_path: Path) -> None:
    path = store_of("v1", tmp_path)
    for _ in range(2):
        Store(path).close()
    assert look(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    recorded = look(path, "SELECT number, name FROM migrations")
    assert recorded == [(number, item.name) for number, item in enumerate(MIGRATIONS, 1) if number > 1]


def test_an_old_file_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    tables = "SELECT name, tbl_name, type FROM sqlite_master ORDER BY name"
    path, fresh = store_of("v1", tmp_path), tmp_path / "fresh.sqlite"
    Store(path).close()
    Store(fresh).close()
    assert look(path, tables) == look(fresh, tables)


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = store_of("v1", tmp_path)
    broken = Migration("half of it works", ("CREATE TABLE half (id INTEGER)", "CREATE TABLE half (id INTEGER)"))
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError):
        migrate(base, path, (*MIGRATIONS, broken))
    base.execute("ROLLBACK")
    base.close()
    assert look(path, "PRAGMA user_version") == [(1,)]
    assert not look(path, "SELECT name FROM sqlite_master WHERE name IN ('half', 'migrations')")
    assert len(Store(path).history("ada")) == 2


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = store_of("v1", tmp_path)
    base = sqlite3.connect(path)
    base.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    base.close()
    with pytest.raises(CourseError, match="newer version"):
        Store(path)


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "grades.sqlite"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE birds (name TEXT)")
    base.close()
    with pytest.raises(CourseError, match="not a store of results"):
        Store(path)
    assert look(path, "SELECT name FROM sqlite_master") == [("birds",)]
