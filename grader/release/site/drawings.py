"""The lessons' figures on a page: one file for each theme, so that the page's own switch changes them too."""

import re
from html import escape
from pathlib import Path

from grader.release.site.source import SiteLesson

_DARK = re.compile(r"\s*<style>@media \(prefers-color-scheme: dark\)\{(?P<rules>.*?)\}</style>", re.DOTALL)
_SIZE = re.compile(r'<svg[^>]*?\bwidth="(?P<width>[\d.]+)pt"[^>]*?\bheight="(?P<height>[\d.]+)pt"')
_POINT = 4 / 3
"""Pixels of CSS."""


def themed(svg: str) -> dict[str, str]:
    """A figure as `grader.release.drawing` writes it, in the colours of each theme."""
    return {
        "light": _DARK.sub("", svg),
        "dark": _DARK.sub(lambda found: f"\n <style>{found['rules']}</style>", svg),
    }


def shown(lesson: SiteLesson, target: str, alt: str, static: str) -> str:
    """The HTML of a lesson's figure, which leads to the drawing itself, in the interactive one where there is one.

    Args:
        lesson: The lesson.
        target: The figure, from the assignment's folder.
        alt: What it shows, in words.
        static: The way from the page's source to the site's own folder.
    """
    path = lesson.lesson.stub_path.parent / target
    size = _size(path)
    folder = f"{static}lessons/{lesson.lesson.assignment}/"
    images = "".join(
        f'<a class="only-{theme}" href="{folder}{_themed_name(target, theme)}">'
        f'<img src="{folder}{_themed_name(target, theme)}" alt="{escape(alt)}" loading="lazy"{size}></a>'
        for theme in ("light", "dark")
    )
    figure = f'<figure class="drawing">{images}</figure>'
    if lesson.lab:
        figure = f'<div class="lab" data-lab="{escape(lesson.lab)}">{figure}</div>'
    return f"\n\n{figure}\n\n"


def files(lesson: SiteLesson) -> dict[str, str]:
    """The figures of a lesson by their names below the assignment's folder, in both themes."""
    found = {}
    for path in lesson.lesson.figures:
        target = f"figures/{path.name}"
        for theme, svg in themed(path.read_text(encoding="utf-8")).items():
            found[_themed_name(target, theme)] = svg
    return found


def _themed_name(target: str, theme: str) -> str:
    stem, dot, suffix = target.rpartition(".")
    return f"{stem}-{theme}{dot}{suffix}"


def _size(path: Path) -> str:
    found = _SIZE.search(path.read_text(encoding="utf-8")[:2000]) if path.is_file() else None
    if found is None:
        return ""
    return "".join(f' {side}="{round(float(found[side]) * _POINT)}"' for side in ("width", "height"))
