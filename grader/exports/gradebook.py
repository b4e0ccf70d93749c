"""A gradebook as a system exported it, matched with our students."""

import re
from collections.abc import Iterable, Mapping, Sequence

from grader.model.people import MANY, Person
from grader.model.sheet import folded

_NOTHING: Mapping[str, Sequence[str]] = {}
_NOBODY: Mapping[str, Person] = {}
_LAST_NUMBER = re.compile(r"^.*?(\d+)$")


def number(text: str) -> float | None:
    """A number as people of many countries write it; None where there is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def match(
    students: Iterable[str],
    people: Sequence[Sequence[str]],
    known_as: Mapping[str, Sequence[str]] = _NOTHING,
    imported: Mapping[str, Person] = _NOBODY,
    kinds: Sequence[str] = (),
) -> tuple[Mapping[str, int], list[str]]:
    """The index of each student who is found, by the first key that fits one person only, and who is not and why.

    Args:
        students: Our names: those of the students' directories.
        people: What the gradebook knows each person by, in the order in which it is trusted: number, login, name.
        known_as: What else our students are known by, looked for where the name of the directory fits nobody.
        imported: Students who came from a system: these are found by what identifies them there, and by no name.
        kinds: Of each of the gradebook's keys the one of `grader.model.people.KEYS` that it is; empty for a name.
    """
    students = [*students]
    claimed: dict[int, list[str]] = {}
    for student in students:
        person = imported.get(student, Person())
        if any(person.values(kind) for kind in kinds if kind):
            found = _identified(person, people, kinds)
        else:
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


def _identified(person: Person, people: Sequence[Sequence[str]], kinds: Sequence[str]) -> int | None:
    """The person who has a student's number, login or address, by the first of these that one only has."""
    for kind, keys in zip(kinds, zip(*people, strict=True), strict=True):
        hits = [index for index, key in enumerate(keys) if kind and _names(key, person, kind)]
        if len(hits) == 1:
            return hits[0]
    return None


def _names(field: str, person: Person, kind: str) -> bool:
    """Whether a field holds a person's key of a kind; Moodle writes "Participant 12", in whatever language."""
    text = _LAST_NUMBER.sub(r"\1", folded(field)) if kind == MANY else folded(field)
    return bool(text) and text in person.values(kind)


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
