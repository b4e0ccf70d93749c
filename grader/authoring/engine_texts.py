"""The engine's own texts that readers see, found in its source: what of them no catalogue has, what is no longer there.

A text is a string or an f-string of the modules below that reads like words. A catalogue may have it as it is, or as a
piece of a sentence that is put together while it runs; and each entry must be in the source, as a whole or in pieces.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from grader.model.language.catalogue import Catalogue, Entry
from grader.model.language.speech import PAGE, engines

_ENGINE = Path(__file__).resolve().parents[1]
SHOWN = (
    "answer/attempt.py", "answer/begun.py", "answer/contents.py", "answer/load.py", "answer/parse.py", "answer/ran.py",
    "answer/replaced.py", "answer/skimmed.py", "answer/slice.py", "answer/text.py", "commands/authoring.py",
    "commands/sections.py", "commands/study.py", "compare/*.py",
    "course/declared.py", "course/road.py", "host/child.py", "host/ending.py", "judge/board.py", "judge/condition*.py",
    "judge/factors.py", "judge/failing.py", "judge/grade.py", "judge/loaded.py", "judge/maps.py", "judge/marks.py",
    "judge/numbers_of_lines.py", "judge/orders.py", "judge/plainly.py", "judge/reports.py", "judge/reruns.py",
    "judge/run.py",
    "judge/shown_axes.py", "judge/statistic.py", "judge/structures.py", "judge/transformation.py",
    "judge/two_mistakes.py", "kit/outline.py", "kit/record.py", "kit/recorded.py", "course/settings.py",
    "model/__init__.py", "model/briefly.py", "model/messages.py", "model/verdicts.py", "model/words.py",
    "model/extras.py", "release/checker.py", "release/write.py", "report/*.py", "spec/masks.py", "spec/*properties.py",
    "spec/families.py", "spec/networks.py", "study/*.py",
)  # fmt: skip
"""The modules whose texts a learner, or a reader of a report, sees."""
_SOME = frozenset((
    "answer/load.py", "commands/authoring.py", "commands/sections.py", "course/declared.py",
    "course/road.py", "course/settings.py", "kit/record.py", "model/extras.py",
    "release/checker.py", "release/write.py", "study/skeleton.py",
))  # fmt: skip
"""Of these the rest is for authors and teachers, who read English: it need not be in a catalogue."""
_PAGES = ("report/templates/*.html", "classroom/templates/*.html")
_NOT_SHOWN = frozenset((
    "compare/fingerprint.py", "compare/symptom.py", "report/folder.py", "report/github.py", "report/json.py",
    "report/likeness.py", "study/keys.py", "study/losses.py",
))  # fmt: skip
"""What machines or teachers read, and what is drawn, for which there may be no letters."""
_UNSEEN = frozenset((
    "Glyph .* missing from font", "a message is over the limit", "bold dim", "bold red", "bold yellow", "cd {0}",
    "count ends", "course hint", "course solution {0} --give-up", "course watch", "gave up", "outside upper left",
    "page up", "page down", "this worker is closed", "lambda: {0}", "Write {0}.",
    "a worker did not start: {0}\n{1}", "a worker failed before it reached the answer: {0}\n{1}",
    "The property {0} cannot be made again ({1}: {2}).", "{0}, code cell {1}", "signal {0}", "it does not say how",
    "uninitialized parameter", "scalar type", "can't allocate memory", "not enough memory", "out of memory",
    "cannot allocate memory", "what the call left of", "relative import",
))  # fmt: skip
"""Texts that read like words and are none: styles, commands, what others say."""
_PLACE = re.compile(r"\{[\w.]*(?:[:!][^{}]*)?\}")
_CALLED = re.compile(r'\bt\(((?:\s*"(?:[^"\\]|\\.)*"(?:\s*(?:if|else)\b[^"]*)?)+)')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def numbered(text: str) -> str:
    """A text whose places have numbers, in order."""
    count = iter(range(len(text)))
    return _PLACE.sub(lambda _: f"{{{next(count)}}}", text)


@cache
def texts(*, hidden: bool = False) -> Mapping[str, str]:
    """Every string and f-string of the shown modules, its places numbered, with the module that has it.

    Args:
        hidden: Also those that nobody sees where they stand, since they are compared or looked up.
    """
    found: dict[str, str] = {}
    for name, tree in _modules().items():
        for text in _strings(tree, hidden=hidden):
            found.setdefault(text.strip(), name)
    return found


@cache
def pages() -> frozenset[str]:
    """What the templates say, and what is looked up as they do."""
    said = set()
    for path in (path for pattern in _PAGES for path in _ENGINE.glob(pattern)):
        for call in _CALLED.findall(path.read_text(encoding="utf-8")):
            said |= {text.strip() for text in _QUOTED.findall(call)}
    for tree in _modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "phrase":
                said.add(ast.literal_eval(node.args[0]).strip())
    return frozenset(said)


@cache
def _modules() -> Mapping[str, ast.Module]:
    """The shown modules, by name."""
    paths = (path for pattern in SHOWN for path in sorted(_ENGINE.glob(pattern)))
    names = ((path.relative_to(_ENGINE).as_posix(), path) for path in paths)
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in names if name not in _NOT_SHOWN}


def _strings(tree: ast.Module, *, hidden: bool) -> Iterator[str]:
    """The strings of a module that may be shown; of an f-string the whole, not its pieces."""
    unseen = set() if hidden else {id(part) for node in ast.walk(tree) for part in _hidden(node)}
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.JoinedStr):
            pieces = [str(item.value) if isinstance(item, ast.Constant) else "{}" for item in node.values]
            yield numbered("".join(pieces))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield numbered(node.value)


_ASKING = ("startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "glob")
"""Methods whose arguments are looked for."""


def _hidden(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that nobody sees: docstrings, what is compared or looked up, what an assertion says."""
    match node:
        case ast.Expr(value=ast.Constant() as value):
            yield value
        case ast.JoinedStr(values=values):
            yield from (item for item in values if isinstance(item, ast.Constant))
        case ast.FormattedValue(format_spec=ast.JoinedStr() as spec):
            yield from ast.walk(spec)
        case ast.Compare(left=left, comparators=others):
            yield from (item for each in (left, *others) for item in ast.walk(each))
        case ast.Dict(keys=keys):
            yield from (item for key in keys if key is not None for item in ast.walk(key))
        case ast.MatchValue(value=value):
            yield value
        case ast.Assert(msg=ast.expr() as said):
            yield from ast.walk(said)
        case ast.keyword(arg="help" | "metavar", value=value):
            yield value
        case ast.Call(func=ast.Attribute(attr=name), args=args) if name in _ASKING:
            yield from args
        case ast.Subscript(slice=ast.Constant() as key):
            yield key


_WORDS = re.compile(r"[A-Za-z]{2,}[,.:;]? (?:[a-z]{2,}|\{\d+\})|\{\d+\} [a-z]{2,}|^[A-Z][a-z]+[ .:]")
_CODE = re.compile(
    r"[=\[\]<>]|\w\(|\\|\w\.\w|^\s*(?:for|import|from|with|class|def|print|if) |\bawait\b|[a-z]_[a-z]|\|"
)


def reads_like_words(text: str) -> bool:
    """Whether a string is likely to be shown: words with spaces between, and no code."""
    return bool(_WORDS.search(text)) and not _CODE.search(re.sub(r"`[^`]*`", "", text))


def faults(language: str) -> list[str]:
    """What the engine's catalogue lacks, and what in it is no longer in the source: a sentence for each.

    Args:
        language: Of the catalogue.
    """
    catalogue = engines(language)
    known = "\0".join(numbered(entry.text) for entry in catalogue.entries)
    found = [
        f"not translated: {text!r} ({name})"
        for text, name in texts().items()
        if name not in _SOME and text not in _UNSEEN and reads_like_words(text) and not _has(known, text)
    ]
    said = {entry.text for entry in catalogue.entries if entry.kind == PAGE}
    found += [f"not translated: {text!r} (a page)" for text in sorted(pages() - said)]
    found += [f"without a translation: {entry.kind} {entry.text!r}" for entry in catalogue.entries if not entry.said]
    return found + [f"stale: {entry.kind} {entry.text!r}" for entry in _stale(catalogue)]


def _stale(catalogue: Catalogue) -> Iterator[Entry]:
    """The entries of which something is not in the source; a name that stays as it is may be in a case."""
    source = "\0".join(texts(hidden=True))
    for entry in catalogue.entries:
        there = entry.text in pages() if entry.kind == PAGE else _has(source, numbered(entry.text))
        if not there and entry.said != entry.text:
            yield entry


def _has(all_texts: str, text: str) -> bool:
    """Whether a text is among others, as a whole or in the pieces between its places and marks."""
    pieces = (piece.strip() for piece in re.split(r"\{\d+\}|[.,;:()“”]+(?=\s|$|\{)", text))
    return text in all_texts or all(
        piece in all_texts or piece.removesuffix("s") in all_texts for piece in pieces if piece
    )
