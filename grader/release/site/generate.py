"""Have Zensical make pages of Markdown, with this course's look: once for each language, each a site of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from grader.model import CourseError
from grader.model.extras import needs
from grader.release.site.source import SiteCourse
from grader.release.site.words import Language

ASSETS = Path(__file__).with_name("assets")
_TOP = Path(__file__).resolve().parents[3]

Nav = Sequence[tuple[str, "str | Nav"]]
"""Titles with the sources that they lead to, or with more of them."""

_FEATURES = ["navigation.tabs", "navigation.tabs.sticky", "search.highlight", "toc.follow"]
_EXTENSIONS: dict[str, dict[str, Any]] = {
    "grader.release.site.corners": {},
    "grader.release.site.formulas": {},
    "md_in_html": {},
    "pymdownx.highlight": {"anchor_linenums": False},
    "pymdownx.superfences": {},
    "sane_lists": {},
    "tables": {},
    # As GitHub makes anchors, of Chinese words too.
    "toc": {
        "permalink": True,
        "slugify": {"object": "pymdownx.slugs.slugify", "kwds": {"case": "lower"}},
        "toc_depth": "2-3",
    },
}


def check() -> None:
    """See whether what makes pages is installed.

    Raises:
        CourseError: where it is not.
    """
    for name in ("zensical", "math_core"):
        if find_spec(name) is None:
            raise needs(f"The site is made with {name}, which is not installed.", "site")


def generate(course: SiteCourse, language: Language, nav: Nav, sources: Path) -> Path:
    """Render the pages of a language.

    Args:
        course: The course.
        language: The language.
        nav: The pages in the order of the navigation.
        sources: The folder of their sources; what Zensical needs beside them is written next to it.

    Returns:
        The folder of the pages.

    Raises:
        CourseError: where they cannot be rendered, links that lead nowhere included.
    """
    work = sources.parent
    (work / "zensical.toml").write_text(_settings(course, language, nav, sources), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", "zensical.toml"]
    path = os.pathsep.join(filter(None, (str(_TOP), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        command, cwd=work, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        # Of a link that leads nowhere it draws the place, on standard output; a traceback follows, on the other.
        said = done.stdout.strip() or done.stderr.partition("Traceback")[0].strip() or done.stderr.strip()
        raise CourseError(f"The pages could not be made:\n{said}")
    return work / "site"


def _settings(course: SiteCourse, language: Language, nav: Nav, sources: Path) -> str:
    """The configuration, as TOML."""
    settings = course.settings
    others = [each for each in course.languages if each is not language]
    project = {
        "site_name": course.title(language),
        "site_url": settings.url + language.folder if settings.url else None,
        "docs_dir": sources.name,
        "site_dir": "site",
        "nav": [{title: _nav(target)} for title, target in nav],
        "extra_css": ["assets/course/course.css"],
        "extra_javascript": ["assets/course/course.js"],
        "theme": {
            "custom_dir": str(ASSETS / "overrides"),
            "variant": "modern",
            "language": language.tag,
            "font": False,
            "features": _FEATURES,
            "palette": [
                _palette("(prefers-color-scheme: light)", "default", "lucide/moon", language("to_dark")),
                _palette("(prefers-color-scheme: dark)", "slate", "lucide/sun", language("to_light")),
            ],
        },
        "markdown_extensions": _EXTENSIONS,
        "extra": {
            "generator": False,
            "repository": f"https://github.com/{settings.repository}" if settings.repository else "",
            "previous": language("previous"),
            "next": language("next"),
            "copy": language("copy"),
            "copied": language("copied"),
            "others": [
                {
                    "way": "../" * language.folder.count("/") + other.folder,
                    "tag": other.tag,
                    "name": other.name,
                    "short": other.short,
                }
                for other in others
            ],
        },
    }
    return f"project = {_toml(project)}\n"


def _nav(target: "str | Nav") -> Any:
    return target if isinstance(target, str) else [{title: _nav(inner)} for title, inner in target]


def _palette(media: str, scheme: str, icon: str, name: str) -> dict[str, Any]:
    return {
        "media": media,
        "scheme": scheme,
        "primary": "custom",
        "accent": "custom",
        "toggle": {"icon": icon, "name": name},
    }


def _toml(value: Any) -> str:
    """A value as TOML on one line; what is None is left out."""
    if isinstance(value, dict):
        rows = (
            f"{json.dumps(name, ensure_ascii=False)} = {_toml(inner)}"
            for name, inner in value.items()
            if inner is not None
        )
        return "{" + ", ".join(rows) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
