"""Results in SQLite, each stored the moment it is known: nothing is graded twice, and a stopped run goes on.

A result belongs to what it was judged from (`Key`), not to a student: all who hand in the same bytes have the same
result. Results are never changed; grading again adds another, so that there is a history of each student.
"""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from grader.grading.migrations import migrate
from grader.grading.rows import UNREADABLE, Event, Outcome, events, is_sound, outcome, packed, unpacked
from grader.model import CourseError, PartReport, SubmissionReport, Verdict, codec
from grader.model.lazy import LazySequence

_PATIENCE_SECONDS = 60.0
_THIS_RUN = """
CREATE TEMP TABLE shown (
    position INTEGER, place INTEGER, result INTEGER, ungraded TEXT, PRIMARY KEY (position, place)
) WITHOUT ROWID
"""
"""What this run has found so far; SQLite keeps it in a file where it is large, so that a class costs no memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """Everything that decides a result."""

    exercise: str
    part: str
    file: str
    """The answer's path below the student's directory, which messages name."""
    answer: str
    """Digest of the answer's bytes."""
    suite: str
    """Digest of the part's suite."""
    declaration: str
    """Digest of the exercise's files: hints and points are not part of a suite."""
    environment: int
    """Limits, device, versions and engine, as `Store.environment` numbers them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Whose answer a result is shown for, and where in this run's report."""

    position: int
    student: str
    path: str


class Store:
    """An open store of results."""

    def __init__(self, path: Path | None) -> None:
        """Open it, and create it where it does not exist.

        Args:
            path: The file; None keeps the results in memory and forgets them in the end.

        Raises:
            CourseError: where it cannot be opened, or is something else.
        """
        self.path = path
        self.unreadable: dict[int, str] = {}
        """A line about every result that was found damaged, by its number: it counts as not graded."""
        with self._report_errors():
            if path is not None:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # Results are private.
                path.touch(mode=0o600)
            self._base = sqlite3.connect(path or ":memory:", timeout=_PATIENCE_SECONDS, isolation_level=None)
            self._base.text_factory = lambda data: str(data, "utf-8", "replace")
        try:
            self._prepare()
        except CourseError:
            self._base.close()
            raise

    def _prepare(self) -> None:
        with self._report_errors():
            if self.path is not None:
                self._to_wal()
            with self.change():
                migrate(self._base, self.path)
            self._base.execute(_THIS_RUN)

    def _to_wal(self) -> None:
        """Write ahead, so that readers never wait; FULL, so that a power cut loses nothing that was stored."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self._base.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                # Another grader may be making the same file; SQLite does not wait here by itself.
                if error.sqlite_errorname not in ("SQLITE_BUSY", "SQLITE_LOCKED") or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self._base.execute("PRAGMA synchronous = FULL")

    @contextlib.contextmanager
    def _report_errors(self) -> Iterator[None]:
        """Turn SQLite's errors into a `CourseError`."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
            raise CourseError(
                f"The results cannot be stored in {self.path}: {error}.",
                "Make room and run the same command again: what is stored is not graded twice."
                if full
                else "Name another file with --store; what was stored before is not lost.",
            ) from None

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """One change: all that is done inside is stored, or nothing; a change inside another is part of it."""
        if self._base.in_transaction:
            yield
            return
        with self._report_errors():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._base.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._base.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file; what is stored is safe without this, too."""
        self._base.close()

    # Results

    def environment(self, facts: Mapping[str, Any]) -> int:
        """The number of these limits, device and versions, the same for the same facts."""
        text = json.dumps(facts, sort_keys=True)
        with self.change():
            self._base.execute("INSERT OR IGNORE INTO settings (facts) VALUES (?)", (text,))
            (number,) = self._base.execute("SELECT id FROM settings WHERE facts = ?", (text,)).fetchone()
        return int(number)

    def newest(self) -> int:
        """The number of the newest result there is; 0 where there is none."""
        with self._report_errors():
            (number,) = self._base.execute("SELECT coalesce(max(id), 0) FROM results").fetchone()
        return int(number)

    def find(self, key: Key, min_sandbox: str = "") -> int | None:
        """The number of the newest result for a key, judged at this level of the sandbox or above.

        One that cannot be read is passed over, so that the part is graded again.
        """
        with self._report_errors():
            rows = self._base.execute(
                "SELECT id, verdict, score, max_score, report FROM results WHERE exercise = ? AND part = ? AND file = ?"
                " AND answer = ? AND suite = ? AND declaration = ? AND setting = ? AND sandbox >= ? ORDER BY id DESC",
                (*astuple(key), min_sandbox),
            )
            for number, verdict, score, most, text in rows:
                if is_sound(text, verdict, score, most):
                    return int(number)
                self._note(number)
        return None

    def _note(self, result: int) -> None:
        where = f" in {self.path}" if self.path is not None else ""
        self.unreadable[result] = f"Result {result}{where} cannot be read; it counts as not graded."

    def add(self, key: Key, report: PartReport, sandbox: str, *, fresh: bool = False) -> int:
        """Store a result and give its number; where several graders found one at the same time, the first is kept.

        Args:
            key: What it was judged from.
            report: What was found.
            sandbox: Level of the sandbox in which the answer ran.
            fresh: Store it although there is one.

        Raises:
            Unsound: where the report is not what its types say.
        """
        sound, text = packed(report)
        with self.change():
            known = None if fresh else self.find(key, sandbox)
            if known is not None:
                return known
            cursor = self._base.execute(
                "INSERT INTO results (exercise, part, file, answer, suite, declaration, setting, sandbox, verdict,"
                " score, max_score, at, report) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *astuple(key), sandbox, sound.verdict, sound.score, sound.max_score, time.time(), text,
                ),
            )  # fmt: skip
            return int(cursor.lastrowid or 0)

    # This run

    def show(self, owner: Owner, part_index: int, result: int) -> None:
        """Put a result into this run's report, and into the student's history where it is news there."""
        who = (owner.student, owner.path)
        with self._report_errors():
            self._base.execute(
                "INSERT OR REPLACE INTO shown VALUES (?, ?, ?, NULL)", (owner.position, part_index, result)
            )
            exercise, part, verdict = self._base.execute(
                "SELECT exercise, part, verdict FROM results WHERE id = ?", (result,)
            ).fetchone()
            last = self._last(*who, exercise, part)
            # A student who never attempted a part has no history of it.
            if last != result and (last is not None or verdict != Verdict.NOT_ATTEMPTED):
                self._base.execute(
                    "INSERT INTO gradings (student, path, exercise, part, result, at) VALUES (?, ?, ?, ?, ?, ?)",
                    (*who, exercise, part, result, time.time()),
                )

    def show_ungraded(self, owner: Owner, part_index: int, report: PartReport) -> None:
        """Put a part that could not be judged into this run's report; it is not stored, so it will be tried again."""
        with self._report_errors():
            self._base.execute(
                "INSERT OR REPLACE INTO shown VALUES (?, ?, NULL, ?)", (owner.position, part_index, codec.dumps(report))
            )

    def score(self, position: int) -> tuple[float, float]:
        """The score and best score of a submission of this run."""
        with self._report_errors():
            score, most = self._base.execute(
                "SELECT total(score), total(max_score) FROM shown JOIN results ON result = id WHERE position = ?",
                (position,),
            ).fetchone()
        return score, most

    def parts(self, position: int) -> tuple[PartReport, ...]:
        """The parts of a submission of this run, in order."""
        with self._report_errors():
            rows = self._base.execute(
                "SELECT coalesce(ungraded, report), id, exercise, part FROM shown LEFT JOIN results ON result = id"
                " WHERE position = ? ORDER BY place",
                (position,),
            ).fetchall()
        return tuple(unpacked(text) or self._damaged(*which) for text, *which in rows)

    def _damaged(self, result: int, exercise: str, part: str) -> PartReport:
        """The report of a part whose result was damaged since it was found."""
        self._note(result)
        return PartReport(
            part=str(part), exercise=str(exercise), verdict=Verdict.JUDGE_ERROR, score=None, max_score=0.0, suite="",
            message=f"{self.unreadable[result]} `course grade --fresh` grades it again.",
        )  # fmt: skip

    def sandboxes(self) -> list[str]:
        """The levels of the sandbox in which this run's results were found."""
        with self._report_errors():
            rows = self._base.execute(
                "SELECT DISTINCT sandbox FROM results WHERE id IN (SELECT result FROM shown) ORDER BY sandbox"
            ).fetchall()
        return [str(level) for (level,) in rows]

    def ungraded(self) -> int:
        """How many parts of this run could not be judged."""
        with self._report_errors():
            (count,) = self._base.execute("SELECT count(*) FROM shown WHERE ungraded IS NOT NULL").fetchone()
        return int(count)

    # Students

    def _last(self, student: str, path: str, exercise: str, part: str) -> int | None:
        row = self._base.execute(
            "SELECT result FROM gradings WHERE student = ? AND path = ? AND exercise = ? AND part = ?"
            " ORDER BY id DESC LIMIT 1",
            (student, path, exercise, part),
        ).fetchone()
        return None if row is None else int(row[0])

    def submissions(self) -> list[tuple[str, str]]:
        """Everyone who was graded, and where: student and path."""
        with self._report_errors():
            return self._base.execute("SELECT DISTINCT student, path FROM gradings ORDER BY student, path").fetchall()

    def graded_parts(self) -> list[tuple[str, str]]:
        """Every exercise and part that somebody was graded on."""
        with self._report_errors():
            return self._base.execute("SELECT DISTINCT exercise, part FROM gradings ORDER BY exercise, part").fetchall()

    def latest(self, student: str, path: str) -> dict[tuple[str, str], Outcome]:
        """Verdict, score and best score of every part that a submission was last graded with."""
        with self._report_errors():
            rows = self._base.execute(
                "SELECT g.exercise, g.part, r.id, verdict, score, max_score FROM gradings g JOIN results r"
                " ON result = r.id WHERE g.id IN"
                " (SELECT max(id) FROM gradings WHERE student = ? AND path = ? GROUP BY exercise, part)",
                (student, path),
            ).fetchall()
        return {(exercise, part): self._outcome(*row) for exercise, part, *row in rows}

    def _outcome(self, result: int, verdict: object, score: object, most: object) -> Outcome:
        found = outcome(verdict, score, most)
        if found is None:
            self._note(result)
        return found or UNREADABLE

    def reports(self, exercise: str, part: str) -> Iterator[tuple[str, str, str, PartReport]]:
        """Everyone's last report of a part: student, path, digest of the answer, and the report."""
        with self._report_errors():
            rows = self._base.execute(
                "SELECT student, path, answer, report FROM gradings g JOIN results r ON result = r.id WHERE g.id IN"
                " (SELECT max(id) FROM gradings WHERE exercise = ? AND part = ? GROUP BY student, path)",
                (exercise, part),
            ).fetchall()
        for *who, text in rows:
            if (report := unpacked(text)) is not None:
                yield *who, report

    def history(self, student: str) -> list[Event]:
        """Everything that a student's parts were graded with, oldest first."""
        with self._report_errors():
            rows = self._base.execute(
                "SELECT r.id, g.at, student, path, g.exercise, g.part, verdict, score, max_score, answer, suite,"
                " setting, declaration FROM gradings g JOIN results r ON result = r.id WHERE student = ? ORDER BY g.id",
                (student,),
            ).fetchall()
        for row in rows:
            self._outcome(row[0], *row[6:9])
        return events(row[1:] for row in rows)


def stored_submissions(store: Store, owners: Sequence[Owner]) -> LazySequence[SubmissionReport]:
    """The submissions of a run as its report shows them, each read from the store when it is looked at."""

    def read(index: int) -> SubmissionReport:
        owner = owners[index]
        parts = store.parts(owner.position)
        graded = [part for part in parts if part.verdict is not Verdict.JUDGE_ERROR]
        return SubmissionReport(
            student=owner.student,
            path=owner.path,
            parts=parts,
            score=sum(part.score or 0.0 for part in graded),
            max_score=sum(part.max_score for part in graded),
        )

    return LazySequence(range(len(owners)), read)
