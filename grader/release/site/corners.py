"""Empty corners of tables: a heading that heads nothing is a plain cell.

An extension of Python-Markdown, which Zensical loads by its name.
"""

from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

_NAME, _LATE = "course-corners", 5


class _Corners(Treeprocessor):  # type: ignore[misc]
    """Turns each heading without text into a cell."""

    def run(self, root: Element) -> None:
        """Go over a document."""
        for heading in root.iter("th"):
            if not len(heading) and not (heading.text or "").strip():
                heading.tag = "td"


class CornersExtension(Extension):  # type: ignore[misc]
    """The extension."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Have documents searched for tables, once their tables are made."""
        md.treeprocessors.register(_Corners(md), _NAME, _LATE)


def makeExtension(**options: Any) -> CornersExtension:
    """What Python-Markdown calls."""
    return CornersExtension(**options)
