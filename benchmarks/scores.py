"""Whether a change of the engine moves a score: every known answer, judged before and after.

    python -m benchmarks.scores collect ANSWERS              in the version before: write every known answer
    python -m benchmarks.scores judge ANSWERS before.json    in the version before
    python -m benchmarks.scores judge ANSWERS after.json     in the version after
    python -m benchmarks.scores compare before.json after.json

The answers are those of ``examples/``, of ``tests/submissions/``, and of every exercise the reference, the right
answers in other styles and the misconceptions; a misconception is judged on its own part only.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

from grader.answer.attempt import attempted
from grader.answer.load import load_answer
from grader.authoring.wrong_answers import misconception_source
from grader.course.catalogue import Course
from grader.grading.judge import Judge
from grader.grading.options import Options
from grader.kit.load import load_course

HERE = Path(__file__).parents[1]
INDEX = "index.json"
SECONDS = 2.0
"""For a case: what hangs is to be found out soon."""

Unit = tuple[str, str, list[str]]
"""A student's directory, an exercise, and the parts that are judged."""


def collect(target: Path) -> int:
    """Write a student's directory for every known answer, and what is judged of each; how many there are."""
    course = load_course(HERE)
    units: list[Unit] = []
    everything = {exercise.slug: [part.symbol for part in exercise.parts] for exercise in course.exercises}
    for folder in sorted(path for path in (HERE / "examples").iterdir() if path.is_dir()):
        shutil.copytree(folder, target / f"example-{folder.name}")
        handed_in = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.*")}
        units += [(f"example-{folder.name}", slug, everything[slug]) for slug in sorted(handed_in & everything.keys())]
    for student, slug, symbols, suffix, content in (*_of_the_zoo(course), *_of_the_exercises(course)):
        path = target / student / f"{slug}{suffix}"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        units.append((student, slug, symbols))
    (target / INDEX).write_text(json.dumps(units, indent=1), encoding="utf-8")
    return len(units)


def _of_the_zoo(course: Course) -> Iterator[tuple[str, str, list[str], str, bytes]]:
    slugs = {part.symbol: exercise.slug for exercise, part in course.select([])}
    for path in sorted((HERE / "tests" / "submissions").glob("*/*.*")):
        symbol, _, name = path.stem.partition("__")
        yield f"zoo-{path.parent.name}-{symbol}-{name}", slugs[symbol], [symbol], path.suffix, path.read_bytes()


def _of_the_exercises(course: Course) -> Iterator[tuple[str, str, list[str], str, bytes]]:
    for exercise in course.exercises:
        everything = [part.symbol for part in exercise.parts]
        answers = [("reference", everything, exercise.reference_source)]
        answers += [(f"right-{name}", everything, source) for name, source in exercise.right.items()]
        for item in exercise.misconceptions:
            source = misconception_source(exercise, item)
            answers.append((f"wrong-{item.part}-{item.name}", [item.part], source))
        for name, symbols, source in answers:
            yield f"{exercise.assignment}-{exercise.name}-{name}", exercise.slug, symbols, ".py", source.encode()


def judge(answers: Path, output: Path) -> int:
    """Judge all of it, in as many processes as there are processors; how many parts there are."""
    units: list[Unit] = [tuple(unit) for unit in json.loads((answers / INDEX).read_text(encoding="utf-8"))]
    processes = cpu_count() or 1
    # Those of one exercise together: each process then compiles suites that no other does.
    slugs = sorted({slug for _, slug, _ in units})
    shares = [[unit for unit in units if slugs.index(unit[1]) % processes == number] for number in range(processes)]
    found: dict[str, dict[str, str]] = {}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for some in pool.map(partial(_judged, answers), shares):
            found |= some
    output.write_text(json.dumps(dict(sorted(found.items())), indent=1), encoding="utf-8")
    return len(found)


def _judged(answers: Path, units: list[Unit]) -> dict[str, dict[str, str]]:
    """Of each part of each answer: its verdict and score, and those of its criteria."""
    course = load_course(HERE)
    limits = replace(course.limits, case_seconds=SECONDS)
    found = {}
    with closing(Judge(Options(device="cpu", seed="same", limits=limits, shrink_seconds=0.0))) as judging:
        for student, slug, symbols in units:
            exercise = course.exercise(slug)
            everything = [part.symbol for part in exercise.parts]
            answer = load_answer(answers / student, exercise.assignment, exercise.name, everything, attempted=attempted)
            parts = [part for part in exercise.parts if part.symbol in symbols]
            for report in judging.judge(exercise, parts, answer):
                found[f"{student} {report.part}"] = {"part": f"{report.verdict} {report.score}"} | {
                    item.name: f"{item.verdict} {item.score}" for item in report.criteria
                }
    return found


def compare(before: Path, after: Path) -> list[str]:
    """What differs between two judgements, one line each."""
    one, other = (json.loads(path.read_text(encoding="utf-8")) for path in (before, after))
    lines = [f"{key}: only {'after' if key in other else 'before'}" for key in sorted(one.keys() ^ other.keys())]
    for key in sorted(one.keys() & other.keys()):
        if one[key] != other[key]:
            changed = [
                f"{name} {one[key].get(name)} → {other[key].get(name)}"
                for name in {**one[key], **other[key]}
                if one[key].get(name) != other[key].get(name)
            ]
            lines.append(f"{key}: {'; '.join(changed)}")
    return lines


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["collect", answers]:
            print(f"{collect(Path(answers))} answers.")
        case ["judge", answers, output]:
            print(f"{judge(Path(answers), Path(output))} parts judged.")
        case ["compare", before, after]:
            found = compare(Path(before), Path(after))
            print("\n".join([*found, f"{len(found)} of the parts differ."]))
            sys.exit(bool(found))
        case _:
            sys.exit(__doc__)
