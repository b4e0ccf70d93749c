"""Two repositories for GitHub: the template of the students' ones, and one from which an instructor grades them all.

The template is a student's kit in which the answers are written in place, with a workflow that checks them. The other
has the exercises sealed, and a workflow that fetches and grades every night.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.model import CourseError
from grader.model.files import write_whole
from grader.release.checker import CHECKER, COMMANDS, bundle, table
from grader.release.filled import filled
from grader.release.pins import pins
from grader.release.sealed import seal
from grader.release.write import build_kit, write_build
from grader.suite.provider import Suites

TEMPLATE, INSTRUCTOR = "template", "instructor"
_PYTHON = "3.12"
_WORKFLOWS = PurePosixPath(".github/workflows")
_START_MINUTES = 10
_MOST_MINUTES = 350
"""GitHub ends a job after 360."""

_STUDENT = """\
# {title}

You rebuild layers of PyTorch. Write in the files below, commit, and push: each push is checked, and the run (see
*Actions*) has a table of what is right and what is not yet. The checks are the public cases, which are in this
repository; your answer is graded on further ones, so let it be right rather than fit the ones you see.

## Check before you push

You need Python 3.11 or newer. In this folder:

```console
$ python3 -m venv .venv
$ . .venv/bin/activate
$ pip install ./{checker}
$ course watch
```

On Windows the second line is `.venv\\Scripts\\activate`. `course watch` checks each file that you save. Begin with
`{first}.py`; its lesson is in `{first}.ipynb`, where you may write as well.

{commands}

## What there is

{assignments}
"""

_TEACHER = """\
# {title}: grading

This repository holds the hidden cases. Keep it private, in the organization of the class or elsewhere.

1. Make a private repository of this folder.
2. Make a fine-grained token that may read *Contents* of the class's repositories, and keep it here as the secret
   `CLASSROOM_TOKEN` (Settings, Secrets and variables, Actions).
3. Where the defaults do not fit, set the variables `ORGANIZATION` (that of this repository's owner) and `PREFIX`
   (`{prefix}-`): GitHub Classroom calls a student's repository like the assignment, with a hyphen and the student's
   login after it. Call no other repository like that, nor the template.

Every night, and whenever you start *Grade* under *Actions*, each repository is fetched and graded on the hidden cases.
The run's summary has a table; its artifact `results` has a page for each student, `scores.csv`, and `grades.json` for
`course export`. A repository that cannot be fetched, and a part that could not be judged, fail the run: they are not
zeros.
"""

_IGNORED = {
    TEMPLATE: (".venv/", "__pycache__/", ".ipynb_checkpoints/", "/.course.json", "/backup/", "/results/"),
    INSTRUCTOR: ("/submissions/", "/results/"),
}


def write_repositories(
    course: Course, exercises: Sequence[CourseExercise], public: Suites, hidden: Suites, directory: Path
) -> Sequence[Path]:
    """Write both, over what an earlier release left there.

    Args:
        course: The course.
        exercises: Which of its exercises.
        public: The public suites.
        hidden: The hidden suites of these exercises, for the CPU.
        directory: Where to.

    Returns:
        The files written.

    Raises:
        CourseError: where the directory cannot be written.
    """
    chosen = replace(course, exercises=exercises)
    template, instructor = directory / TEMPLATE, directory / INSTRUCTOR
    made = build_kit(chosen, public, bundled=True)
    made.texts.update(_template(chosen, public))
    written = list(write_build(made, template))
    try:
        instructor.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in _instructor(chosen):
            path = instructor / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
            written.append(path)
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}.", "Name another directory.") from None
    written += seal(chosen, exercises, hidden, instructor / "course")
    return written


def _template(course: Course, public: Suites) -> Iterator[tuple[PurePosixPath, str]]:
    points: dict[str, float] = {}
    for exercise in course.exercises:
        most = sum(public.points(exercise, part) for part in exercise.parts)
        points[exercise.assignment] = points.get(exercise.assignment, 0.0) + most
    parts = sum(len(exercise.parts) for exercise in course.exercises)
    minutes = min(_MOST_MINUTES, _START_MINUTES + round(parts * course.limits.part_seconds / 60))
    yield (
        PurePosixPath("README.md"),
        _STUDENT.format(
            title=course.title,
            checker=CHECKER,
            first=course.exercises[0].slug,
            commands=COMMANDS,
            assignments=table(points),
        ),
    )
    yield PurePosixPath(CHECKER) / "constraints.txt", pins()
    yield PurePosixPath(".gitignore"), _lines(_IGNORED[TEMPLATE])
    yield _WORKFLOWS / "check.yml", filled("check.yml", MINUTES=minutes, PYTHON=_PYTHON)


def _instructor(course: Course) -> Iterator[tuple[PurePosixPath, bytes]]:
    assignments = list(dict.fromkeys(exercise.assignment for exercise in course.exercises))
    prefix = assignments[0] if len(assignments) == 1 else re.sub(r"\W+", "-", course.title).strip("-").lower()
    yield PurePosixPath("README.md"), _TEACHER.format(title=course.title, prefix=prefix).encode()
    yield PurePosixPath("fetch.sh"), filled("fetch.sh").encode()
    yield PurePosixPath(".gitignore"), _lines(_IGNORED[INSTRUCTOR]).encode()
    yield _WORKFLOWS / "grade.yml", filled("grade.yml", PREFIX=prefix, PYTHON=_PYTHON).encode()
    yield from bundle()
    yield PurePosixPath(CHECKER) / "constraints.txt", pins().encode()


def _lines(patterns: Sequence[str]) -> str:
    return "".join(f"{pattern}\n" for pattern in patterns)
