"""A gradebook as a system exported it: read, matched with our students, filled in, written back."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.model import CourseError

_ACTING = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters other than tabs and line ends, and those that change the direction of text."""

_NOTHING: Mapping[str, Sequence[str]] = {}


@dataclass
class Sheet:
    """A CSV file with a header."""

    header: list[str]
    rows: list[list[str]]
    dialect: str

    def column(self, name: str) -> int | None:
        """The first column of that name."""
        return next((index for index, title in enumerate(self.header) if folded(title) == folded(name)), None)


def read(data: bytes) -> Sheet:
    """A CSV file in UTF-8, with or without a byte order mark, its fields separated by commas, semicolons or tabs.

    Raises:
        CourseError: where it is not such a file.
    """
    try:
        text = data.decode("utf-8-sig")
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        header, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except (UnicodeDecodeError, csv.Error, ValueError) as error:
        raise CourseError(f"The gradebook is not a CSV file in UTF-8: {error}.", "Export it again as CSV.") from None
    return Sheet(header, [row + [""] * (len(header) - len(row)) for row in rows], delimiter)


def write(sheet: Sheet) -> str:
    """The sheet as CSV, with the delimiter that it came with.

    What the system wrote goes back to it as it was, but for characters that act on what shows them.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sheet.dialect)
    for row in (sheet.header, *sheet.rows):
        writer.writerow([_ACTING.sub("", cell) for cell in row])
    return text.getvalue()


def folded(text: str) -> str:
    """Text as people compare it: accents in one form, without regard to case and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def number(text: str) -> float | None:
    """A number as people of many countries write it; None where there is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def match(
    students: Iterable[str], people: Sequence[Sequence[str]], known_as: Mapping[str, Sequence[str]] = _NOTHING
) -> tuple[Mapping[str, int], list[str]]:
    """The index of each student who is found, by the first key that fits one person only, and who is not and why.

    Args:
        students: Our names: those of the students' directories.
        people: What the gradebook knows each person by, in the order in which it is trusted: number, login, name.
        known_as: What else our students are known by, looked for where the name of the directory fits nobody.
    """
    students = [*students]
    claimed: dict[int, list[str]] = {}
    for student in students:
        names = (student, *known_as.get(student, ()))
        found = next((index for name in names if (index := _person(name, people)) is not None), None)
        if found is not None:
            claimed.setdefault(found, []).append(student)
    row_of = {who[0]: index for index, who in claimed.items() if len(who) == 1}
    shared = [who for who in claimed.values() if len(who) > 1]
    notes = [f"One person in the gradebook, several submissions: {', '.join(who)}; none is entered." for who in shared]
    told = {*row_of, *(student for who in shared for student in who)}
    return row_of, [*notes, *(f"Not in the gradebook: {student}." for student in students if student not in told)]


def _person(name: str, people: Sequence[Sequence[str]]) -> int | None:
    """The person whom a name fits, by the first key that fits one only."""
    for keys in zip(*people, strict=True):
        hits = [index for index, key in enumerate(keys) if _same(name, key)]
        if len(hits) == 1:
            return hits[0]
    return None


def _same(student: str, field: str) -> bool:
    """Whether a field names a student, who may be called "Last, First", "Participant 12" or by an address there."""
    wanted = _forms(student)
    return bool(folded(student)) and not wanted.isdisjoint(
        {*_forms(field), folded(field).split("@")[0], folded(field).removeprefix("participant ")}
    )


def _forms(name: str) -> set[str]:
    """A name as it is, and its words in the order in which people say them."""
    last, comma, first = folded(name).partition(",")
    spoken = f"{first.strip()} {last}" if comma else folded(name)
    return {folded(name), spoken, spoken.replace("_", " ")}
