"""The texts of a course that are translated by catalogues: taken from its declarations, and merged into the files.

A text is shown in English where its entry is missing, empty, fuzzy or stale.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.authoring.bad_arguments import named
from grader.course.declared import DeclaredExercise
from grader.course.road import Leg
from grader.course.settings import Settings
from grader.course.translations import HEADINGS, TAGS, catalogue_path, translation
from grader.model.files import write_whole
from grader.model.language.catalogue import FUZZY, TEMPLATE, Catalogue, Entry, merged, read, written
from grader.model.words import in_words
from grader.release.capstone import CAPSTONE_SCRIPT

_ABOVE = """\
{name}: texts of the course in another language; CONTRIBUTING.md says how to translate.
`{command}` brings this file up to date.\
"""
_ASKED = re.compile(r"  # (.+)$")


def texts(exercise: DeclaredExercise, leg: Leg) -> Iterator[Entry]:
    """What of an exercise is shown beside its lesson: title, what is learned, names and hints of its misconceptions,
    and the words with which failures are told.

    Args:
        exercise: The exercise.
        leg: What is declared of it for those who learn alone.
    """
    yield Entry(kind="title", text=exercise.declaration.title)
    for symbol, said in leg.taught.items():
        yield _entry("taught", said, f'{symbol}; follows "Learned:"')
    for symbol, stages in leg.stages.items():
        yield from (_entry("stage", stage.name, f"{symbol}: {', '.join(stage.methods)}") for stage in stages)
    for part in exercise.parts:
        yield from (_entry("family", family.name, f'{part.symbol}; follows "with"') for family in part.families)
        for growth in part.growth:
            yield _entry("along", growth.along, f'{part.symbol}; "grows with the …", "the loop over the …"')
            if growth.fine:
                yield _entry("fine", growth.fine, f'{part.symbol}; "A loop over the … is fine."')
        for case in part.errors:
            if why := case.get("why"):
                yield _entry("bad", why, f'{part.symbol}; begins "… should raise an exception"')
    for listed in named(exercise.handout):
        yield _entry("listed", listed, "an item of “Bad arguments” in the lesson, word for word")
    yield from _asked(exercise)
    for item in exercise.misconceptions:
        yield _entry(
            "misconception", in_words(item.name, item.part), f"{item.part}, {item.criterion}; a mistake's name"
        )
        yield _entry("hint", item.hint, f"{item.part}, {item.criterion}: {_edit(item.edits)}")


def _entry(kind: str, text: str, note: str) -> Entry:
    return Entry(kind=kind, text=text, notes=[note])


def _edit(edits: "dict[str, str] | object") -> str:
    """What a misconception changes in the reference, in short: a translator sees what the hint is about."""
    if not isinstance(edits, dict) or not edits:
        return "written out in misconceptions.py"
    old, new = next(iter(edits.items()))
    return " ".join(f"{old} → {new or 'nothing'}".split())[:160]


def _asked(exercise: DeclaredExercise) -> Iterator[Entry]:
    """The last comments of the lines that cases run, which say what is asked: ``  # what extra_repr() lists``."""
    tree = ast.parse((exercise.folder / "exercise.py").read_text(encoding="utf-8"))
    pieces = {id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}
    for node in ast.walk(tree):
        if id(node) in pieces:
            continue
        text, flags = "", frozenset[str]()
        if isinstance(node, ast.JoinedStr):
            text, flags = template(node), frozenset({TEMPLATE})
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        if (match := _ASKED.search(text)) and "\n" not in match[1] and not match[1].startswith(("fmt", "noqa")):
            is_template = flags and re.search(r"\{\d+\}", match[1])
            yield Entry(
                kind="asked", text=match[1], flags=flags if is_template else frozenset(),
                notes=['begins "… should be [], but is []"'],
            )  # fmt: skip


def template(node: ast.JoinedStr) -> str:
    """The text of an f-string, with a number in braces for each value in it."""
    pieces, count = [], 0
    for value in node.values:
        if isinstance(value, ast.Constant):
            pieces.append(str(value.value))
        else:
            pieces.append(f"{{{count}}}")
            count += 1
    return "".join(pieces)


def course_texts(settings: Settings, root: Path) -> Iterator[Entry]:
    """What of a course itself is shown: its title, and its assignments' and capstones' headings."""
    yield _entry("title", settings.title, "course.toml")
    for name in settings.assignments:
        yield _entry("assignment", name.replace("_", " ").capitalize(), "the heading of the assignment's README")
    for name in settings.assignments:
        script = root / "solutions" / name / CAPSTONE_SCRIPT
        heading = (
            re.search(r"^# # (.+)$", script.read_text(encoding="utf-8"), re.MULTILINE) if script.is_file() else None
        )
        if heading:
            yield _entry("capstone", heading[1], f"{name}/{CAPSTONE_SCRIPT}")


def updated(folder: Path, wanted: Iterable[Entry], language: str, what: str) -> Catalogue:
    """The catalogue of a folder as it should be; see `grader.model.language.catalogue.merged`.

    What the translated lesson lists as bad arguments is taken from there, where no entry has it yet.
    """
    command = f"course translate {language} {what}".strip()
    above = _ABOVE.format(name=what or "the course", command=command)
    made = merged(read(catalogue_path(folder, language)), wanted, above)
    items = _items(folder, language)
    entries = [
        replace(entry, said=items[entry.text]) if entry.kind == "listed" and entry.text in items and not entry.said
        else entry
        for entry in made.entries
    ]  # fmt: skip
    return Catalogue(entries, above)


def _items(folder: Path, language: str) -> Mapping[str, str]:
    """The bad arguments that a lesson lists, with their translations; none where the lists are not in step."""
    said = translation(folder, language).handout if (folder / "handout.md").is_file() else ""
    if not said:
        return {}
    heading = HEADINGS[language]["Bad arguments"]
    ours = named((folder / "handout.md").read_text(encoding="utf-8"))
    theirs = named(said.replace(f"## {heading}\n", "## Bad arguments\n"))
    return dict(zip(ours, (item.rstrip("。；") for item in theirs), strict=True)) if len(ours) == len(theirs) else {}


def write(folder: Path, catalogue: Catalogue, language: str) -> Path:
    """Write the catalogue of a folder."""
    path = catalogue_path(folder, language)
    write_whole(path, written(catalogue, TAGS[language]))
    return path


def faults(catalogue: Catalogue, wanted: Iterable[Entry]) -> list[str]:
    """What a catalogue lacks, and what in it is not of the source any more: a sentence for each entry.

    Args:
        catalogue: As it is in its file.
        wanted: The texts of the source.
    """
    needed = {entry.key: entry for entry in wanted}
    there = {entry.key: entry for entry in catalogue.entries if not entry.is_obsolete}
    found = []
    for key, entry in needed.items():
        known = there.get(key)
        if known is None or not known.said:
            found.append(f"not translated: {_named(entry)}")
        elif FUZZY in known.flags:
            found.append(f"to be looked at again (the English has changed): {_named(entry)}")
        else:
            found += [f"{complaint}: {_named(entry)}" for complaint in _complaints(known)]
    found += [f"stale, no longer in the source: {_named(entry)}" for key, entry in there.items() if key not in needed]
    return found


def _named(entry: Entry) -> str:
    return f'{entry.kind} "{entry.text[:70]}{"…" if len(entry.text) > 70 else ""}"'


_CODE = re.compile(r"`[^`\n]+`")
_PLACE = re.compile(r"\{(\d+)(?::\w+)?\}")


def _complaints(entry: Entry) -> Sequence[str]:
    """What is wrong with a translation."""
    found = []
    lost = [code for code in dict.fromkeys(_CODE.findall(entry.text)) if code not in entry.said]
    if lost:
        found.append(f"the translation lacks {', '.join(lost)}")
    if TEMPLATE in entry.flags and (places := set(_PLACE.findall(entry.said)) - set(_PLACE.findall(entry.text))):
        found.append(f"the translation has the places {', '.join(sorted(places))}, which the text has not")
    if entry.said == entry.text and " " in entry.text.strip():
        found.append("the translation is the English text")
    return found
