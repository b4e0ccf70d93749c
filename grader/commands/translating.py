"""Translate a course: its catalogues brought up to date, and what they lack."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from grader.commands import BROKEN, report_errors
from grader.course.paths import own_root
from grader.model import CourseError


@click.command()
@click.argument("language", metavar="LANGUAGE")
@click.argument("names", metavar="[EXERCISE]...", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing: say what is missing or stale, entry by entry.")
@click.option("--engine", is_flag=True, help="Say it of the engine's own catalogue, which is written by hand.")
@click.pass_obj
@report_errors
def translate(root: Path | None, language: str, names: Sequence[str], check: bool, engine: bool) -> None:
    """Bring a course's catalogues for a language up to date: one beside each lesson, one of the course.

    Names are exercises or assignments; without one, all are meant. What is translated already stays.

    Exit status: with --check, 1 where something is missing or stale.
    """
    from grader.authoring import translating
    from grader.course.declared import declared
    from grader.course.exercise import needs_solutions
    from grader.course.road import Leg, read_legs
    from grader.course.settings import read_settings
    from grader.course.translations import TAGS, catalogue_path
    from grader.kit.load import load_course
    from grader.model.language.catalogue import read

    if language not in TAGS:
        raise CourseError(f"There are no catalogues for {language!r}.", f"Known: {', '.join(TAGS)}.", usage=True)
    if engine:
        from grader.authoring.engine_texts import faults

        lines = faults(language)
        for line in lines:
            click.echo(line)
        sys.exit(BROKEN if lines and check else 0)
    course = load_course(own_root(root))
    if course.is_kit:
        raise needs_solutions("Translating takes")
    legs = read_legs(course.root)
    chosen = dict.fromkeys(exercise.slug for exercise, _ in course.select(names))
    work = [(slug, course.exercise(slug).folder) for slug in chosen]
    work += [] if names else [("", course.root / "solutions")]
    lacking = 0
    for slug, folder in work:
        if slug:
            wanted = [*translating.texts(declared(course.exercise(slug)), legs.get(slug, Leg()))]
        else:
            wanted = [*translating.course_texts(read_settings(course.root), course.root)]
        path = catalogue_path(folder, language)
        if check:
            found = translating.faults(read(path), wanted)
        else:
            catalogue = translating.updated(folder, wanted, language, slug)
            translating.write(folder, catalogue, language)
            found = translating.faults(catalogue, wanted)
        lacking += len(found)
        size = len({entry.key for entry in wanted})
        click.echo(f"{path.relative_to(course.root)}: {size} texts, to do: {len(found)}")
        for line in found if check else ():
            click.echo(f"    {line}")
    if check and lacking:
        sys.exit(BROKEN)
