"""Canvas's "Download Submissions": one flat folder of files that are named by student, account and upload.

``doejane_LATE_1234_5678_linear-1.ipynb`` is by Jane Doe, who has the account 1234, and was late. Canvas makes the name
(``lib/content_zipper.rb`` of canvas-lms) of the sortable name in small letters without anything but letters, digits
and ``_``, of the account's number (in an anonymous assignment ``anon_x7Qfz`` instead of both), of the upload's number
and of the file's name, to which ``-1`` was added where the student had handed in a file of that name before.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.imports.archive import Entry
from grader.imports.batch import Batch, HandedIn, letters
from grader.model import CourseError
from grader.model.names import printable
from grader.model.people import Person
from grader.model.sheet import Sheet, folded

_FILE = re.compile(r"(?P<name>.*?)(?P<late>(?:^|_)LATE)?_(?P<user>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.DOTALL)
_ANONYMOUS = re.compile(r"(?P<late>LATE_)?(?P<user>anon_[0-9A-Za-z]+)_(?P<upload>\d+)_(?P<file>.+)", re.DOTALL)
_NO_FILE = re.compile(r"(?:.*_)?(?P<user>\d+|anon_[0-9A-Za-z]+)_(?P<kind>text|link)\.html", re.DOTALL)
_TEST_STUDENTS = ("student, test", "test student")


def read(entries: Sequence[Entry], roster: Sheet | None) -> Batch:
    """Who handed in what.

    Args:
        entries: The files of the download.
        roster: The gradebook as Canvas exports it.

    Raises:
        CourseError: where the roster is none.
    """
    people = _people(roster) if roster is not None else {}
    found: dict[str, HandedIn] = {}
    names: dict[str, str] = {}
    batch = Batch(submissions=(), roster=[*people.values()])
    for entry in entries:
        match = _ANONYMOUS.fullmatch(entry.name) or _FILE.fullmatch(entry.name)
        if match is None:
            batch.refused.append(_not_a_file(entry))
            continue
        account = match["user"]
        names.setdefault(account, match.groupdict().get("name") or "")
        if account not in found:
            found[account] = HandedIn(person=people.get(account) or _unlisted(account, names[account]), late=False)
        found[account].late = found[account].late or match["late"] is not None
        found[account].files.append(replace(entry, parts=(match["file"],), order=int(match["upload"])))
    batch.submissions = [*found.values()]
    if any(account.startswith("anon") for account in found):
        batch.notes.append("The assignment is anonymous: no gradebook can be filled until Canvas shows the names.")
    for account, name in names.items():
        if account in people and letters(people[account].name) != letters(name):
            batch.notes.append(
                f"Canvas calls account {account} {printable(people[account].name)!r} in the roster, and "
                f"{printable(name)!r} in the name of the file: of a group, only this one is given the work."
            )
        elif people and account not in people and not account.startswith("anon"):
            batch.notes.append(f"Account {account} ({printable(name)}) is not in the roster.")
    return batch


def _not_a_file(entry: Entry) -> str:
    match = _NO_FILE.fullmatch(entry.name)
    if match is None:
        return f"{entry.path} is not named as Canvas names what students hand in"
    what = "text typed into Canvas" if match["kind"] == "text" else "a link"
    return f"{entry.path} is {what}, not a file"


def _unlisted(account: str, name: str) -> Person:
    key = "anonymous" if account.startswith("anon_") else "canvas"
    return Person(name=printable(name), keys={key: account})


def _people(roster: Sheet) -> dict[str, Person]:
    if roster.column("ID") is None or not (roster.column("Student") is not None or roster.column("LastName")):
        raise CourseError(
            "The roster has no columns Student and ID.", "Take Canvas's gradebook: Grades, Export.", usage=True
        )
    people = {}
    for row in roster.rows:
        account = roster.cell(row, "ID")
        parts = (roster.cell(row, name) for name in ("LastName", "FirstName"))
        name = roster.cell(row, "Student") or ", ".join(filter(None, parts))
        if account.isdigit() and folded(name) not in _TEST_STUDENTS:
            keys = {
                "canvas": account,
                "number": roster.cell(row, "SIS User ID"),
                "login": roster.cell(row, "SIS Login ID"),
            }
            people[account] = Person(name=name, keys={key: value for key, value in keys.items() if value})
    return people
