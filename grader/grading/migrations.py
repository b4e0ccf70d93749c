"""The store's tables, as numbered migrations: a file of any earlier version is brought up to date.

A migration that was released never changes. What comes next is a new one at the end, with a test that begins from a
file of the version before.
"""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.model import CourseError


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a version to the next."""

    name: str
    statements: Sequence[str]


MIGRATIONS = (
    Migration(
        "results, and who was graded with which",
        (
            "CREATE TABLE settings (id INTEGER PRIMARY KEY, facts TEXT NOT NULL UNIQUE)",
            """CREATE TABLE results (
                id INTEGER PRIMARY KEY,
                exercise TEXT NOT NULL, part TEXT NOT NULL, file TEXT NOT NULL, answer TEXT NOT NULL,
                suite TEXT NOT NULL, declaration TEXT NOT NULL, setting INTEGER NOT NULL REFERENCES settings,
                sandbox TEXT NOT NULL, verdict TEXT NOT NULL, score REAL, max_score REAL NOT NULL, at REAL NOT NULL,
                report TEXT NOT NULL
            )""",
            "CREATE INDEX results_by_key ON results (answer, suite, part, exercise, file, declaration, setting)",
            """CREATE TABLE gradings (
                id INTEGER PRIMARY KEY,
                student TEXT NOT NULL, path TEXT NOT NULL, exercise TEXT NOT NULL, part TEXT NOT NULL,
                result INTEGER NOT NULL REFERENCES results, at REAL NOT NULL
            )""",
            "CREATE INDEX gradings_by_student ON gradings (student, path, exercise, part)",
        ),
    ),
    Migration(
        "which migrations a file went through, and when",
        ("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, at REAL NOT NULL)",),
    ),
)
_FIRST_RECORDED = 2
"""The migration since which there is a table to record them in."""


def migrate(base: sqlite3.Connection, path: Path | None, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring a file up to date, inside the caller's transaction: all of it or nothing.

    Args:
        base: The open file; an empty one gets all tables.
        path: Its name, for messages.
        migrations: All of them, from the first.

    Raises:
        CourseError: where it is something else, or was written by a newer version.
    """
    (version,) = base.execute("PRAGMA user_version").fetchone()
    if version == 0 and base.execute("SELECT name FROM sqlite_master").fetchone():
        raise CourseError(f"{path} is not a store of results.", "Move it away, or name another file with --store.")
    if version > len(migrations):
        raise CourseError(
            f"{path} was written by a newer version of this program.",
            "Update the program, or name another file with --store.",
        )
    for number, migration in enumerate(migrations[version:], version + 1):
        for statement in migration.statements:
            base.execute(statement)
        if number >= _FIRST_RECORDED:
            base.execute("INSERT INTO migrations VALUES (?, ?, ?)", (number, migration.name, time.time()))
    if version < len(migrations):
        base.execute(f"PRAGMA user_version = {len(migrations)}")
