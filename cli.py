"""The command line: thin verbs over `grader`, each loaded when it is asked for."""

from pathlib import Path

import click

from grader.commands.verbs import Verbs


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    help="The course's directory (default: the one around you, else this kit's).",
)
@click.version_option(package_name="torch-course-kit")
@click.pass_context
def main(context: click.Context, root: Path | None) -> None:
    """Grade and learn PyTorch by rebuilding torch.nn."""
    context.obj = root


if __name__ == "__main__":
    main()
