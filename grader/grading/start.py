"""Start what grades: this process, several processes or a cluster, whichever a run is worth."""

import os
from collections.abc import Callable, Sequence

from grader.course.catalogue import Course
from grader.course.engine import CLUSTER, engine_digest
from grader.grading.in_process import InProcess
from grader.grading.options import Options
from grader.grading.pool import Pool
from grader.grading.processes import Processes
from grader.grading.select import Chosen, Selection
from grader.model.extras import needs

ANSWERS_A_PROCESS = 4
"""Answers of one student that justify the start of another process, which imports torch twice."""


def start_pool(
    course: Course,
    selection: Selection,
    chosen: Sequence[Chosen],
    options: Options,
    min_sandbox: str,
    say: Callable[[str], None],
) -> Pool:
    """The pool that the options ask for, of a size that the class is worth.

    Raises:
        CourseError: where a cluster is asked for and cannot be used.
    """
    if options.cluster:
        return _cluster(course, options, min_sandbox, say)
    slugs = {exercise.slug for each in chosen for exercise in each.asked}
    parts = [(exercise.slug, part.symbol) for exercise, part in selection if exercise.slug in slugs]
    useful = max(len(chosen), sum(len(each.asked) for each in chosen) // ANSWERS_A_PROCESS)
    jobs = min(options.jobs or os.cpu_count() or 1, useful)
    if jobs <= 1 or options.device == "cuda":
        return InProcess(course, options)
    return Processes(course, options, jobs, parts)


def _cluster(course: Course, options: Options, min_sandbox: str, say: Callable[[str], None]) -> Pool:
    try:
        from grader.grading.cluster.pool import Cluster
    except ImportError as error:
        raise needs(f"--cluster needs Dask's distributed: {error}.", "cluster") from None
    return Cluster(course, options, engine_digest(CLUSTER), min_sandbox, say)
