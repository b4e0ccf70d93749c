"""Who is who: every student has one folder, which stays theirs, and nobody is taken for another by name."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import replace

from grader.imports.archive import Refused
from grader.model.names import alike, tame
from grader.model.people import FILE, KEYS, MANY, Person

_PREFERRED = ("login", "number", "email", "canvas", "moodle", "anonymous")
"""What a new student's folder is called by: the first of these that is known, each of which a gradebook has."""
_UNFIT = re.compile(r'[\s/\\:*?"<>|\x00-\x1f\x7f]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_MOST_LETTERS = 60
_MEND = f"where that is wrong, mend {FILE}"


class Register:
    """The students that are known."""

    def __init__(self, people: Iterable[Person], reserved: Collection[str]) -> None:
        """Begin with those of earlier imports.

        Args:
            people: The students.
            reserved: Names that no student's folder may have: those of assignments.
        """
        self.people = {person.folder: person for person in people}
        self._reserved = {name.casefold() for name in reserved}

    def enter(self, person: Person) -> tuple[Person, list[str]]:
        """The student with their folder, and a line for what has changed about them since.

        Who shares the account, number, login or address with a known student is that student; a name says nothing.

        Raises:
            Refused: where they share something with one student and something with another, or share something with a
                student who has another account.
        """
        if not person.keys:
            raise Refused("has nothing to be known by")
        same = [known for known in self.people.values() if _shared(person, known)]
        if not same:
            entered = replace(person, folder=self._free(person))
            self.people[entered.folder] = entered
            return entered, []
        if len(same) > 1:
            what = "; ".join(f"{', '.join(_shared(person, known))} is {known.folder}'s" for known in same)
            raise Refused(f"may be either of two students ({what}; {_MEND})")
        (known,) = same
        if (other := _another(person, known)) is not None:
            key, ours = other
            raise Refused(
                f"has the {' and '.join(_shared(person, known))} of {known.folder}, whose {key} is {ours!r}, not "
                f"{person.keys[key]!r} ({_MEND})"
            )
        changed = [
            f"{known.folder}: {key} was {known.keys[key]!r} and is {person.keys[key]!r} now."
            for key in KEYS
            if key != MANY and key in known.keys and key in person.keys and known.values(key) != person.values(key)
        ]
        numbers = {MANY: " ".join(sorted(known.values(MANY) | person.values(MANY)))}
        keys = {**known.keys, **person.keys, **(numbers if numbers[MANY] else {})}
        entered = Person(folder=known.folder, name=person.name or known.name, keys=keys)
        self.people[entered.folder] = entered
        return entered, changed

    def _free(self, person: Person) -> str:
        """A name for a new student's folder that no other folder has, on no file system."""
        wanted = next(person.keys[key] for key in _PREFERRED if person.keys.get(key))
        name = _UNFIT.sub("-", unicodedata.normalize("NFC", tame(wanted)))[:_MOST_LETTERS].strip(".- ") or "student"
        taken = self._reserved | {alike(folder).casefold() for folder in self.people}
        stem, number = f"student-{name}" if _RESERVED.fullmatch(name) or name[0] in "~_@" else name, 1
        name = stem
        while alike(name).casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        return name


def _shared(person: Person, known: Person) -> list[str]:
    """What two have in common, of what identifies one person."""
    return [key for key in KEYS if person.values(key) & known.values(key)]


def _another(person: Person, known: Person) -> tuple[str, str] | None:
    """What says that two are not the same although they have something in common: another account or number.

    An account decides: who has the same one may have changed login, address and number.
    """
    if person.values("canvas") & known.values("canvas") or person.values(MANY) & known.values(MANY):
        return None
    for key in ("canvas", "number"):
        if person.values(key) and known.values(key) and not person.values(key) & known.values(key):
            return key, known.keys[key]
    return None
