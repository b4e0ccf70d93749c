"""``python -m benchmarks.against BASE``: what this code costs beside another version of the kit, on the same answers.

Both grade through their own ``course grade``, turn by turn, so that a machine that slows down slows down both.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from benchmarks.synthetic import make_class
from grader.course.catalogue import Course
from grader.kit.load import load_course

ROOT = Path(__file__).resolve().parent.parent
SEED = "against"
EXERCISES = ("linear/linear", "normalization/batchnorm", "convolution/conv", "recurrent/cells", "modules/module")
"""What a class hands in."""


@dataclass(frozen=True)
class Spent:
    """Medians of one measure, of the base and of this code."""

    what: str
    unit: str
    base: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Ours over the base's."""
        return median(self.ours) / median(self.base)


class Version:
    """A checkout of the kit, with a cache of its own suites."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self._folder = root, folder
        folder.mkdir(parents=True)

    def grade(self, students: Sequence[Path], only: Sequence[str], jobs: int) -> tuple[float, float]:
        """Wall and processor seconds of grading them all anew."""
        store = self._folder / "grades.sqlite"
        for file in self._folder.glob("grades.sqlite*"):
            file.unlink()
        words = [word for name in only for word in ("--only", name)]
        command = [
            sys.executable, "cli.py", "grade", *map(str, students), *words, "--seed", SEED, "--jobs", str(jobs),
            "--case-seconds", "1", "--store", str(store), "--format", "json", "--quiet",
        ]  # fmt: skip
        environment = os.environ | {"COURSE_CACHE": str(self._folder / "cache"), "PYTHONPATH": str(self.root)}
        began, before = time.perf_counter(), _processor()
        done = subprocess.run(command, cwd=self.root, env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise click.ClickException(f"grading with {self.root} ended with status {done.returncode}")
        return time.perf_counter() - began, _processor() - before


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@click.command()
@click.argument("base", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("only", nargs=-1)
@click.option("--students", default=50, show_default=True, help="Size of the class.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of which the median counts.")
def main(base: Path, only: Sequence[str], students: int, rounds: int) -> None:
    """Compare with the kit in BASE (such as a `git worktree` of an earlier commit) on what is handed in for ONLY."""
    console = Console(highlight=False)
    course, wanted = load_course(ROOT), list(only or EXERCISES)
    with tempfile.TemporaryDirectory() as folder:
        versions = Version(base.resolve(), Path(folder) / "base"), Version(ROOT, Path(folder) / "ours")
        in_both = parts_of_both(course, versions[0].root)
        perfect = [perfect_student(course, Path(folder) / "perfect")]
        nobody = Path(folder) / "nobody"
        nobody.mkdir()
        whole = make_class(course, wanted, students, Path(folder) / "class")
        rows = [
            *compare("a perfect student", versions, perfect, in_both, rounds, 1, console),
            *compare(f"a class of {students}, a student", versions, whole, wanted, rounds, 2, console),
            *compare("nothing handed in", versions, [nobody], wanted[:1], rounds, 1, console),
        ]
    table = Table(title=f"this code beside {base}", title_justify="left")
    for name in ("what", "unit", "base", "ours", "ours / base"):
        table.add_column(name, justify="left" if name in ("what", "unit") else "right")
    for row in rows:
        table.add_row(row.what, row.unit, f"{median(row.base):.2f}", f"{median(row.ours):.2f}", f"{row.ratio:.2f}")
    console.print(table)
    console.print(f"medians of {rounds} rounds, turn by turn; a perfect student answers {len(in_both)} exercises")


def parts_of_both(course: Course, base: Path) -> list[str]:
    """The exercises that the base has, too."""
    return [each.slug for each in course.exercises if (base / "solutions" / each.slug / f"{each.name}.py").is_file()]


def perfect_student(course: Course, home: Path) -> Path:
    """A student's directory with every reference in its place."""
    for exercise in course.exercises:
        file = home / f"{exercise.slug}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(exercise.folder / f"{exercise.name}.py", file)
    return home


def compare(
    what: str,
    versions: Sequence[Version],
    students: Sequence[Path],
    only: Sequence[str],
    rounds: int,
    jobs: int,
    console: Console,
) -> list[Spent]:
    """Wall and processor seconds for each student; the first round, in which suites are compiled, does not count."""
    wall, processor = Spent(what, "wall s"), Spent(what, "processor s")
    for number in range(rounds + 1):
        began = time.perf_counter()
        # Who begins changes, as what runs second finds the machine warmer.
        for index in (0, 1) if number % 2 else (1, 0):
            seconds, used = versions[index].grade(students, only, jobs)
            if number:
                (wall.ours if index else wall.base).append(seconds / len(students))
                (processor.ours if index else processor.base).append(used / len(students))
        console.print(f"{what}: round {number} of {rounds}, {time.perf_counter() - began:.0f} s", style="dim")
    return [wall, processor]


if __name__ == "__main__":
    main()
