"""Moodle's "Download all submissions": a folder for each student, or one flat folder, named by name and participant.

``Jane Doe_123456_assignsubmission_file_/linear.ipynb``, or without folders
``Jane Doe_123456_assignsubmission_file_linear.ipynb``. Moodle (``mod/assign/classes/downloader.php``) takes out of
names what a file's name may not hold, apostrophes too. The number is the participant's of the grading worksheet; each
assignment has other numbers, so that only the worksheet tells who is who in two of them.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from grader.imports.archive import Entry
from grader.imports.batch import Batch, HandedIn, letters
from grader.model import CourseError
from grader.model.names import printable
from grader.model.people import Person
from grader.model.sheet import Sheet, folded

_FOLDER = re.compile(r"(?P<name>.*?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<file>.*)", re.DOTALL)
_NUMBER = re.compile(r"\D*(\d+)")
_MODIFIED = "Last modified (submission)"
_TIMES = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%A, %B %d, %Y, %I:%M %p")
"""How Moodle writes a time in English."""


def read(entries: Sequence[Entry], roster: Sheet | None) -> Batch:
    """Who handed in what.

    Args:
        entries: The files of the download.
        roster: The assignment's grading worksheet.

    Raises:
        CourseError: where the roster is none.
    """
    people = _people(roster) if roster is not None else {}
    times = _times(roster) if roster is not None else {}
    labels = _labels(roster) if roster is not None else {}
    found: dict[str, HandedIn] = {}
    batch = Batch(submissions=(), roster=[*people.values()])
    strangers: dict[str, str] = {}
    for entry in entries:
        index, match = next(
            ((index, match) for index, part in enumerate(entry.parts) if (match := _FOLDER.fullmatch(part))), (0, None)
        )
        if match is None:
            batch.refused.append(f"{entry.path} is not named as Moodle names what students hand in")
            continue
        number, name = match["number"], match["name"]
        if match["kind"] != "file":
            what = "text typed into Moodle" if match["kind"] == "onlinetext" else f"of another kind ({match['kind']})"
            batch.refused.append(f"{entry.path} is {what}, not a file")
            continue
        if number in people and not _alike(name, people[number].name, labels[number]):
            strangers[number] = name
            continue
        person = people.get(number) or Person(name=printable(name), keys={"moodle": number})
        mine = found.setdefault(number, HandedIn(person=person, when=times.get(number)))
        inside = entry.parts[index + 1 :] or (match["file"] or entry.name,)
        mine.files.append(replace(entry, parts=inside))
    batch.submissions = [*found.values()]
    for number, name in strangers.items():
        batch.refused.append(
            f"participant {number} is {people[number].name!r} in the worksheet and {printable(name)!r} in the "
            "download, which may be a group, or of another assignment: nothing of it is taken in"
        )
    if not people:
        batch.notes.append(
            "Moodle numbers the same students otherwise in each assignment: give the grading worksheet with --roster, "
            "so that they keep their folders."
        )
    elif unlisted := [number for number in found if number not in people]:
        batch.notes.append(f"Not in the worksheet: participants {', '.join(unlisted)}; is it of this assignment?")
    return batch


def _alike(downloaded: str, listed: str, label: str) -> bool:
    """Whether a folder's name can be a person's: Moodle drops marks, turns names around, and puts a login in front.

    Where nobody is to know the names, it calls everybody by the label of the worksheet, "Participant".
    """
    ours, theirs = letters(downloaded), letters(listed)
    words = {letters(word) for word in folded(listed).replace(",", " ").split()} - {""}
    return ours == letters(label) or theirs in ours or all(word in ours for word in words)


def _labels(worksheet: Sheet) -> dict[str, str]:
    """What stands before each participant's number."""
    cells = [row[_identifier(worksheet)].strip() for row in worksheet.rows]
    return {match[2]: match[1] for cell in cells if (match := re.fullmatch(r"(\D*)(\d+)", cell))}


def _identifier(worksheet: Sheet) -> int:
    """The column of the participants' numbers: in a worksheet of any language the first."""
    return worksheet.column("Identifier") or 0


def _people(worksheet: Sheet) -> dict[str, Person]:
    index = _identifier(worksheet)
    numbers = [_NUMBER.fullmatch(row[index].strip()) for row in worksheet.rows]
    if not worksheet.rows or not all(numbers):
        raise CourseError(
            "The roster has no column Identifier with a number for each participant.",
            "Take the assignment's worksheet: Download grading worksheet.", usage=True,
        )  # fmt: skip
    people = {}
    for row, match in zip(worksheet.rows, numbers, strict=True):
        number = match[1] if match else ""
        keys = {
            "moodle": number, "number": worksheet.cell(row, "ID number"), "login": worksheet.cell(row, "Username"),
            "email": worksheet.cell(row, "Email address") or _address(row),
        }  # fmt: skip
        # In a worksheet of another language the name is what follows the number.
        name = worksheet.cell(row, "Full name") or (row[index + 1].strip() if len(row) > index + 1 else "")
        people[number] = Person(name=name, keys={key: value for key, value in keys.items() if value})
    return people


def _address(row: Sequence[str]) -> str:
    """What reads like an address, where no column is called so: in a worksheet of another language."""
    found = [cell.strip() for cell in row if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", cell.strip())]
    return found[0] if len(found) == 1 else ""


def _times(worksheet: Sheet) -> dict[str, datetime]:
    """When each participant handed in, by the clock of who downloaded the worksheet, where it is in English."""
    times = {}
    for row in worksheet.rows:
        number = _NUMBER.fullmatch(row[_identifier(worksheet)].strip())
        moment = _time(worksheet.cell(row, _MODIFIED))
        if number and moment:
            times[number[1]] = moment
    return times


def _time(text: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
