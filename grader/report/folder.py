"""A folder of pages that a later run may write again: it lists its pages, and removes those no longer written.

The pages hold grades and hidden cases: nobody but who wrote them may read them.
"""

import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from grader.model.files import UNFINISHED, write_whole

MANIFEST = "manifest.json"
_OURS = re.compile(r"index\.html|(?:students|exercises)/[a-z0-9][a-z0-9-]*\.html")
"""The names that pages have; nothing else is ever removed, whatever a manifest says."""
_FOLDERS = ("students", "exercises")


def write_pages(directory: Path, names: Collection[str], pages: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Write the pages, each whole or not at all, and remove those that an earlier run wrote here and this one did not.

    Args:
        directory: The folder, created where it is missing.
        names: The path of each page inside the directory.
        pages: The same paths, each with the text in pieces; taken one after the other, so that no two are in memory.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (".", *_FOLDERS):
        for left in (directory / folder).glob(f"{UNFINISHED}*"):
            left.unlink(missing_ok=True)
    before = _manifest(directory)
    # First the names, then the pages: a run that is cut off leaves no page that no manifest names.
    write_whole(directory / MANIFEST, _listed(before | set(names)), private=True)
    for name, text in pages:
        (directory / name).parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(directory / name, text, private=True)
    for name in before - set(names):
        (directory / name).unlink(missing_ok=True)
    for folder in _FOLDERS:
        if (directory / folder).is_dir() and not any((directory / folder).iterdir()):
            (directory / folder).rmdir()
    write_whole(directory / MANIFEST, _listed(set(names)), private=True)


def _listed(names: set[str]) -> str:
    return json.dumps({"schema": 1, "pages": sorted(names)}, indent=1) + "\n"


def _manifest(directory: Path) -> set[str]:
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    names = manifest.get("pages") if isinstance(manifest, dict) else None
    return {
        name for name in (names if isinstance(names, list) else ()) if isinstance(name, str) and _OURS.fullmatch(name)
    }
