"""Whether a change of the engine moves a score: every known answer, graded before and after.

    python -m benchmarks.scores collect ANSWERS       in the version before: a student for every known answer
    course grade ANSWERS/* --seed same --fresh --format json > before.json      in the version before
    course grade ANSWERS/* --seed same --fresh --format json > after.json       in the version after
    python -m benchmarks.scores compare before.json after.json

The answers are those of ``examples/``, of ``tests/submissions/``, and of every exercise the reference, the right
answers in other styles and the misconceptions.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.authoring.wrong_answers import misconception_source
from grader.course.catalogue import Course
from grader.kit.load import load_course

HERE = Path(__file__).parents[1]


def collect(target: Path) -> int:
    """Write a student's directory for every known answer; how many there are."""
    course = load_course(HERE)
    for folder in sorted((HERE / "examples").iterdir()):
        if folder.is_dir():
            shutil.copytree(folder, target / f"example-{folder.name}")
    answers = [*_of_the_zoo(course), *_of_the_exercises(course)]
    for student, slug, suffix, content in answers:
        path = target / student / f"{slug}{suffix}"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return len(answers)


def _of_the_zoo(course: Course) -> Iterator[tuple[str, str, str, bytes]]:
    slugs = {part.symbol: exercise.slug for exercise, part in course.select([])}
    for path in sorted((HERE / "tests" / "submissions").glob("*/*.*")):
        symbol, _, name = path.stem.partition("__")
        yield f"zoo-{path.parent.name}-{symbol}-{name}", slugs[symbol], path.suffix, path.read_bytes()


def _of_the_exercises(course: Course) -> Iterator[tuple[str, str, str, bytes]]:
    for exercise in course.exercises:
        answers = {"reference": exercise.reference_source}
        answers |= {f"right-{name}": source for name, source in exercise.right.items()}
        for item in exercise.misconceptions:
            answers[f"wrong-{item.part}-{item.name}"] = misconception_source(exercise, item)
        for name, source in answers.items():
            yield f"{exercise.assignment}-{exercise.name}-{name}", exercise.slug, ".py", source.encode()


def compare(before: Path, after: Path) -> list[str]:
    """What differs between two reports, a line each."""
    one, other = _scores(before), _scores(after)
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


def _scores(path: Path) -> dict[str, dict[str, str]]:
    """Of each part of each student: its verdict and score, and those of its criteria."""
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {
        f"{student['student']} {part['exercise']}:{part['part']}": {
            item.get("name", "part"): f"{item['verdict']} {item['score']}" for item in (part, *part["criteria"])
        }
        for student in report["submissions"]
        for part in student["parts"]
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["collect", answers]:
            print(f"{collect(Path(answers))} answers.")
        case ["compare", before, after]:
            found = compare(Path(before), Path(after))
            print("\n".join([*found, f"{len(found)} of the parts differ."]))
            sys.exit(bool(found))
        case _:
            sys.exit(__doc__)
