"""The page on scale says what was measured, and the class that is measured is the one it describes."""

import ast
import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import scale, synthetic
from grader.kit.load import load_course

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
COURSE = load_course(ROOT)
MEASURED = json.loads(scale.MEASURED.read_text(encoding="utf-8"))


def test_the_page_is_what_was_measured() -> None:
    assert scale.PAGE.read_text(encoding="utf-8") == scale.render(MEASURED), "run: python -m benchmarks.scale"


def test_a_class_holds_the_kinds_that_the_page_names() -> None:
    assert Counter(kind for kind, _ in synthetic.order()) == synthetic.MIX
    # The first ten are not all of one kind.
    assert len({kind for kind, _ in synthetic.order()[:10]}) > 2
    assert MEASURED["mix"] == synthetic.MIX


def test_every_answer_of_a_class_is_python(tmp_path: Path) -> None:
    made = synthetic.make_class(COURSE, ["Flatten"], synthetic.GROUP, tmp_path)
    texts = [(home / "linear" / "linear.py").read_text(encoding="utf-8") for home in made]
    for text in texts:
        ast.parse(text)
    assert len(set(texts)) == synthetic.GROUP


def test_more_workers_help_until_something_breaks() -> None:
    simulation = scale.Simulation(MEASURED)
    hours = [simulation.row(workers)["hours"] for workers in (1, 16, 10**6)]
    assert hours[0] == pytest.approx(16 * hours[1])
    slowest = max(simulation.serial().values())
    assert hours[2] == pytest.approx(scale.SUBMISSIONS * slowest / 3600)
    assert simulation.breaks()[0][1] == pytest.approx(simulation.worker_seconds / slowest)
