"""The terminal report: readable at any width, with and without a terminal, whatever a student wrote."""

import io
import re
import sys
import types
from typing import Any

import pytest
import torch
from rich.cells import cell_len
from rich.console import Console
from torch import nn

from grader.model import ClusterWorker, GradeReport, Verdict
from grader.model.words import LOOKS, clean, in_words, points
from grader.report.terminal import render
from tests import report_samples as samples

OWN_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def printed(report: GradeReport, *, width: int = 80, terminal: bool = False, verbose: bool = False, **more: Any) -> str:
    """What the console would show."""
    file = io.StringIO()
    console = Console(
        file=file, width=width, force_terminal=terminal, color_system="standard" if terminal else None, **more
    )
    render(report, console, verbose=verbose)
    return file.getvalue()


REPORTS = {
    "one student": samples.report(),
    "hostile text": samples.report(samples.evil()),
    "hostile class": samples.report(samples.evil(), samples.ana()),
    "few students": samples.report(samples.ana(), samples.submission("ben", samples.right())),
    "a class": samples.classroom(9, 6),
    "a wide class": samples.classroom(5, 60),
    "a long name": samples.report(samples.submission("x" * 300, samples.wrong()), samples.ana()),
    "nothing": samples.report(samples.submission("carl")),
}


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("name", REPORTS)
def test_nothing_is_wider_than_the_terminal(name: str, terminal: bool, width: int) -> None:
    text = printed(REPORTS[name], width=width, terminal=terminal, verbose=True)
    assert max(cell_len(OWN_COLOUR.sub("", line)) for line in text.splitlines()) <= width


def test_a_failing_criterion_says_all_there_is_to_say() -> None:
    text = printed(samples.report())
    for words in (
        "ana  17 of 81 points, 1 part ungraded",
        "✓ own_work, interface, shapes, values",
        "✗ state: wrong",
        "– numerics: skipped",
        "BatchNorm2d: state  ✗ wrong  0/2 points",
        "running_var differs",
        "layer = BatchNorm2d(2, momentum=0.5).double()",
        "expected    tensor([1.2304, 0.9871])",
        "got         tensor([1.1152, 0.7403])",
        "0.247 at most, at [1]",
        'This looks like a known mistake: "biased running variance". torch tracks',
        "your line 42  mean = x.mean((0, 2))",
        "line 17  torch.nn.functional.batch_norm",
        "Not attempted: SwitchableNorm2d, Flatten",
        "Judged on cpu, sandbox L2",
        "Note: The course seed",
    ):
        assert words in text or words in " ".join(text.split()), words


def test_what_could_not_be_graded_is_loud_and_not_a_zero() -> None:
    text = printed(samples.report())
    assert "COULD NOT BE GRADED: 1 result of 1 student. These are not zeros." in text
    row = next(line for line in text.splitlines() if line.strip().startswith("GroupNorm"))
    assert "ungraded" in row
    assert "0/" not in row


def test_every_verdict_has_a_word_and_a_symbol() -> None:
    assert set(LOOKS) == set(Verdict)
    assert len({look.word for look in LOOKS.values()}) == len(Verdict)
    assert all(look.symbol and look.ascii.isascii() for look in LOOKS.values())


def test_without_a_terminal_there_is_no_escape() -> None:
    assert "\x1b" not in printed(samples.report())


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = printed(samples.report(), terminal=True)
    colours = {code for found in re.findall(r"\x1b\[([0-9;]*)m", text) for code in found.split(";")}
    assert not {code for code in colours if code.startswith(("3", "4", "9")) and len(code) > 1}


def test_student_text_cannot_steer_the_terminal() -> None:
    for terminal in (True, False):
        text = OWN_COLOUR.sub("", printed(samples.report(samples.evil()), terminal=terminal))
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
        assert "owned" not in text
        assert "[bold]red[/bold]" in text
        assert ":boom:" in text
    colours = OWN_COLOUR.findall(printed(samples.report(samples.evil())))
    assert not colours


def test_a_terminal_without_unicode_gets_ascii() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    student = samples.submission("Zoë", samples.wrong())
    for report in (samples.report(student), samples.report(student, samples.evil())):
        render(report, Console(file=file, width=80, force_terminal=False))
    file.flush()
    text = raw.getvalue().decode("ascii")
    assert "x state: wrong" in text
    assert "Zo\\xeb" in text


def test_a_class_is_a_table_and_a_summary() -> None:
    text = printed(samples.classroom(9, 6))
    assert "9 students, median" in text
    assert "Hardest criteria" in text
    assert "Common misconceptions" in text
    assert "import torch" not in text
    assert sum(line.strip().startswith("student00") for line in text.splitlines()) == 9
    assert "import torch" in printed(samples.classroom(9, 6), verbose=True)


def test_a_snippet_as_printed_can_be_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = types.ModuleType("batchnorm")
    vars(answer)["BatchNorm2d"] = lambda *args, **kwargs: nn.BatchNorm2d(*args, track_running_stats=False, **kwargs)
    monkeypatch.setitem(sys.modules, "batchnorm", answer)
    shown: list[Any] = []
    text = OWN_COLOUR.sub("", printed(samples.report(samples.submission("ana", samples.wrong())), terminal=True))
    code = text[text.index("import torch") : text.index("where  ")]
    try:
        exec(code, {"print": lambda *values: shown.append(values[-1])})
    finally:
        torch.set_default_dtype(torch.float32)
    assert shown[0].shape == (2, 2, 1, 2)


def test_many_unattempted_parts_are_one_line() -> None:
    parts = [samples.missing(f"Layer{number}", "a/b") for number in range(80)]
    text = printed(samples.report(samples.submission("ana", *parts)), width=120)
    assert "Layer9 and 70 more" in text
    assert len(text.splitlines()) < 8


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0\x1b\\a", "a"),
        ("\x1b(0q\x9b31mx", "q31mx"),
        ("a\tb\r\nc\u2028d", "a    b\nc d"),
        ("\x1b]never closed", ""),
    ],
)  # fmt: skip
def test_clean(foreign: str, shown: str) -> None:
    assert clean(foreign) == shown


def test_words() -> None:
    assert in_words("BiasedRunningVariance") == in_words("biased_running_variance") == "biased running variance"
    assert [points(value) for value in (0, 1.0, 2.5, 1 / 3, 100.0)] == ["0", "1", "2.5", "0.33", "100"]


def test_workers_of_a_cluster_are_named_and_many_are_counted() -> None:
    able = [
        ClusterWorker(address=f"tcp://10.0.0.{number}:4000", host=f"node{number}", sandbox="L2", parts=number)
        for number in range(40)
    ]
    refused = ClusterWorker(address="tcp://10.0.1.1:4000", host="old", sandbox="L0", refused="It runs answers at L0.")
    few = " ".join(printed(samples.report(workers=(*able[:2], refused)), width=100).split())
    assert "Worker tcp://10.0.0.1:4000 (node1): sandbox L2, parts graded: 1" in few
    assert "Worker tcp://10.0.1.1:4000 (old): It runs answers at L0." in few
    many = " ".join(printed(samples.report(workers=(*able, refused)), width=100).split())
    assert "40 workers: sandbox L2, parts graded: 780" in many
    assert "node1" not in many
    assert "It runs answers at L0." in many
