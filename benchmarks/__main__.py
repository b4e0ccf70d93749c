"""``make bench``: judging overhead, the first verdict and a child's memory, each against its yardstick in one run."""

import os
from collections.abc import Sequence
from pathlib import Path

import click
import torch
from rich.console import Console
from rich.table import Table

from benchmarks import catalogue, classroom, overhead, study
from grader.kit.load import load_course

ROOT = Path(__file__).resolve().parent.parent
OVERHEAD, FIRST_VERDICT, CHILD_MB = 1.5, 2.0, 60
RECHECK, STARTS, COMPILING, GRADING, CLASSROOM = 0.5, 0.3, 120, 60, 10
"""What is asked for: at most these ratios, this memory beyond the server's shared pages, these seconds."""
DEAREST = 12
"""Parts of which the costs are listed."""


@click.command()
@click.argument("parts", nargs=-1)
@click.option("--rounds", default=7, show_default=True, help="Rounds of which the median counts.")
def main(parts: tuple[str, ...], rounds: int) -> None:
    """Measure the parts named (default: all)."""
    torch.set_num_threads(1)
    console = Console(highlight=False)
    course = load_course(ROOT)
    cache = Path(os.environ.get("COURSE_CACHE", ROOT / ".course-cache")) / "suites"
    table = Table(title="grading a part, against a bare loop over the same cases", title_justify="left")
    for name in ("part", "cases", "graded ms", "bare ms", "ratio"):
        table.add_column(name, justify="left" if name == "part" else "right")
    rows = overhead.judging(course, course.select(parts), cache, rounds)
    for row in rows:
        table.add_row(row.part, str(row.cases), f"{row.graded * 1e3:.0f}", f"{row.bare * 1e3:.0f}", f"{row.ratio:.2f}")
    graded, bare = sum(row.graded for row in rows), sum(row.bare for row in rows)
    table.add_row("all", "", f"{graded * 1e3:.0f}", f"{bare * 1e3:.0f}", f"{graded / bare:.2f}")
    console.print(table)
    console.print(f"asked for: at most {OVERHEAD}")
    show_costs(console, catalogue.costs(course, course.select(parts)))
    first, imported = overhead.first_verdict(ROOT, cache, rounds)
    console.print(
        f"first verdict, warm cache: {first / imported:.2f} times `import torch` (asked for: {FIRST_VERDICT})"
    )
    memory = overhead.child_memory(course, cache)
    console.print(f"a child after a part's cases: {memory:.0f} MB beyond shared pages (asked for: {CHILD_MB})")
    first, imported = study.first_check(ROOT, cache, rounds)
    console.print(f"first `course check`: {first / imported:.2f} times `import torch` (asked for: {FIRST_VERDICT})")
    console.print(f"a solved part again: {study.recheck(ROOT, cache, rounds):.2f} s (asked for: {RECHECK})")
    began, judged = study.after_a_save(ROOT, cache, rounds)
    console.print(f"`course watch`, from a save to the start of its check: {began:.2f} s (asked for: {STARTS})")
    console.print(f"and to its verdict: {judged:.2f} s")
    show_classroom(console, list(classroom.paces(ROOT, course, cache.parent)))


def show_costs(console: Console, costs: catalogue.Costs) -> None:
    """Print what compiling the suites and grading right answers took, and which parts took most of it."""
    table = Table(title="the dearest parts of the course, in seconds", title_justify="left")
    for name in ("part", "cases", "compiling its suite", "grading the reference"):
        table.add_column(name, justify="left" if name == "part" else "right")
    for row in sorted(costs.parts, key=lambda row: -(row.compiled + row.graded))[:DEAREST]:
        table.add_row(f"{row.exercise} {row.part}", str(row.cases), f"{row.compiled:.1f}", f"{row.graded:.2f}")
    compiled, graded = sum(row.compiled for row in costs.parts), sum(row.graded for row in costs.parts)
    table.add_row(f"all {len(costs.parts)}", "", f"{compiled:.1f}", f"{graded:.2f}")
    console.print(table)
    console.print(
        f"all suites from nothing: {costs.compiling:.0f} s in {costs.processes} processes (asked for: {COMPILING})"
    )
    lost = [row.part for row in costs.parts if not row.perfect]
    console.print(
        f"right answers to everything, warm: {costs.grading:.1f} s in one process (asked for: {GRADING}), "
        + (f"points lost in {', '.join(lost)}" if lost else "every point earned")
    )


def show_classroom(console: Console, found: Sequence[classroom.Pace | str]) -> None:
    """Print what a submission costs in each grader, against ours."""
    table = Table(title=f"a notebook of {classroom.EXERCISE}, in seconds", title_justify="left")
    for name in ("grader", "the first", "each one more", "times ours", "processor", "times ours"):
        table.add_column(name, justify="left" if name == "grader" else "right")
    paces = [pace for pace in found if not isinstance(pace, str)]
    ours = paces[0]
    for pace in paces:
        wall, processor = pace.more / ours.more, pace.processor / ours.processor
        times = f"{pace.first:.2f}", f"{pace.more:.2f}", f"{wall:.1f}", f"{pace.processor:.2f}", f"{processor:.1f}"
        table.add_row(pace.name, *times)
    console.print(table)
    for sentence in found:
        if isinstance(sentence, str):
            console.print(sentence)
    console.print(f"asked for: the others at least {CLASSROOM} times ours")


if __name__ == "__main__":
    main()
