"""What an exercise's author has still to write, as far as its text shows it."""

from grader.course.declared import DeclaredExercise
from grader.course.pitfalls import mistagged
from grader.model import Hole, HoleKind


def holes(exercise: DeclaredExercise) -> list[Hole]:
    """The pitfalls whose tags are missing or wrong, and the misconceptions that wait for a name or a hint."""
    symbols = [part.symbol for part in exercise.parts]
    found = [Hole(kind=HoleKind.PITFALL, text=text) for text in mistagged(exercise.tagged_handout, symbols)]
    for item in exercise.begun_misconceptions:
        text = f"the misconception {item.name} waits for its {' and '.join(item.missing)}; nobody is told of it before"
        found.append(Hole(kind=HoleKind.UNFINISHED, text=text).of_part(item.part))
    return found
