"""Students as schools' systems know them: what identifies each, and the folder in which their work lies.

A class that was imported has a ``students.csv`` beside its folder ``students``: one row for each student. Importing
writes it, and exports find a student's row in a gradebook by it, whatever the folders are called.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.model import CourseError
from grader.model.files import NotOrdinary, read_ordinary, write_whole
from grader.model.sheet import as_meant, folded, inert, read

FILE, FOLDERS = "students.csv", "students"
"""The list of students, and the folder that lies beside it with a folder for each of them."""
KEYS = ("canvas", "moodle", "number", "login", "email", "anonymous")
"""What identifies a person: the account in Canvas; the participant in Moodle, where each assignment has another
number; the school's number (SIS User ID, ID number, SID), login and address; a name that stands for an unknown one."""
MANY = "moodle"
"""The key of which a person has several."""
_MOST_BYTES = 2**25


@dataclass(frozen=True, kw_only=True)
class Person:
    """A student."""

    folder: str = ""
    name: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Of `KEYS` those that are known; several of Moodle's numbers are separated by spaces."""

    def values(self, key: str) -> set[str]:
        """The values of a key, as they are compared."""
        text = folded(self.keys.get(key, ""))
        return set(text.split()) if key == MANY else {text} - {""}


def read_people(path: Path) -> list[Person]:
    """The students of a ``students.csv``; none where there is no such file.

    Raises:
        CourseError: where it cannot be read, or two rows are of one folder.
    """
    try:
        sheet = read(read_ordinary(path, _MOST_BYTES), str(path))
    except FileNotFoundError:
        return []
    except (OSError, NotOrdinary) as error:
        raise CourseError(f"{path} cannot be read: {error}.", "It is written by course import.") from None
    people: dict[str, Person] = {}
    for row in sheet.rows:
        cells = {name: as_meant(sheet.cell(row, name)) for name in ("folder", "name", *KEYS)}
        keys = {key: cells[key] for key in KEYS if cells[key]}
        person = Person(folder=cells["folder"], name=cells["name"], keys=keys)
        if people.setdefault(person.folder, person) is not person or not person.folder:
            raise CourseError(f"{path} has two rows of the folder {person.folder!r}, or one without.", "Mend it first.")
    return [*people.values()]


def write_people(path: Path, people: Iterable[Person]) -> None:
    """Write a ``students.csv`` that nobody else may read.

    Raises:
        OSError: where it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("folder", "name", *KEYS))
    for person in people:
        writer.writerow(map(inert, (person.folder, person.name, *(person.keys.get(key, "") for key in KEYS))))
    write_whole(path, text.getvalue(), private=True)


def people_around(folders: Iterable[Path]) -> Mapping[str, Person]:
    """The students whose folders these are, as far as a ``students.csv`` beside them knows them: by folder's path."""
    lists: dict[Path, Mapping[str, Person]] = {}
    found = {}
    for folder in folders:
        around = folder.parent
        if around.name == FOLDERS and around not in lists:
            lists[around] = {person.folder: person for person in read_people(around.parent / FILE)}
        person = lists.get(around, {}).get(folder.name)
        if person is not None:
            found[str(folder)] = person
    return found
