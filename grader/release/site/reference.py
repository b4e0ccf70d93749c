"""The reference: every command as the command line describes it, the criteria and the verdicts."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import click

from grader.model import CRITERIA, DEPENDS, Verdict
from grader.model.words import LOOKS
from grader.release.site.page import Page
from grader.release.site.source import SiteCourse
from grader.release.site.words import ENGLISH, Language

COMMANDS, CRITERIA_PAGE, VERDICTS = (
    PurePosixPath("reference") / name for name in ("commands.md", "criteria.md", "verdicts.md")
)
_JUDGING = PurePosixPath("docs/judging.md")

Sections = Mapping[str, Mapping[str, click.Command]]
"""The verbs of each section of the help page."""


def reference_pages(course: SiteCourse, sections: Sections, language: Language) -> Iterator[Page]:
    """The three pages."""
    more = ""
    if (course.root / _JUDGING).is_file():
        title = (course.root / _JUDGING).read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        more = language("more", title=title, page=f"../{_JUDGING}") + "\n"
    yield _page(COMMANDS, language, "commands", _commands(sections, language))
    yield _page(CRITERIA_PAGE, language, "criteria", f"{_criteria(language)}\n\n{more}")
    yield _page(VERDICTS, language, "verdicts", f"{_verdicts(language)}\n\n{more}")


def _page(path: PurePosixPath, language: Language, name: str, body: str) -> Page:
    about = language(f"{name}_text")
    text = f"# {language(name)}\n\n{about}\n\n{body}"
    return Page(path=path, title=language(name), text=text, meta={"description": about.replace("`", "")})


def _criteria(language: Language) -> str:
    rows = [f"| {language('criterion')} | {language('depends')} | {language('holds')} |", "| --- | --- | --- |"]
    for name in CRITERIA:
        before = ", ".join(f"`{other}`" for other in DEPENDS.get(name, ())) or "–"
        rows.append(f"| `{name}` | {before} | {language(f'criterion.{name}')} |")
    return "\n".join(rows)


def _verdicts(language: Language) -> str:
    rows = [f"| {language('verdict')} | {language('said')} | {language('meaning')} |", "| --- | --- | --- |"]
    for verdict in Verdict:
        look = LOOKS[verdict]
        rows.append(f"| `{verdict}` | {look.symbol} {look.word} | {language(f'verdict.{verdict}')} |")
    return "\n".join(rows)


def _commands(sections: Sections, language: Language) -> str:
    """The verbs, as they describe themselves: in English."""
    pieces = []
    for heading, verbs in sections.items():
        pieces.append(f"## {heading}")
        pieces += [_command(name, command, language) for name, command in verbs.items()]
    text = "\n\n".join(pieces)
    return text if language is ENGLISH else f'<div lang="{ENGLISH.tag}" markdown="1">\n\n{text}\n\n</div>'


def _command(name: str, command: click.Command, language: Language) -> str:
    context = click.Context(command, info_name=f"course {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    pieces = [f"### course {name}", f"```text\ncourse {name} {usage}\n```", _plain(command.help or "")]
    options = [item for item in command.params if isinstance(item, click.Option)]
    records = [record for item in options if (record := item.get_help_record(context))]
    rows = [f"| `{option}` | {_cell(said)} |" for option, said in records]
    if rows:
        pieces.append("\n".join((f"| {language('option')} | {language('meaning')} |", "| --- | --- |", *rows)))
    return "\n\n".join(pieces)


def _plain(text: str) -> str:
    """A help text as Markdown: its paragraphs, and the code in them."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.replace("\b", "").split("\n\n")]
    return "\n\n".join(_escaped(paragraph) for paragraph in paragraphs)


def _cell(text: str) -> str:
    return _escaped(" ".join(text.split())).replace("|", "&#124;")


def _escaped(text: str) -> str:
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(
        piece if piece.startswith("`") else re.sub(r"([\\*_\[\]$])", r"\\\1", piece).replace("<", "&lt;")
        for piece in pieces
    )
