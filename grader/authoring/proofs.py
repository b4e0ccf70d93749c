"""What `course verify` proves about parts and exercises, and the table that shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from grader.authoring.mutants import Mutant
from grader.model import Explained, Hole, HoleKind


@dataclass
class PartProof:
    """What was proved about one part."""

    exercise: str
    symbol: str
    cases: int = 0
    right: int = 0
    wrong: int = 0
    wrong_killed: int = 0
    told: Explained = field(default_factory=Explained)
    """What its known-wrong answers are told."""
    seconds: float = 0.0
    holes: list[Hole] = field(default_factory=list)

    @property
    def alarms(self) -> int:
        """Correct answers that were refused."""
        return sum(hole.kind is HoleKind.REFUSED for hole in self.holes)

    def hole(self, kind: HoleKind, text: str) -> None:
        """Note what could not be proved."""
        self.holes.append(Hole(kind=kind, text=text))


@dataclass
class ExerciseProof:
    """What was proved about one exercise."""

    exercise: str
    parts: list[PartProof] = field(default_factory=list)
    silent: int = 0
    killed: int = 0
    survivors: list[tuple[Mutant, str]] = field(default_factory=list)
    """Mutants that nothing noticed, with the reason the exercise gives, if it gives one."""
    mutants_told: Explained = field(default_factory=Explained)
    """What some of the silent ones are told."""
    holes: list[Hole] = field(default_factory=list)
    """The holes of its parts, with the part's symbol before the text, and its own."""
    seconds: float = 0.0

    @property
    def kill_rate(self) -> float | None:
        """Fraction of the silent mutants that change behaviour and were noticed."""
        unexplained = sum(not why for _, why in self.survivors)
        return self.killed / (self.killed + unexplained) if self.killed + unexplained else None


def render(proofs: Sequence[ExerciseProof], console: Console, *, survivors: bool = False) -> None:
    """Print the table of what was proved, the holes, and the surviving mutants."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("part", no_wrap=True)
    # The width of a terminal is that of the longest symbol and these.
    names = ("cases", "right", "wrong\nkilled", "told", "mis-\nnamed", "mutants\nkilled", "false\nalarms", "s")
    for name in names:
        table.add_column(name, justify="right")
    for proof in proofs:
        mutated = f"{proof.killed}/{proof.silent}" if proof.silent else ""
        table.add_row(
            f"[bold]{proof.exercise}[/bold]", "", "", "", *_told(proof.mutants_told), mutated,
            "", f"{proof.seconds:.0f}",
        )  # fmt: skip
        for part in proof.parts:
            table.add_row(
                f"  {part.symbol}", str(part.cases), str(part.right), f"{part.wrong_killed}/{part.wrong}",
                *_told(part.told), "", str(part.alarms), f"{part.seconds:.0f}",
            )  # fmt: skip
    console.print(table)
    for proof in proofs:
        for mutant, why in proof.survivors:
            if survivors or not why:
                console.print(
                    f"{proof.exercise}, line {mutant.line}: survives: {mutant.change}" + (f" ({why})" if why else ""),
                    markup=False,
                )
    holes = [f"{proof.exercise}: {hole}" for proof in proofs for hole in proof.holes]
    for hole in holes:
        console.print(f"HOLE {hole}", markup=False)
    console.print("No holes." if not holes else "1 hole." if len(holes) == 1 else f"{len(holes)} holes.")


def _told(counts: Explained) -> tuple[str, ...]:
    """What answers are told, as the cells of a row: of an exercise its mutants, of a part its known-wrong answers."""
    return (f"{counts.told}/{counts.failing}", str(counts.misnamed)) if counts.failing else ("", "")
