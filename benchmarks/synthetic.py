"""A synthetic class: right, wrong, unfinished, crashing and hanging answers in the proportions of a real one."""

from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

from grader.authoring.mutants import mutants
from grader.authoring.wrong_answers import misconception_source
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.release.stub import stub_of

MIX: Mapping[str, int] = {
    "right": 32, "misconception": 9, "mutant": 3, "not written": 3, "raising": 1, "crashing": 1, "hanging": 1,
}  # fmt: skip
"""Of as many students as these add up to, how many hand in what; every such group hands in the same answers."""
GROUP = sum(MIX.values())

_ENDINGS = {
    "raising": "        raise RuntimeError('not finished')\n",
    "crashing": "        import os\n        os.abort()\n",
    "hanging": "        while True:\n            pass\n",
}


def answers(exercise: CourseExercise) -> dict[str, list[str]]:
    """A group's answers to an exercise, by kind."""
    symbols = [part.symbol for part in exercise.parts]
    right = [exercise.reference_source, *exercise.right.values()]
    wrong = [misconception_source(exercise, item) for item in exercise.misconceptions]
    # Spread over the file, so that not all of them are in the first function.
    changed = [mutant.source for mutant in mutants(exercise.reference_source)]
    changed = changed[:: max(1, len(changed) // MIX["mutant"])]
    found = {"right": right, "misconception": wrong, "mutant": changed, "not written": [stub_of(exercise)]}
    for kind, ending in _ENDINGS.items():
        overridden = "".join(
            f"\n\nclass {symbol}({symbol}):\n    def forward(self, *args, **kwargs):\n{ending}" for symbol in symbols
        )
        found[kind] = [exercise.reference_source + overridden]
    return {kind: list(islice(cycle(found[kind]), count)) for kind, count in MIX.items()}


def order() -> list[tuple[str, int]]:
    """Kind and number of each answer of a group, mixed evenly, so that the first ten are like the rest."""
    placed = [((number + 0.5) / count, kind, number) for kind, count in MIX.items() for number in range(count)]
    return [(kind, number) for _, kind, number in sorted(placed)]


def make_class(course: Course, only: Sequence[str], students: int, folder: Path) -> list[Path]:
    """Write the students' directories, no two with the same bytes, and give them back.

    Args:
        course: The course.
        only: What they hand in: parts, exercises or assignments.
        students: How many there are.
        folder: Where to.
    """
    exercises = list({exercise.slug: exercise for exercise, _ in course.select(only)}.values())
    handed_in = {exercise.slug: answers(exercise) for exercise in exercises}
    places = order()
    made = []
    for number in range(students):
        home = folder / f"student{number:05}"
        kind, which = places[number % GROUP]
        for exercise in exercises:
            file = home / f"{exercise.slug}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            text = handed_in[exercise.slug][kind][which]
            file.write_text(f"{text}\n# handed in by student {number}\n", encoding="utf-8")
        made.append(home)
    return made
