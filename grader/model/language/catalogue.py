"""A catalogue of translations: a file in gettext's PO format, read and written without a package for it.

https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html: of that format this knows contexts, flags,
comments, what a text was before (``#|``), and obsolete entries (``#~``); it needs no plural forms. It writes a string
on one line.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.model import CourseError

TEMPLATE, FUZZY = "python-brace-format", "fuzzy"
"""The flags of entries: whose text has places to be filled (``{0}``), and whose translation is of an older text."""
_LINE = re.compile(r'(#~ ?)?(?:(#\| ?)?(msgctxt|msgid|msgstr) )?("(?:[^"\\]|\\.)*")')
_HEADER = "\n".join(("Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit", "Language: {}", ""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A text and its translation."""

    text: str
    kind: str = ""
    """What it is (``msgctxt``)."""
    said: str = ""
    """The translation; empty where there is none yet."""
    notes: Sequence[str] = ()
    """What the extraction says about it, for its translator."""
    remarks: Sequence[str] = ()
    """What translators say about it."""
    flags: frozenset[str] = frozenset()
    before: str = ""
    """The older text that is translated here, where the entry is fuzzy."""
    is_obsolete: bool = False
    """Whether the text is no longer in the source."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others of its catalogue."""
        return self.kind, self.text

    @property
    def is_translated(self) -> bool:
        """Whether the translation can be shown."""
        return bool(self.said) and FUZZY not in self.flags and not self.is_obsolete


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The entries of a file, in its order."""

    entries: Sequence[Entry] = ()
    comment: str = ""
    """What stands above everything."""
    shown: Mapping[tuple[str, str], Entry] = field(init=False)
    """Those whose translation can be shown, by kind and text."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "shown", {entry.key: entry for entry in self.entries if entry.is_translated})


def read(path: Path) -> Catalogue:
    """The catalogue of a file; an empty one where there is none.

    Raises:
        CourseError: where it cannot be read, with the line.
    """
    try:
        return parsed(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return Catalogue()
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}.") from None


def parsed(text: str, name: str = "the catalogue") -> Catalogue:
    """The catalogue that a text is.

    Args:
        text: The content of a ``.po`` file.
        name: What errors call it.

    Raises:
        CourseError: where it is none, with the line.
    """
    blocks: list[list[tuple[int, str]]] = [[]]
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            blocks[-1].append((number, line.strip()))
        elif blocks[-1]:
            blocks.append([])
    entries = [_entry(block, name) for block in blocks if block]
    comment = ""
    if entries and not entries[0].text and not entries[0].is_obsolete:
        comment = "\n".join(entries[0].remarks)
        entries = entries[1:]
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        if entry.key in seen and not entry.is_obsolete:
            raise CourseError(f'{name}: "{entry.text[:60]}" is there twice.', "Keep one of the two.")
        seen.add(entry.key)
    return Catalogue([entry for entry in entries if entry.text], comment)


def _entry(block: Sequence[tuple[int, str]], name: str) -> Entry:
    fields = {"msgctxt": "", "msgid": "", "msgstr": "", "before": ""}
    notes, remarks, flags = [], [], set()
    is_obsolete, at = False, ""
    for number, line in block:
        if line.startswith("#."):
            notes.append(line[2:].strip())
        elif line.startswith("#,"):
            flags |= {flag.strip() for flag in line[2:].split(",")}
        elif line.startswith("#:"):
            continue
        elif match := _LINE.fullmatch(line):
            is_obsolete |= bool(match[1])
            if match[3]:
                at = "before" if match[2] and match[3] == "msgid" else "" if match[2] else match[3]
            if at:
                fields[at] += ast.literal_eval(match[4])
        elif line.startswith("#"):
            remarks.append(line[1:].strip())
        else:
            raise CourseError(f"{name}, line {number}: {line[:60]} is not PO.", 'Write: msgstr "…", with \\" inside.')
    return Entry(
        text=fields["msgid"], kind=fields["msgctxt"], said=fields["msgstr"], notes=tuple(notes), remarks=tuple(remarks),
        flags=frozenset(flags - {""}), before=fields["before"], is_obsolete=is_obsolete,
    )  # fmt: skip


def written(catalogue: Catalogue, language: str) -> str:
    """The catalogue as a file holds it."""
    head = [*(f"# {line}".rstrip() for line in catalogue.comment.splitlines()), 'msgid ""']
    head += [f"msgstr {_quoted(_HEADER.format(language))}"]
    blocks = ["\n".join(head), *("\n".join(_lines(entry)) for entry in catalogue.entries)]
    return "\n\n".join(blocks) + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    yield from (f"# {line}" for line in entry.remarks)
    yield from (f"#. {line}" for line in entry.notes)
    if entry.flags:
        yield f"#, {', '.join(sorted(entry.flags))}"
    old = "#~ " if entry.is_obsolete else ""
    if entry.before:
        yield f"#| msgid {_quoted(entry.before)}"
    if entry.kind:
        yield f"{old}msgctxt {_quoted(entry.kind)}"
    yield f"{old}msgid {_quoted(entry.text)}"
    yield f"{old}msgstr {_quoted(entry.said)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def merged(old: Catalogue, wanted: Iterable[Entry], comment: str) -> Catalogue:
    """A catalogue brought up to date.

    Translations of texts that are still there stay; a text that has changed a little keeps its translation as fuzzy,
    which is not shown before somebody has looked at it; what is in the source no more is kept as obsolete.

    Args:
        old: The catalogue as it was.
        wanted: The texts of the source, without translations, in order.
        comment: What is to stand above everything.
    """
    before = {entry.key: entry for entry in old.entries}
    fresh: dict[tuple[str, str], Entry] = {}
    for entry in wanted:
        fresh.setdefault(entry.key, entry)
    gone = {key: entry for key, entry in before.items() if key not in fresh and entry.said}
    entries = []
    for key, entry in fresh.items():
        known = before.get(key)
        if known is not None and known.said:
            flags = entry.flags | (known.flags & {FUZZY} if not known.is_obsolete else frozenset())
            entries.append(_with(entry, known, flags, known.before if FUZZY in flags else ""))
        elif (nearest := _nearest(entry, gone)) is not None:
            entries.append(_with(entry, gone.pop(nearest.key), entry.flags | {FUZZY}, nearest.text))
        else:
            entries.append(entry)
    kept = [Entry(text=each.text, kind=each.kind, said=each.said, is_obsolete=True) for each in gone.values()]
    return Catalogue([*entries, *kept], comment)


def _with(entry: Entry, known: Entry, flags: frozenset[str], before: str) -> Entry:
    return Entry(
        text=entry.text, kind=entry.kind, said=known.said, notes=entry.notes, remarks=known.remarks, flags=flags,
        before=before,
    )  # fmt: skip


def _nearest(entry: Entry, gone: Mapping[tuple[str, str], Entry]) -> Entry | None:
    """The text that this one may have been."""
    import difflib

    of_kind = {each.text: each for each in gone.values() if each.kind == entry.kind}
    close = difflib.get_close_matches(entry.text, of_kind, n=1, cutoff=0.75)
    return of_kind[close[0]] if close else None
