"""What ``course.toml`` says of the site, below ``[site]``.

The variables ``COURSE_SITE_URL`` and ``COURSE_SITE_REPOSITORY`` come before it, so that a copy of a course is published
without a change of its files::

[site]
url = "https://somebody.github.io/course/"
repository = "somebody/course"
"""

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from grader.model import CourseError

_TEXTS = ("url", "repository", "branch")
_REPOSITORY = re.compile(r"(?:https://github\.com/)?([\w.-]+/[\w.-]+?)(?:\.git)?/?")


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteSettings:
    """Where a site is published."""

    url: str = ""
    """Its address, with a slash at the end; empty where nobody has said."""
    repository: str = ""
    """``owner/name`` on GitHub; empty where nobody has said."""
    branch: str = "gh-pages"
    """The branch of that repository which holds the site, for what opens notebooks from there."""


def read_site_settings(root: Path) -> SiteSettings:
    """The settings of the site of the course in a directory; without ``[site]``, the defaults.

    Raises:
        CourseError: where they say something that they cannot say.
    """
    path = root / "course.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("site", {})
    if not isinstance(table, dict):
        raise CourseError(f"{path}: site is {table!r}.", "It is a table: [site].")
    if unknown := table.keys() - set(_TEXTS):
        raise CourseError(f"{path}: [site] has the unknown key {min(unknown)}.", f"Known: {', '.join(_TEXTS)}.")
    for name in _TEXTS:
        if not isinstance(table.get(name, ""), str):
            raise CourseError(f"{path}: site.{name} is {table[name]!r}.", "Write a text.")
    url = os.environ.get("COURSE_SITE_URL") or table.get("url", "")
    if url and not re.fullmatch(r"https?://[^\s?#]+", url):
        raise CourseError(f"The site's url is {url!r}.", "Write an address: https://somebody.github.io/course/")
    repository = os.environ.get("COURSE_SITE_REPOSITORY") or table.get("repository", "")
    named = _REPOSITORY.fullmatch(repository)
    if repository and not named:
        raise CourseError(f"The site's repository is {repository!r}.", "Write one of GitHub's: somebody/course")
    return SiteSettings(
        url=url.rstrip("/") + "/" if url else "",
        repository=named[1] if named else "",
        branch=table.get("branch") or "gh-pages",
    )
