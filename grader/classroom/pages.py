"""What the pages of nbgrader show of a graded part: formgrader's all of it, a student's feedback what is allowed."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader.classroom.feedback import WHOLE, page_of
from grader.classroom.ours import CoursePreprocessor, is_autograded
from grader.course.settings import read_settings
from grader.course.translations import learn_course
from grader.model.language import prefer


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
            root = Path(self.course)
            settings = read_settings(root)
            prefer(settings.language)
            learn_course(root, [(f"{each.parent.name}/{each.name}", each, None) for each in root.glob("solutions/*/*")])
            is_graders = "submission_id" in resources and "nbgrader" not in resources
            policy = WHOLE if is_graders else settings.feedback
            for output in (output for cell in cells for output in cell.outputs if _kept(output)):
                output.data["text/html"] = page_of(output.metadata, policy)
        return nb, resources


def _kept(output: NotebookNode) -> bool:
    return bool(output.get("metadata", {}).get("course"))
