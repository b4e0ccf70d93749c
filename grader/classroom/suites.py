"""The public suites lie beside students' notebooks, and come back with them: no copies of them are kept."""

import contextlib
from collections.abc import Iterator
from typing import Any

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect
from traitlets import Unicode

from grader.classroom.ours import is_ours

_FOLDER = "checks"
"""As `grader.kit.record` calls it, which takes torch to import."""


@contextlib.contextmanager
def left_out(course: CourseDirectory) -> Iterator[None]:
    """Leave the suites out of what is copied inside; other commands of the same server copy them."""
    before = course.ignore
    course.ignore = [*before, _FOLDER]
    try:
        yield
    finally:
        course.ignore = before


class CollectWithoutSuites(ExchangeCollect):  # type: ignore[misc]
    """nbgrader's way to collect, which leaves the suites of the course's own assignments in the exchange."""

    course = Unicode(help="The course's directory.").tag(config=True)

    def do_copy(self, *paths: Any, **options: Any) -> None:
        """Copy one submission."""
        is_left_out = is_ours(self.course, self.coursedir.assignment_id)
        with left_out(self.coursedir) if is_left_out else contextlib.nullcontext():
            super().do_copy(*paths, **options)
