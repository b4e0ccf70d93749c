"""A gradebook as a system exported it, matched with our students."""

import re
from collections.abc import Iterable, Mapping, Sequence

from grader.model.people import MANY, Person
from grader.model.sheet import folded

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
    known: Mapping[str, Person] | None = None,
    kinds: Sequence[str] = (),
) -> tuple[Mapping[str, int], list[str]]:
    """The index of each student who is found, by the first key that fits one person only, and who is not and why.

    Args:
        students: Our names: those of the students' directories.
        people: What the gradebook knows each person by, in the order in which it is trusted: number, login, name.
        known: The students who were imported, by our names: these are found by what identifies them, not by a name.
        kinds: Of each of the gradebook's keys the one of `grader.model.people.KEYS` that it is; empty for a name.
    """
    students = [*students]
    columns = [*zip(*people, strict=True)]
    claimed: dict[int, list[str]] = {}
    for student in students:
        person = (known or {}).get(student)
        sure = [key for key in kinds if person is not None and person.values(key)]
        for keys, kind in zip(columns, kinds or [""] * len(columns), strict=False):
            if person is not None and sure:
                hits = [index for index, key in enumerate(keys) if kind in sure and _names(key, person, kind)]
            else:
                hits = [index for index, key in enumerate(keys) if _same(student, key)]
            if len(hits) == 1:
                claimed.setdefault(hits[0], []).append(student)
                break
    row_of = {who[0]: index for index, who in claimed.items() if len(who) == 1}
    shared = [who for who in claimed.values() if len(who) > 1]
    notes = [f"One person in the gradebook, several submissions: {', '.join(who)}; none is entered." for who in shared]
    told = {*row_of, *(student for who in shared for student in who)}
    return row_of, [*notes, *(f"Not in the gradebook: {student}." for student in students if student not in told)]


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
