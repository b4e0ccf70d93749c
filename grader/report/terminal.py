"""A report for a terminal, or as plain text where there is none."""

import statistics
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from grader.model import (
    Counterexample,
    CriterionReport,
    GradeReport,
    OffLimitsUse,
    PartReport,
    SubmissionReport,
    Verdict,
    line_in_words,
)
from grader.model.language import translated
from grader.model.late import late_of
from grader.model.words import LOOKS, clean, lead, look, mistake_in_words, one_line, points, subscript
from grader.report import alike, said, summary

_FEW = 3
"""Students up to whom the details follow the table of a class."""
_NAMES_OF_UNATTEMPTED = 12
_ROWS = 200
"""Students after whom the table begins again, with its heading: no more of a class than this is in memory."""


def render(report: GradeReport, console: Console, *, verbose: bool = False) -> None:
    """Print a report.

    Args:
        report: What was found.
        console: Where to; its width and colours are respected.
        verbose: Show every part, and every student's details.
    """
    _Terminal(console, verbose).report(report)


class _Terminal:
    """A console and what it can show."""

    def __init__(self, console: Console, verbose: bool) -> None:
        self.console, self.verbose = console, verbose
        self.ascii = console.options.ascii_only

    def report(self, report: GradeReport) -> None:
        students = report.submissions
        gathered = summary.Summary()
        longest = 0
        for submission in students:
            gathered.add(submission)
            longest = max(longest, len(one_line(submission.student)))
        if len(students) > 1:
            groups = self.groups(gathered, longest)
            for begin in range(0, len(students), _ROWS):
                self.table_of_students(students[begin : begin + _ROWS], groups)
        if len(students) <= _FEW or self.verbose:
            for submission in students:
                self.student(submission)
        else:
            self.class_summary(gathered, students)
        self.could_not_grade(gathered.ungraded)
        self.footer(report)

    # Words

    def say(self, *parts: RenderableType) -> None:
        """Print without reading markup, emoji codes or links into anything."""
        for part in parts:
            self.console.print(part, markup=False, highlight=False, emoji=False, overflow="fold", soft_wrap=False)

    def text(self, foreign: str, style: str = "", *, lines: bool = False) -> Text:
        """Foreign text without markup, whatever is in it."""
        safe = clean(foreign) if lines else one_line(foreign)
        if self.ascii:
            safe = safe.encode("ascii", "backslashreplace").decode()
        return Text(safe, style=style, overflow="fold")

    def verdict(self, of: Verdict | PartReport | CriterionReport, *, word: bool = True) -> Text:
        shown = LOOKS[of] if isinstance(of, Verdict) else look(of)
        symbol = shown.ascii if self.ascii else shown.symbol
        return Text(f"{symbol} {shown.said}" if word else symbol, style=shown.style)

    # One student

    def student(self, submission: SubmissionReport) -> None:
        attempted = [part for part in submission.parts if part.verdict is not Verdict.NOT_ATTEMPTED]
        missing = [part for part in submission.parts if part.verdict is Verdict.NOT_ATTEMPTED]
        heading = Text.assemble(self.text(submission.student, "bold"), "  ", self.score(submission))
        self.say(Text(), heading, *(self.text(translated(late.text)) for late in late_of(submission)))
        self.say(*self.tables_of_parts(attempted))
        if missing:
            self.say(self.not_attempted(missing))
        for part in attempted:
            self.details(part)
        accepted = [part for part in attempted if part.verdict is Verdict.ACCEPTED and part.message]
        for message in dict.fromkeys(part.message for part in accepted):
            names = ", ".join(part.part for part in accepted if part.message == message)
            self.say(self.text(f"{names}: {translated(message)}", "dim"))

    def score(self, submission: SubmissionReport) -> Text:
        text = Text(translated(f"{points(submission.score)} of {points(submission.max_score)} points"))
        ungraded = sum(part.verdict is Verdict.JUDGE_ERROR for part in submission.parts)
        if ungraded:
            text.append(translated(f", {_count(ungraded, 'part')} ungraded"), LOOKS[Verdict.JUDGE_ERROR].style)
        return text

    def tables_of_parts(self, parts: Sequence[PartReport]) -> Iterable[RenderableType]:
        """A heading and a table for each exercise, all of one width."""
        names = {part.part: Text("  ").append_text(self.text(part.part)) for part in parts}
        width = min(max((text.cell_len for text in names.values()), default=0), max(12, self.console.width // 3))
        by_exercise: dict[str, list[PartReport]] = {}
        for part in parts:
            by_exercise.setdefault(part.exercise, []).append(part)
        for exercise, members in by_exercise.items():
            table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, show_edge=False)
            table.add_column(overflow="fold", width=width)
            table.add_column(justify="right", no_wrap=True, width=8)
            table.add_column(overflow="fold")
            for part in members:
                table.add_row(names[part.part], _of(part), self.criteria(part))
            yield self.text(exercise, "bold dim")
            yield table

    def criteria(self, part: PartReport) -> Text:
        cell = self.verdict(part)
        passed = [item for item in part.criteria if item.verdict is Verdict.ACCEPTED]
        rest = [item for item in part.criteria if item.verdict is not Verdict.ACCEPTED]
        if passed and (rest or part.verdict is not Verdict.ACCEPTED or self.verbose):
            names = ", ".join(item.name for item in passed)
            cell.append("\n").append_text(self.verdict(Verdict.ACCEPTED, word=False)).append(f" {names}")
        for item in rest:
            cell.append("\n").append_text(self.verdict(item.verdict, word=False))
            cell.append(f" {item.name}: {look(item).said}", look(item).style)
            if item.families:
                cell.append_text(Text(clean(said.families(part, item)), LOOKS[item.verdict].style))
        return cell

    def not_attempted(self, parts: Sequence[PartReport]) -> Text:
        names = [part.part for part in parts]
        shown = names if self.verbose or len(names) <= _NAMES_OF_UNATTEMPTED else names[: _NAMES_OF_UNATTEMPTED - 2]
        more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
        return self.text(translated(f"Not attempted: {', '.join(shown)}{more}"), "dim")

    # One part

    def details(self, part: PartReport) -> None:
        told = {criterion.message for criterion in part.criteria}
        if part.message and part.message not in told and part.verdict is not Verdict.ACCEPTED:
            self.section(part, "", part)
            self.say(self.text(said.message(part, part), lines=True))
        for criterion in summary.failing(part):
            self.criterion(part, criterion)
        for criterion in part.criteria:
            if criterion.verdict is Verdict.SKIPPED and self.verbose and criterion.message:
                why = said.message(part, criterion)
                self.say(self.text(translated(f"{part.part}, {criterion.name} skipped: {why}"), "dim"))

    def section(self, part: PartReport, name: str, of: PartReport | CriterionReport, score: str = "") -> None:
        title = self.text(f"{part.part}: {name}" if name else part.part, "bold")
        title.append("  ").append_text(self.verdict(of)).append(f"  {score}" if score else "")
        title.truncate(max(8, self.console.width - 6), overflow="ellipsis" if not self.ascii else "crop")
        self.say(Text(), Rule(title, align="left", style="dim", characters="-" if self.ascii else "─"))

    def criterion(self, part: PartReport, criterion: CriterionReport) -> None:
        worth = translated(f"{_of(criterion)} points", kind="amount") if criterion.max_score else ""
        self.section(part, criterion.name, criterion, worth)
        if criterion.message:
            self.say(self.text(said.message(part, criterion), lines=True))
        if criterion.condition is not None:
            self.say(self.text(said.condition(part, criterion)))
        if criterion.name == "own_work":
            self.facts(*(self.use(use) for use in part.off_limits))
        example = criterion.counterexample
        if example is not None:
            if example.snippet:
                how = Text(translated("To see it, run this beside the answer:"), "dim")
                self.say(Text(), how, self.code(example.snippet), Text())
            values = example.shows_values
            self.facts(
                (said.label("where"), self.text(said.where(example))),
                (said.label("expected"), self.text(said.value(example.expected, values), "green", lines=True)),
                (said.label("got"), self.text(said.value(example.got, values), "red", lines=True)),
                (
                    said.label("differs by"),
                    self.text(translated(_difference(example.difference, example.index), kind="amount")),
                ),
                (translated(_your_line(example)), self.text(example.source.strip())),
            )
        if criterion.transformation:
            self.say(Text(), self.text(said.transformation(part, criterion)))
        if criterion.diagnosis is not None:
            name = said.mistake(part, criterion.diagnosis)
            hint = self.text(said.hint(part, criterion.diagnosis))
            end = lead(".") if hint.plain.isascii() else translated(".")
            looks = lead("This looks like a known mistake:")
            self.say(Text(), Text.assemble(looks, self.text(name, "bold"), end, hint))

    def use(self, use: OffLimitsUse) -> tuple[str, Text]:
        text = Text.assemble(self.text(use.used, "bold"), "\n" if use.source else "", self.text(use.source))
        return (said.label("used") if use.line is None else translated(line_in_words(use.line, use.cell))), text

    def facts(self, *rows: tuple[str, Text]) -> None:
        """A narrow column of labels beside foreign text; rows without text are left out."""
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), show_edge=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for label, text in rows:
            if text.plain:
                table.add_row(label, text)
        if table.row_count:
            self.say(table)

    def code(self, snippet: str) -> RenderableType:
        """Code to copy: without a border, and in colour where there is one."""
        safe = self.text(snippet, lines=True)
        safe.plain = safe.plain.strip("\n")
        if not self.console.is_terminal or self.console.no_color:
            return safe
        return Syntax(safe.plain, "python", theme="ansi_dark", background_color="default", word_wrap=True)

    # A class

    def table_of_students(self, students: Sequence[SubmissionReport], groups: Sequence[str]) -> None:
        table = Table(box=box.ASCII2 if self.ascii else box.SIMPLE_HEAD, show_edge=False, header_style="bold")
        table.add_column(translated("Student"), overflow="fold", max_width=max(10, self.console.width // 3))
        for name in groups:
            table.add_column(self.text(name.rsplit("/", 1)[-1]), justify="right", overflow="fold", max_width=14)
        table.add_column(translated("Points"), justify="right", no_wrap=True)
        for submission in students:
            cells = [self.group_score(submission, name) for name in groups]
            table.add_row(self.text(submission.student), *cells, _of(submission))
        self.say(Text(), table)

    def groups(self, gathered: summary.Summary, longest: int) -> list[str]:
        """Exercises, or else assignments, as far as the terminal is wide enough for a column each."""
        exercises = list(dict.fromkeys(exercise for exercise, _ in gathered.columns))
        assignments = list(dict.fromkeys(exercise.split("/")[0] for exercise in exercises))
        room = self.console.width - min(max(10, self.console.width // 3), max(7, longest)) - 16
        for names in (exercises, assignments):
            if sum(min(14, max(9, len(name.rsplit("/", 1)[-1]))) + 3 for name in names) <= room:
                return names
        return []

    def group_score(self, submission: SubmissionReport, name: str) -> Text:
        parts = [part for part in submission.parts if part.exercise == name or part.exercise.split("/")[0] == name]
        if any(part.verdict is Verdict.JUDGE_ERROR for part in parts):
            return self.verdict(Verdict.JUDGE_ERROR)
        if all(part.verdict is Verdict.NOT_ATTEMPTED for part in parts):
            return Text("–" if not self.ascii else "-", style="dim")
        score, best = sum(part.score or 0 for part in parts), sum(part.max_score for part in parts)
        full = score >= best
        mark = self.verdict(Verdict.ACCEPTED if full else Verdict.WRONG, word=False)
        return Text(f"{points(score)}/{points(best)} ").append_text(mark)

    def class_summary(self, gathered: summary.Summary, students: Sequence[SubmissionReport]) -> None:
        middle = points(statistics.median(gathered.scores or [0]))
        line = f"{_count(len(gathered.scores), 'student')}, median {middle} of {points(gathered.best)} points"
        self.say(Text(), Text(translated(line), style="bold"))
        hard = [
            (translated(f"{row.passed} of {row.judged} passed"), self.text(f"{row.part}: {row.criterion}"))
            for row in gathered.hardest(5)
        ]
        self.list_of("Hardest criteria", hard)
        shared = [
            (translated(_count(row.students, "student"), kind="amount"), self.text(f"{row.part}: {_mistake(row)}"))
            for row in gathered.common(5)
        ]
        self.list_of("Common misconceptions", shared)
        # Those that have a name are in the list above.
        unnamed = [group for group in gathered.alike.groups() if not group.misconception][:5]
        self.list_of(
            "Fail alike, with no name yet",
            [
                (translated(_count(group.size, "student"), kind="amount"), self.fail_alike(group, students))
                for group in unnamed
            ],
        )

    def fail_alike(self, group: alike.Group, students: Sequence[SubmissionReport]) -> Text:
        failure = alike.example(group, students)
        text = self.text(group.part)
        if failure is not None:
            text.append(f": {failure.name}: ").append_text(self.text(translated(failure.message, group.exercise)))
        whom = translated(f" (as {students[group.members[0]].student})")
        # A line of foreign text loses the space before it, which Chinese brackets do not want.
        return text.append(" " if whom.startswith(" ") else "").append_text(self.text(whom))

    def list_of(self, title: str, rows: Iterable[tuple[str, Text]]) -> None:
        rows = list(rows)
        if rows:
            self.say(Text(), Text(translated(title), style="bold"))
            self.facts(*rows)

    # The run

    def could_not_grade(self, rows: Sequence[summary.Ungraded]) -> None:
        if not rows:
            return
        style = LOOKS[Verdict.JUDGE_ERROR].style
        students = len({row.student for row in rows})
        title = (
            f"COULD NOT BE GRADED: {_count(len(rows), 'result')} of {_count(students, 'student')}. These are not zeros."
        )
        lines: list[RenderableType] = [Text(), Text(translated(title), style=style)]
        for row in rows:
            what = ", ".join(item for item in (row.student, row.exercise, row.part, row.criterion) if item)
            line = Text.assemble(self.verdict(Verdict.JUDGE_ERROR, word=False), " ", self.text(what, "bold"))
            lines.append(line.append(": ").append_text(self.text(translated(row.message))) if row.message else line)
        self.say(Group(*lines))

    def footer(self, report: GradeReport) -> None:
        versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
        line = f"Judged on {report.device}, sandbox {report.sandbox}" + (f", {versions}" if versions else "") + "."
        self.say(Text(), self.text(translated(line), "dim"))
        for line in summary.of_workers(report.workers):
            self.say(self.text(translated(line), "dim"))
        for note in report.notes:
            self.say(self.text(translated(f"Note: {note}"), "dim"))


def _of(item: PartReport | CriterionReport | SubmissionReport) -> str:
    if item.score is None or (not isinstance(item, SubmissionReport) and item.verdict is Verdict.JUDGE_ERROR):
        return LOOKS[Verdict.JUDGE_ERROR].said
    return f"{points(item.score)}/{points(item.max_score)}"


def _mistake(row: summary.Common) -> str:
    return mistake_in_words(one_line(row.misconception), row.part, row.exercise)


def _your_line(example: Counterexample) -> str:
    return f"your {line_in_words(example.line, example.cell)}" if example.line else "your line"


def _difference(difference: float | None, index: tuple[int, ...] | None) -> str:
    if difference is None:
        return ""
    return f"{difference:.3g} at most" + (f", at {subscript(index)}" if index else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
