"""The lessons have one template, and `course verify` names what departs from it."""

from pathlib import Path

import pytest

from grader.authoring.lesson import SECTIONS, departures, holes, words
from grader.authoring.scaffold import new_exercise
from grader.course.catalogue import declared_exercises
from grader.course.settings import read_settings

ROOT = Path(__file__).parent.parent
LESSONS = {exercise.slug: exercise for exercise in declared_exercises(ROOT)}

CODE = "```python\nassert 1 + 1 == 2  # code is no prose: organization\n```\n"
QUESTION = "<details><summary>Why?</summary>\n\nBecause.\n</details>\n\n"
TEXT = {
    "What fails without it": CODE,
    "A worked example": CODE,
    "The backward pass": "$$y = x$$\n",
    "Pitfalls": "<details><summary>Later</summary>\n\n- It rains. <!-- criterion: values -->\n\n</details>\n",
    "Bad arguments": "None are judged.\n",
    "How it is checked": "Side by side.\n",
    "Out of scope": "Snow.\n",
    "Questions": 4 * QUESTION,
    "Extensions": "- Snow.\n- Hail.\n",
    "History and further reading": (
        "[Noah](https://arxiv.org/abs/1), *On the behavior of rain*. [torch](https://docs.pytorch.org/docs/rain.html), "
        "[source](https://github.com/pytorch/pytorch/blob/main/rain.py).\n"
    ),
}
FIGURE = "![Rain falls from a cloud on the left onto a field, and snow from a cloud on the right](figures/rain.png)\n\n"
OPENING = (
    "# Rain\n\nIt falls.\n\n**You will be able to** stay dry.\n\n**You need** a coat.\n\n"
    "*Difficulty: 2 of 5 · about 40 minutes · after: linear/linear, modules/tools*\n\n"
)
DERIVATION = "## The formula, in one line\n\n" + FIGURE + 810 * "drop "


def lesson(*, opening: str = OPENING, derivation: str = DERIVATION, drop: str = "", **instead: str) -> str:
    text = {**TEXT, **{name.replace("_", " "): body for name, body in instead.items()}}
    sections = [f"## {name}\n\n{body}\n" for name, body in text.items() if name != drop]
    return "\n".join([opening, sections[0], derivation + "\n", *sections[1:]])


def test_a_lesson_of_the_template_has_no_hole() -> None:
    assert list(departures(lesson(), ROOT / "solutions")) == []
    assert tuple(TEXT) == SECTIONS


def test_words_are_those_of_the_prose() -> None:
    assert words("It's one, of well-known five: $x + y$\n\n```\ncode\n```\n<!-- a tag -->") == 6
    assert words("## Bad arguments\n\n- none of these\n\n## After\n\n[a link](https://no.word)") == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lesson(drop="Extensions"), "has no section 'Extensions'"),
        (lesson(drop="Pitfalls") + f"\n## Pitfalls\n\n{TEXT['Pitfalls']}", "in another order"),
        (lesson(derivation=FIGURE + 810 * "drop "), "the derivation"),
        (lesson() + "\n## Credits\n\nNoah.\n", "'Credits' belongs before 'Pitfalls'"),
        (lesson(opening=OPENING.replace("**You need**", "It takes")), "begins with **You need**"),
        (lesson(opening=OPENING.replace("about 40", "40")), "has no line *Difficulty"),
        (lesson(opening=OPENING.replace("2 of 5", "7 of 5")), "difficulty is 7"),
        (lesson(opening=OPENING.replace("modules/tools", "modules/fools")), "after 'modules/fools'"),
        (lesson(What_fails_without_it="Nothing.\n"), "'What fails without it' has no Python that asserts"),
        (lesson(A_worked_example="```python\n1 + 1\n```\n"), "'A worked example' has no Python that asserts"),
        (lesson(A_worked_example=CODE + "```python\nprint(torch.ones(2), nn)\n```\n"), "does not import nn, torch"),
        (lesson(A_worked_example=CODE + "```python\nrain falls\n```\n"), "is no Python"),
        (lesson(Pitfalls="- It rains.\n"), "pitfalls are not folded"),
        (lesson(Questions=3 * QUESTION), "has 3 questions"),
        (lesson(Extensions="- One.\n"), "has 1 extensions"),
        (lesson(History_and_further_reading="[Noah](https://arxiv.org/abs/1)\n"), "no link to torch's"),
        (lesson(derivation=DERIVATION.replace(" from a cloud on the left onto a field", "")), "alt text"),
        (lesson(derivation=DERIVATION.replace(FIGURE, "")), "has no figure"),
        (lesson(derivation=DERIVATION.replace(810 * "drop ", "Short.")), "words; 800 to 1500 are asked for"),
        (lesson(derivation=DERIVATION + "Its color is grey."), "British English: color"),
    ],
)  # fmt: skip
def test_what_departs_from_the_template_is_named(text: str, said: str) -> None:
    found = list(departures(text, ROOT / "solutions"))
    assert found
    assert all(said in each for each in found), found


def test_the_line_is_that_of_the_order_of_learning(tmp_path: Path) -> None:
    folder = tmp_path / "solutions" / "linear" / "linear"
    (tmp_path / "solutions" / "modules" / "tools").mkdir(parents=True)
    (tmp_path / "solutions" / "modules" / "tools" / "exercise.py").touch()
    folder.mkdir(parents=True)
    (folder / "exercise.py").touch()
    (folder / "handout.md").write_text(lesson(), encoding="utf-8")
    (exercise,) = [one for one in declared_exercises(tmp_path) if one.name == "linear"]
    road = 'after = ["linear/linear", "modules/tools"]\ndifficulty = 2\nminutes = {}\n'
    (folder / "road.toml").write_text(road.format(40), encoding="utf-8")
    assert holes(exercise) == []
    (folder / "road.toml").write_text(road.format(45), encoding="utf-8")
    assert ["about 45 minutes" in hole.text for hole in holes(exercise)] == [True]


def test_only_a_quick_look_accepts_a_draft(tmp_path: Path) -> None:
    new_exercise(tmp_path, "basics/affine")
    (exercise,) = declared_exercises(tmp_path)
    assert holes(exercise, quick=True) == []
    assert "the lesson is a draft: it has <!-- draft -->" in [hole.text for hole in holes(exercise)]


@pytest.mark.parametrize("slug", sorted(LESSONS))
def test_the_lessons_of_the_course_are_of_the_template(slug: str) -> None:
    assert read_settings(ROOT).template
    assert [hole.text for hole in holes(LESSONS[slug])] == []
