"""How the command line presents its verbs: by what one does with them, with a guess at what was mistyped."""

import difflib

import click

from grader.model.language import translated

SECTIONS = {
    "Learn": ("start", "watch", "check", "run", "hint", "solution", "progress", "reset", "list"),
    "Grade": ("grade", "regrade", "history", "similar", "export", "import", "nbgrader-import", "compile", "doctor"),
    "Author": ("init", "new", "verify", "translate", "release", "misconception"),
}
"""The verbs of each section, in the order of the help page."""
_OTHER = "Other"
_MOST = 200
"""Characters of a verb's first sentence; the formatter breaks it into lines."""


class Sectioned(click.Group):
    """A group whose commands are listed in sections; one that is in none comes last."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that was typed, or say which may have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = difflib.get_close_matches(args[0].casefold(), self.list_commands(ctx), n=2, cutoff=0.5)
            # Newer versions of click say so themselves, where they find one.
            if not close or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean {' or '.join(close)}?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs in sections."""
        verbs = self.list_commands(ctx)
        known = [name for section in SECTIONS.values() for name in section]
        longest = max(map(len, verbs))
        for heading, names in {**SECTIONS, _OTHER: [name for name in verbs if name not in known]}.items():
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                if command is not None:
                    rows.append((name.ljust(longest), translated(command.get_short_help_str(_MOST), kind="help")))
            if rows:
                with formatter.section(translated(heading, kind="help")):
                    formatter.write_dl(rows)
