"""Load a course: one that declares its exercises, or a kit that was released from one."""

from pathlib import Path

from grader.course.catalogue import Course, course_of, declared_exercises
from grader.course.settings import read_settings
from grader.course.translations import learn_course
from grader.model.language import prefer


def load_course(root: Path) -> Course:
    """Read a course's settings and find its exercises.

    Raises:
        CourseError: where there is no course, or its settings cannot be read.
    """
    settings = read_settings(root)
    prefer(settings.language)
    if not settings.is_kit:
        declared = declared_exercises(root)
        learn_course(root, [(exercise.slug, exercise.folder, None) for exercise in declared])
        return course_of(root, settings, declared)
    # Reading records takes torch, which a course's own listing does without.
    from grader.kit.recorded import recorded_exercises

    recorded = recorded_exercises(root, settings.assignments)
    learn_course(root, [(exercise.slug, exercise.folder, exercise.record.path) for exercise in recorded])
    return course_of(root, settings, recorded)
