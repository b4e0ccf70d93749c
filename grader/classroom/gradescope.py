"""Grade what Gradescope hands to its autograder: https://gradescope-autograders.readthedocs.io/en/latest/specs/.

`grader.release.gradescope` makes the zip file whose ``run_autograder`` starts this. Whatever happens, it leaves a
``results.json``; one without a score says that nothing was graded, and Gradescope then enters none.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from grader.answer.confined import start
from grader.answer.load import find_exercise, misplaced
from grader.course.catalogue import Course
from grader.course.settings import read_settings
from grader.exports import gradescope
from grader.host.launch import cool_down, warm_up
from grader.kit.load import load_course
from grader.model import CourseError, GradeReport
from grader.model.files import NotOrdinary, read_ordinary, write_whole
from grader.model.names import printable
from grader.model.policy import redact
from grader.report.terminal import render

GRADED, UNGRADED = 0, 3
"""Exit statuses: there is a score, or there is none and ``results.json`` says why."""
LEAST_SANDBOX = "L1"
"""Below it, an answer could write its own results."""
_SANDBOX_VARIABLE = "COURSE_MIN_SANDBOX"
_SUFFIXES = (".py", ".ipynb")
_MOST_BYTES = 128 * 2**20
_MOST_FOLDERS = 3
"""Folders in one another that a submission may be wrapped in, as archives are."""
_MOST_NAMED = 20
_OOM_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Where the answers to grade are, and what is to be said of that."""

    folder: Path
    notes: tuple[str, ...] = ()


def main(base: Path) -> int:
    """Grade as `run` does, with what takes long to start started before torch is imported here."""
    try:
        warm_up(read_settings(base / "source" / "course").limits)
        start()
    except CourseError:
        pass  # which `run` meets as well, and tells
    try:
        return run(base)
    finally:
        cool_down()


def run(base: Path) -> int:
    """Grade the submission below a directory that is laid out like Gradescope's ``/autograder``.

    What is printed is for the instructor; what the student sees is in ``results/results.json``.

    Returns:
        The exit status: `GRADED` or `UNGRADED`.
    """
    began = time.monotonic()
    try:
        document, status = _graded(base), GRADED
    except CourseError as error:
        document, status = not_graded(f"{error.what} {error.fix}".strip()), UNGRADED
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        document, status = not_graded(f"The autograder failed ({type(error).__name__})."), UNGRADED
    if status == UNGRADED:
        print(document["output"])
    document["execution_time"] = round(time.monotonic() - began, 1)
    results = base / "results"
    results.mkdir(exist_ok=True)
    write_whole(results / "results.json", json.dumps(document, indent=1, allow_nan=False) + "\n")
    return status


def not_graded(why: str) -> dict[str, Any]:
    """Results without a score: Gradescope reports the run as failed, and enters none."""
    text = f"Not graded, and no points are lost by it: {why} Your instructor can run the autograder again."
    return {"output": text, "stdout_visibility": "hidden"}


def _graded(base: Path) -> dict[str, Any]:
    course = load_course(base / "source" / "course")
    only = json.loads((base / "source" / "graded.json").read_text(encoding="utf-8"))["only"]
    killed = _killed_for_memory()
    with TemporaryDirectory() as scratch:
        handed_in = find(base / "submission", course, Path(scratch))
        report = _grade(course, only, handed_in.folder)
    render(report, Console(file=sys.stdout, width=110, color_system=None, highlight=False))
    if _killed_for_memory() > killed:
        raise CourseError(
            "The container ran out of memory.", "It needs more than this: see the assignment's autograder settings."
        )
    (seen,) = redact(report, course.feedback).submissions
    document = gradescope.document(seen)
    for line in _about_points(base, seen.max_score):
        print(line)
    document["output"] = "\n".join(
        [*handed_in.notes, "Graded on hidden cases.", f"Answers ran at sandbox level {report.sandbox}."]
    )
    document["extra_data"] = {
        "sandbox": report.sandbox,
        "versions": dict(report.versions),
        "suites": {f"{part.exercise}:{part.part}": part.suite for part in seen.parts},
    }
    return document


def _grade(course: Course, only: list[str], folder: Path) -> GradeReport:
    # Not above: they import torch, which the worker does meanwhile.
    from grader.grading.options import Options
    from grader.grading.schedule import GradingRun, Watcher, grade
    from grader.grading.store import Store

    # One process: how many cores a container may use is not what the machine has, and its memory is scarce.
    options = Options(only=only, device="cpu", jobs=1, seed="", limits=course.limits)
    with closing(Store(None)) as store:
        level = os.environ.get(_SANDBOX_VARIABLE, LEAST_SANDBOX)
        report = grade(course, [folder], options, GradingRun(store=store, watcher=Watcher(), min_sandbox=level))
        # The store holds what the report reads.
        return replace(report, submissions=tuple(report.submissions))


def find(submission: Path, course: Course, scratch: Path) -> HandedIn:
    """Where the answers of a submission are: as uploaded, else brought to where they are looked for.

    A lone folder around everything, as archives and repositories have, is gone into. Where an answer has the wrong
    place, or a name that its browser gave it, it is copied to the right one, unless something is there.

    Args:
        submission: What was handed in.
        course: What is graded.
        scratch: An empty folder for copies.

    Raises:
        CourseError: where there is no such folder.
    """
    if not submission.is_dir():
        raise CourseError("There is no submission.")
    folder = _unwrapped(submission, {exercise.assignment for exercise in course.exercises})
    moved = dict(_moved(folder, course))
    notes = [f"{printable(name)} was graded as {place}." for name, place in moved.items()]
    if moved:
        for name, place in {**{name: name for name in _in_place(folder, course)}, **moved}.items():
            notes += _copied(folder / name, folder, scratch / place)
        folder = scratch
    found = {Path(name).with_suffix("").as_posix() for name in _in_place(folder, course)}
    for exercise in course.exercises:
        if not found.intersection((exercise.slug, exercise.name)):
            notes.append(f"{exercise.slug}.py was not handed in, nor {exercise.name}.py, nor a notebook of that name.")
    if not found:
        names = sorted(printable(path.name) for path in submission.iterdir())[:_MOST_NAMED]
        notes.append(f"Handed in: {', '.join(names) or 'nothing'}.")
    return HandedIn(folder, tuple(notes))


def _unwrapped(folder: Path, assignments: set[str]) -> Path:
    for _ in range(_MOST_FOLDERS):
        inside = [path for path in folder.iterdir() if path.name[0] not in "._"]
        if len(inside) != 1 or inside[0].name in assignments or inside[0].is_symlink() or not inside[0].is_dir():
            break
        folder = inside[0]
    return folder


def _in_place(folder: Path, course: Course) -> Iterator[str]:
    for exercise in course.exercises:
        for stem in (exercise.slug, exercise.name):
            for suffix in _SUFFIXES:
                if os.path.lexists(folder / (stem + suffix)):
                    yield stem + suffix


def _moved(folder: Path, course: Course) -> Iterator[tuple[str, str]]:
    """Files that answer an exercise of which nothing is in its place, each with that place."""
    symbols = {
        (exercise.assignment, exercise.name): [part.symbol for part in exercise.parts] for exercise in course.exercises
    }
    places = misplaced(folder, symbols.keys())
    found = {Path(name).with_suffix("").as_posix() for name in _in_place(folder, course)}
    taken = {key for key in symbols if found.intersection(("/".join(key), key[1]))}
    taken |= {(place.split("/")[0], Path(place).stem) for place in places.values()}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _SUFFIXES and not path.is_symlink() and path.stem not in (key[1] for key in symbols):
            key = find_exercise(path, symbols)
            if key is not None and key not in taken:
                places[path.name] = f"{key[0]}/{key[1]}{path.suffix.lower()}"
    for place in set(places.values()):
        meant = [name for name in places if places[name] == place]
        if len(meant) == 1:
            yield meant[0], place


def _copied(path: Path, root: Path, target: Path) -> Iterator[str]:
    """Copy a file, or say why it cannot be: what a student's archive holds is for the student to mend."""
    try:
        content = read_ordinary(path, _MOST_BYTES, root)
    except (NotOrdinary, OSError) as error:
        yield f"{printable(path.name)} {error}."
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, content)
    times = path.stat()
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))


def _about_points(base: Path, most: float) -> Iterator[str]:
    """A line where the assignment is worth something else on Gradescope; nothing where that is not known."""
    try:
        metadata = json.loads((base / "submission_metadata.json").read_text(encoding="utf-8"))
        worth = float(metadata["assignment"]["total_points"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if worth != most:
        yield f"On Gradescope the assignment is worth {worth:g} points; these parts are worth {most:g}."


def _killed_for_memory() -> int:
    """How many processes of this container were killed because its memory was used up; 0 where nobody counts."""
    for path in map(Path, _OOM_COUNTERS):
        counts: Mapping[str, str] = {}
        try:
            counts = dict(line.split() for line in path.read_text(encoding="ascii").splitlines())
            return int(counts["oom_kill"])
        except (OSError, ValueError, KeyError):
            continue
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
