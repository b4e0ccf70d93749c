"""Which of the engine's files can change a score: the import closure of the rooms that judge."""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_ENGINE = Path(__file__).resolve().parents[1]
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(grader[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)|import[ \t]+(grader[\w.]*))", re.MULTILINE
)

SUITES = ("grader.suite.cache", "grader.spec.*")
"""What decides the content of a compiled suite: the compiler with all that it imports, and what exercises import."""
JUDGING = (
    "grader.judge.grade", "grader.host.session", "grader.worker.*", "grader.answer.*", "grader.grading.judge",
    "grader.kit.recorded", *SUITES,
)  # fmt: skip
"""What decides a result: also the judge, the worker and the reader, whose modules run in processes that nothing here
imports, and how a kit's records are read."""
CLUSTER = ("grader.grading.cluster.remote", *JUDGING)
"""What both ends of a cluster must agree on: also what is sent, and how."""


@cache
def engine_digest(roots: tuple[str, ...]) -> str:
    """A digest of the files in the import closure of some modules.

    Args:
        roots: Dotted names; ``grader.room.*`` means every module of a room.
    """
    digest = hashlib.sha256()
    for path in closure(roots):
        digest.update(path.relative_to(_ENGINE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def closure(roots: tuple[str, ...]) -> list[Path]:
    """The engine's files that some modules import, directly or not, and their own; also where an import is delayed."""
    files: set[Path] = set()
    waiting = [path for name in roots for path in _files(name)]
    while waiting:
        path = waiting.pop()
        if path not in files:
            files.add(path)
            waiting += [other for name in _imported(path) for other in _files(name)]
    return sorted(files)


def _files(name: str) -> Iterator[Path]:
    """The file of a module, with the packages around it; nothing for a name inside a module."""
    parts = name.split(".")[1:]
    if parts and parts[-1] == "*":
        yield from _ENGINE.joinpath(*parts[:-1]).glob("*.py")
        return
    for count in range(len(parts) + 1):
        module = _ENGINE.joinpath(*parts[:count])
        for path in (module.with_suffix(".py"), module / "__init__.py"):
            if path.is_file():
                yield path


def _imported(path: Path) -> Iterator[str]:
    for module, names, plain in _IMPORT.findall(path.read_text(encoding="utf-8")):
        yield module or plain
        for name in re.findall(r"[A-Za-z_]\w*", names):
            yield f"{module}.{name}"
