"""The language in which results and messages are shown, and texts in it.

Everything is judged, stored and exported in English: a text is translated where it is shown, by catalogues that are
read only where the language is another one. Identifiers, the names of criteria and the verdicts' codes are in none.
"""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.model.language.catalogue import Catalogue

LANGUAGES: Mapping[str, str] = {"en": "en", "zh": "zh-CN"}
"""The languages there are, each with the tag that HTML gives it."""
ENGLISH = "en"
VARIABLE = "COURSE_LANG"
"""The environment variable that names the language, before the locale does; other processes learn it by this, too."""
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The variables of the locale: the first that says anything decides."""


class _Known:
    """What this process has found out."""

    language: str = ""
    sources: dict[str, "Callable[[str], Catalogue]"] = {}  # noqa: RUF012 - one for the process


def language() -> str:
    """The language in which things are shown: a key of `LANGUAGES`."""
    if not _Known.language:
        _Known.language = _found()
    return _Known.language


def tag() -> str:
    """The language as HTML writes it: ``zh-CN``."""
    return LANGUAGES[language()]


def choose(name: str) -> None:
    """Show things in a language from now on, in the processes that are started from here too.

    Args:
        name: A key of `LANGUAGES`; nothing to go by the environment again.
    """
    if name:
        os.environ[VARIABLE] = name
    _Known.language = name


def prefer(name: str) -> None:
    """Show things in a language, unless the environment or somebody has named one.

    Args:
        name: A key of `LANGUAGES`, or nothing.
    """
    if name in LANGUAGES and not os.environ.get(VARIABLE):
        choose(name)


def asked() -> str:
    """The language that was named, by a command's option or by `VARIABLE`; nothing where the locale decides."""
    return named(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else ""


def named(locale: str) -> str:
    """The language that a locale or a name such as ``zh_CN.UTF-8`` means; English where it is not one of ours."""
    short = locale.replace("-", "_").split("_")[0].split(".")[0].casefold()
    return short if short in LANGUAGES else ENGLISH


def _found() -> str:
    said = (os.environ.get(name, "") for name in (VARIABLE, *_LOCALE))
    return named(next(filter(None, said), ENGLISH))


def learn(exercise: str, source: "Callable[[str], Catalogue]") -> None:
    """Have the catalogue of an exercise known.

    Args:
        exercise: Its slug; nothing for the course itself.
        source: Reads the one for a language, once, where it is first needed.
    """
    _Known.sources[exercise] = source


def phrase(template: str, *values: object) -> str:
    """A text with places, ``{0} of {1} points``, filled, in the language in which things are shown.

    Args:
        template: The text, in English; it is the entry's in the catalogue.
        values: What stands in the places.
    """
    if language() == ENGLISH:
        return template.format(*values)
    from grader.model.language.speech import speech

    return speech(language(), "", _Known.sources.get("")).filled(template, [str(value) for value in values])


def translated(text: str, exercise: str = "", kind: str = "", *, into: str = "") -> str:
    """A text in the language in which things are shown; as it is where that is English, or nobody has translated it.

    Args:
        text: The text, in English.
        exercise: The exercise that it is about, whose catalogue goes first.
        kind: What it is, where that is not a sentence of its own: ``hint``, ``misconception``, ``title``.
        into: Another language than that; it is for what is written for others.
    """
    spoken = into or language()
    if spoken == ENGLISH or not text.strip():
        return text
    from grader.model.language.speech import speech

    return speech(spoken, exercise, _Known.sources.get(exercise)).said(text, kind)
