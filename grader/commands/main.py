"""The command line, which `course` and `cli.py` start: thin verbs over `grader`, each loaded when it is asked for."""

from importlib import import_module
from pathlib import Path
from typing import cast

import click

from grader.commands.sections import Sectioned
from grader.model.extras import KIT
from grader.model.language import LANGUAGES, VARIABLE, choose

VERBS = {
    "init": "grader.commands.authoring:init",
    "list": "grader.commands.authoring:list_parts",
    "grade": "grader.commands.grading:grade",
    "regrade": "grader.commands.store:regrade",
    "history": "grader.commands.store:history",
    "verify": "grader.commands.authoring:verify",
    "new": "grader.commands.authoring:new",
    "misconception": "grader.commands.misconception:misconception",
    "translate": "grader.commands.translating:translate",
    "release": "grader.commands.authoring:release",
    "compile": "grader.commands.sealing:compile_suites",
    "import": "grader.commands.imports:import_",
    "nbgrader-import": "grader.commands.classroom:nbgrader_import",
    "similar": "grader.commands.similar:similar",
    "export": "grader.commands.classroom:export",
    "doctor": "grader.commands.authoring:doctor",
    "start": "grader.commands.study:start",
    "check": "grader.commands.study:check",
    "watch": "grader.commands.study:watch",
    "run": "grader.commands.study:run",
    "hint": "grader.commands.study:hint",
    "solution": "grader.commands.study:solution",
    "progress": "grader.commands.study:progress",
    "reset": "grader.commands.study:reset",
}
"""Where each verb lives, in the order of the help page."""


def _speak(context: click.Context, option: click.Parameter, name: str | None) -> None:
    if name:
        choose(name)


def _language() -> click.Option:
    """The option that names the language, which every verb takes too."""
    return click.Option(
        ["--lang"], type=click.Choice([*LANGUAGES]), is_eager=True, expose_value=False, callback=_speak,
        help=f"Show things in this language (default: {VARIABLE}, else the locale's).",
    )  # fmt: skip


class Verbs(Sectioned):
    """A group whose commands are imported on demand, so that each starts as fast as it can."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        if cmd_name not in VERBS:
            return None
        module, function = VERBS[cmd_name].split(":")
        command = cast(click.Command, getattr(import_module(module), function))
        if not any("--lang" in param.opts for param in command.params):
            command.params.append(_language())
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    help="The course's directory (default: the one around you, else this kit's).",
)
@click.version_option(package_name=KIT)
@click.pass_context
def main(context: click.Context, root: Path | None) -> None:
    """Grade and learn PyTorch by rebuilding torch.nn."""
    context.obj = root


main.params.append(_language())


if __name__ == "__main__":
    main()
