"""Make an assignment's capstone notebook from its source, ``solutions/<assignment>/capstone.py`` in percent format."""

from importlib.util import find_spec
from pathlib import Path

from grader.model import CourseError
from grader.model.extras import needs
from grader.release.notebook import written

CAPSTONE_SCRIPT, CAPSTONE = "capstone.py", "capstone.ipynb"


def can_be_made() -> bool:
    """Whether what makes the notebooks is installed."""
    return find_spec("jupytext") is not None


def capstone(path: Path) -> str:
    """The text of the ``.ipynb`` file that a source makes; the same source gives the same bytes.

    Raises:
        CourseError: where the source cannot be read, or jupytext is not installed.
    """
    if not can_be_made():
        raise needs("Writing the capstone notebooks needs jupytext.", "release")
    import jupytext

    try:
        source = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None
    cells = []
    for number, cell in enumerate(source.cells, 1):
        made = {
            "cell_type": cell.cell_type,
            "id": f"capstone-{number}",
            "metadata": {},
            "source": cell.source.splitlines(keepends=True),
        }
        if cell.cell_type == "code":
            made |= {"execution_count": None, "outputs": []}
        cells.append(made)
    return written(cells)
