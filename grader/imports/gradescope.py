"""Gradescope's "Export Submissions": a folder for each submission, and ``submission_metadata.yml`` says whose it is.

The list is YAML that Ruby wrote: ``submission_123:`` with ``:submitters:``, each of whom has ``:name:``, ``:sid:`` and
``:email:``, and with ``:created_at:``. Only these are looked at, as text: nothing in it is made into objects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from grader.imports.archive import Entry
from grader.imports.batch import Batch, HandedIn
from grader.model import CourseError
from grader.model.names import printable
from grader.model.people import Person
from grader.model.sheet import Sheet

LIST = "submission_metadata.yml"
_MOST_BYTES = 2**28
_COLUMNS = {"number": ("SID", "Student ID"), "email": ("Email", "Email Address")}


def read(entries: Sequence[Entry], roster: Sheet | None) -> Batch:
    """Who handed in what; of a group everyone is given all of it.

    Args:
        entries: The files of the export.
        roster: Gradescope's roster, for who handed in nothing.

    Raises:
        CourseError: where there is no list of submissions, or it cannot be read.
    """
    lists = sorted((entry for entry in entries if entry.name == LIST), key=lambda entry: len(entry.parts))
    if not lists:
        raise CourseError(
            f"The export has no {LIST}, which says whose each submission is.",
            "In Gradescope: Review Grades, Export Submissions.",
            usage=True,
        )
    root = lists[0].parts[:-1]
    known = _submissions(lists[0].read(_MOST_BYTES))
    files: dict[str, list[Entry]] = {}
    batch = Batch(submissions=(), roster=_people(roster) if roster is not None else ())
    for entry in entries:
        inside = entry.parts[len(root) :]
        if entry is lists[0]:
            continue
        if entry.parts[: len(root)] != root or inside[0] not in known:
            batch.refused.append(f"{entry.path} is in no submission that {LIST} lists")
        else:
            files.setdefault(inside[0], []).append(replace(entry, parts=inside[1:] or inside))
    submissions = []
    for name, (people, when) in known.items():
        if not people:
            batch.refused.append(f"{printable(name)} is nobody's, says {LIST}")
        elif name not in files:
            batch.refused.append(f"{printable(name)} by {_called(people)} has no files")
        for person in people if name in files else ():
            submissions.append(HandedIn(person=person, files=[*files[name]], when=when))
        if len(people) > 1 and name in files:
            batch.notes.append(f"{printable(name)} is a group's: {_called(people)} are each given all of it.")
    batch.submissions = submissions
    return batch


def _called(people: Sequence[Person]) -> str:
    return " and ".join(printable(person.name or next(iter(person.keys.values()), "somebody")) for person in people)


def _submissions(data: bytes) -> dict[str, tuple[list[Person], datetime | None]]:
    """By submission: who handed it in, and when."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        # Only composed, not constructed: text stays text ("007"), and what a tag or an alias asks for is never made.
        root = yaml.compose(data, Loader=loader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CourseError(f"{LIST} cannot be read: {str(error).splitlines()[0]}.", "Export it again.") from None
    found = {}
    for name, node in _pairs(root):
        fields = dict(_pairs(node))
        people = [_person(dict(_pairs(item))) for item in _items(fields.get(":submitters"))]
        found[name] = (people, _moment(_text(fields.get(":created_at"))))
    return found


def _pairs(node: Any) -> Iterator[tuple[str, Any]]:
    if getattr(node, "id", "") == "mapping":
        yield from ((_text(key), item) for key, item in node.value)


def _items(node: Any) -> Sequence[Any]:
    return node.value if getattr(node, "id", "") == "sequence" else ()


def _text(node: Any) -> str:
    text = node.value.strip() if getattr(node, "id", "") == "scalar" else ""
    return "" if text in ("~", "null") else str(text)


def _person(fields: dict[str, Any]) -> Person:
    keys = {"number": _text(fields.get(":sid")), "email": _text(fields.get(":email"))}
    return Person(name=_text(fields.get(":name")), keys={key: value for key, value in keys.items() if value})


def _moment(text: str) -> datetime | None:
    """A time as Ruby writes it: ``2026-03-01 10:00:00.123456789 Z``."""
    date, _, rest = text.partition(" ")
    clock, _, zone = rest.partition(" ")
    whole, _, fraction = clock.partition(".")
    try:
        if not rest:
            moment = datetime.fromisoformat(text)
        else:
            moment = datetime.fromisoformat(f"{date}T{whole}.{fraction[:6]:0<6}{zone.replace('Z', '+00:00')}")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _people(roster: Sheet) -> list[Person]:
    people = []
    for row in roster.rows:
        cells = {key: next(filter(None, (roster.cell(row, n) for n in names)), "") for key, names in _COLUMNS.items()}
        name = roster.cell(row, "Name") or " ".join(
            filter(None, (roster.cell(row, "First Name"), roster.cell(row, "Last Name")))
        )
        if any(cells.values()) and roster.cell(row, "Role").casefold() in ("", "student"):
            people.append(Person(name=name, keys={key: value for key, value in cells.items() if value}))
    return people
