"""The verbs of the command line by what one does with them, each imported when it is asked for."""

import difflib
from importlib import import_module
from typing import cast

import click

SECTIONS = {
    "Learn": {
        "start": "grader.commands.study:start",
        "watch": "grader.commands.study:watch",
        "check": "grader.commands.study:check",
        "run": "grader.commands.study:run",
        "hint": "grader.commands.study:hint",
        "solution": "grader.commands.study:solution",
        "progress": "grader.commands.study:progress",
        "reset": "grader.commands.study:reset",
        "list": "grader.commands.authoring:list_parts",
    },
    "Grade": {
        "grade": "grader.commands.grading:grade",
        "regrade": "grader.commands.store:regrade",
        "history": "grader.commands.store:history",
        "export": "grader.commands.classroom:export",
        "nbgrader-import": "grader.commands.classroom:nbgrader_import",
        "doctor": "grader.commands.authoring:doctor",
    },
    "Author": {
        "new": "grader.commands.authoring:new",
        "verify": "grader.commands.authoring:verify",
        "release": "grader.commands.authoring:release",
        "misconception": "grader.commands.misconception:misconception",
    },
}
"""Where each verb lives, in the order of the help page."""

VERBS = {name: place for section in SECTIONS.values() for name, place in section.items()}


_MOST = 200
"""Characters of a verb's first sentence; the formatter breaks it into lines."""


class Verbs(click.Group):
    """A group whose commands are imported on demand, so that each starts as fast as it can."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        if cmd_name not in VERBS:
            return None
        module, function = VERBS[cmd_name].split(":")
        return cast(click.Command, getattr(import_module(module), function))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that was typed, or say which may have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = difflib.get_close_matches(args[0].casefold(), VERBS, n=2, cutoff=0.5)
            # Newer versions of click say so themselves, where they find one.
            if not close or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean {' or '.join(close)}?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs in sections."""
        longest = max(map(len, VERBS))
        for heading, verbs in SECTIONS.items():
            found = [(name.ljust(longest), self.get_command(ctx, name)) for name in verbs]
            with formatter.section(heading):
                formatter.write_dl([(name, verb.get_short_help_str(_MOST)) for name, verb in found if verb is not None])
