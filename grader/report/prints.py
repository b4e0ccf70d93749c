"""What a learner's own code printed while it was checked, set apart from the report."""

import re

from rich.console import Console
from rich.text import Text

from grader.model.language import translated
from grader.model.words import clean

_LINES, _WIDTH = 10, 200
"""Lines that are shown, and characters of each."""
_WARNING = re.compile(r"^[^\n]*:\d+: \w*Warning: [^\n]*\n(?:  [^\n]*\n)?", re.MULTILINE)
"""A warning as Python prints it, with the line of code below it: nobody's print."""


def printed(text: str, part: str = "") -> list[str]:
    """The lines to show, each behind a bar so that it cannot be taken for the report's; nothing where nothing is.

    Args:
        text: What was printed.
        part: The part, where something of it failed, so that `course run` shows what it prints on the example.
    """
    lines = clean(_WARNING.sub("", text)).strip("\n").splitlines()
    if not lines:
        return []
    shown = [f"  │ {line[:_WIDTH].rstrip()}" for line in lines[:_LINES]]
    more = len(lines) - _LINES
    also = f"; course run {part} shows what it prints on the example alone" if part else ""
    rest = [f"  ... and {more} more line{'' if more == 1 else 's'}{also}"] if more > 0 else []
    return [translated("Your code printed:"), *shown, *map(translated, rest)]


def render_printed(text: str, console: Console, part: str = "") -> None:
    """Print what a learner's code printed (see `printed`)."""
    lines, bar = printed(text, part), "│"
    if console.options.ascii_only:
        bar = "|"
        lines = [line.replace("│", bar).encode("ascii", "backslashreplace").decode() for line in lines]
    for line in ["", *lines] if lines else []:
        # What was printed is shown as it was, our own words about it are broken between words.
        is_ours = console.is_terminal and not line.startswith(f"  {bar}")
        console.print(Text(line, style="dim"), markup=False, highlight=False, emoji=False, soft_wrap=not is_ours)
