"""`course run`: the example of a part's last failure, run again on the learner's answer as it stands now.

It runs as a learner's own code does when they run it: in a Python of its own on their machine, with what they may do,
and not in the sandbox of a check. Only the answer that a check would load is there to import, so that whatever else its
file does is not done again.
"""

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from types import ModuleType

from grader.kit.outline import Lesson
from grader.model import CourseError
from grader.study.session import Session

SECONDS = 60.0
"""How long it may take."""


def last_failure(session: Session, lesson: Lesson, symbol: str) -> str:
    """The example of the last failure of a part.

    Raises:
        CourseError: where there is none, with what to do.
    """
    progress = session.workspace.progress(lesson.slug, symbol)
    if progress.snippet:
        return progress.snippet
    if not progress.checks:
        raise CourseError(f"{symbol} has not been checked yet.", f"First: course check {symbol}", usage=True)
    if not progress.failed:
        raise CourseError(
            f"Nothing failed when {symbol} was last checked, so there is no example to run.",
            f"Check it again, where you have changed it: course check {symbol}",
            usage=True,
        )
    raise CourseError(
        f"What failed when {symbol} was last checked ({progress.failed}) has no example to run.",
        f"What is wrong says: course check {symbol}",
        usage=True,
    )


def rerun(folder: Path, lesson: Lesson, symbol: str, snippet: str, file: str = "") -> None:
    """Run an example beside an answer; what it prints goes where this program's output goes.

    Args:
        folder: The workspace.
        lesson: The exercise.
        symbol: The part.
        snippet: The example.
        file: The file that failed on it; where that is not known or is gone, the one that holds the part.

    Raises:
        CourseError: where it takes too long.
    """
    order = {
        "folder": str(folder), "assignment": lesson.assignment, "name": lesson.name, "symbol": symbol,
        "snippet": snippet, "file": file,
    }  # fmt: skip
    try:
        subprocess.run(
            [sys.executable, "-m", "grader.study.rerun"],
            input=json.dumps(order),
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CourseError(
            f"The example of {symbol} took longer than {SECONDS:g} s and was ended.", "Perhaps a loop does not end."
        ) from None


def _main() -> None:
    """Load the answer as a module of its exercise's name, and run the example that is on standard input."""
    from grader.answer.attempt import attempted
    from grader.answer.load import load_answer, load_file
    from grader.answer.ran import slice_of
    from grader.study.answers import run_cells

    order = json.load(sys.stdin)
    folder, file = Path(order["folder"]), order["file"]
    answer = (
        load_file(folder, file)
        if file and (folder / file).is_file()
        else load_answer(folder, order["assignment"], order["name"], [order["symbol"]], attempted=attempted)
    )
    module, failure = run_cells(slice_of(answer, [order["symbol"]]), order["name"])
    if not hasattr(module, order["symbol"]):
        from grader.model.language import translated

        print(translated(f"{order['symbol']} could not be loaded: {failure or 'nothing defines it'}."))
        return
    sys.modules[order["name"]] = module
    # In a notebook the example follows the cells.
    within = vars(module) if answer.path.endswith(".ipynb") else vars(ModuleType("__main__"))
    try:
        exec(compile(order["snippet"], "example", "exec"), within)
    except BrokenPipeError:
        # Who reads this has seen enough: `course run … | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        # The first frame is this one's.
        inner = error.__traceback__.tb_next if error.__traceback__ else None
        sys.stdout.flush()
        print("".join(traceback.format_exception(type(error), error, inner)), end="")


if __name__ == "__main__":
    _main()
