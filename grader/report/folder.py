"""A folder of pages that a later run may write again: it knows its own pages, and removes those no longer written."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

MANIFEST = "manifest.json"
_OURS = re.compile(r"index\.html|(?:students|exercises)/[a-z0-9][a-z0-9-]*\.html")
"""The names that pages have; nothing else is ever removed, whatever a manifest says."""


def write_pages(directory: Path, pages: Mapping[str, str]) -> None:
    """Write the pages, and remove those that an earlier run wrote here and this one did not.

    Args:
        directory: Where to; made where it is missing.
        pages: The text of each page by its path inside the directory.
    """
    directory.mkdir(parents=True, exist_ok=True)
    before = _manifest(directory)
    # First the names, then the pages: a run that is cut off leaves no page that no manifest names.
    _save(directory / MANIFEST, _listed(before | set(pages)))
    for name, page in pages.items():
        (directory / name).parent.mkdir(exist_ok=True)
        _save(directory / name, page)
    for name in before - set(pages):
        (directory / name).unlink(missing_ok=True)
    for folder in ("students", "exercises"):
        if (directory / folder).is_dir() and not any((directory / folder).iterdir()):
            (directory / folder).rmdir()
    _save(directory / MANIFEST, _listed(set(pages)))


def _save(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _listed(names: set[str]) -> str:
    return json.dumps({"schema": 1, "pages": sorted(names)}, indent=1) + "\n"


def _manifest(directory: Path) -> set[str]:
    try:
        found = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    names = found.get("pages") if isinstance(found, dict) else None
    return {
        name for name in (names if isinstance(names, list) else ()) if isinstance(name, str) and _OURS.fullmatch(name)
    }
