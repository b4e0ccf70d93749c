"""Write the course's site."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from grader.commands.sections import SECTIONS
from grader.model.names import tame


def to_site(root: Path, only: Sequence[str], directory: Path) -> None:
    """Write the site of the course in a directory, of all of it or of what is named."""
    from grader.release.site.build import build_site

    count = build_site(root, directory, commands(), only)
    click.echo(f"Wrote {count} pages to {tame(str(directory))}. To read them: python -m http.server -d {directory}")


def commands() -> Mapping[str, Mapping[str, click.Command]]:
    """The verbs by the section of the help page that they are in."""
    from grader.commands.main import main

    context = click.Context(main)
    found = {
        section: {name: command for name in names if (command := main.get_command(context, name)) is not None}
        for section, names in SECTIONS.items()
    }
    return {section: verbs for section, verbs in found.items() if verbs}
