"""What the pages of nbgrader show of a graded part: formgrader's all of it, a student's feedback what is allowed."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader.classroom.feedback import WHOLE, page_of
from grader.classroom.ours import CoursePreprocessor, is_autograded
from grader.course.settings import read_settings


class ShowReports(CoursePreprocessor):
    """Makes the reports of a page from what grading has kept, by the `[feedback]` of today.

    Whatever is not known to be formgrader's page is held to that.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Renew the reports of one notebook.

        Raises:
            CourseError: where the course's settings cannot be read.
        """
        cells = [cell for cell in nb.cells if is_autograded(cell) and any(map(_kept, cell.outputs))]
        if cells:
            is_graders = "submission_id" in resources and "nbgrader" not in resources
            policy = WHOLE if is_graders else read_settings(Path(self.course)).feedback
            for output in (output for cell in cells for output in cell.outputs if _kept(output)):
                output.data["text/html"] = page_of(output.metadata, policy)
        return nb, resources


def _kept(output: NotebookNode) -> bool:
    return bool(output.get("metadata", {}).get("course"))
