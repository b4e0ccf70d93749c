"""Translations: catalogues, and lessons that are held to their source."""

import shutil
from pathlib import Path

import pytest

from grader.authoring import translating
from grader.authoring.engine_texts import faults
from grader.authoring.translation import departures, digest, holes, of_lesson
from grader.course.catalogue import declared_exercises
from grader.course.road import Leg, read_legs
from grader.course.settings import read_settings
from grader.course.translations import translation
from grader.model import CourseError
from grader.model.language import catalogue as catalogues
from grader.model.language.catalogue import FUZZY, TEMPLATE, Catalogue, Entry
from grader.report.screen import section_of

ROOT = Path(__file__).parent.parent
LESSONS = {exercise.slug: exercise for exercise in declared_exercises(ROOT)}
LEGS = read_legs(ROOT)
LANGUAGES = read_settings(ROOT).languages


# Catalogues.


def test_what_is_written_is_what_is_read() -> None:
    entries = [
        Entry(kind="hint", text='He said "no"\n\tand \\left', said="他说“不”", notes=("a note",), remarks=("mine",)),
        Entry(text="{0} of {1}", said="{1} 里的 {0}", flags=frozenset({TEMPLATE, FUZZY}), before="{0} in {1}"),
        Entry(kind="title", text="Gone", said="没有了", is_obsolete=True),
    ]
    text = catalogues.written(Catalogue(entries, "above\nall"), "zh_CN")
    again = catalogues.parsed(text)
    assert (again.comment, list(again.entries)) == ("above\nall", entries)
    assert again.shown.keys() == {entries[0].key}
    assert catalogues.written(again, "zh_CN") == text


def test_gettexts_own_long_strings_are_read() -> None:
    (entry,) = catalogues.parsed('msgid ""\n"one "\n"two"\nmsgstr ""\n"eins "\n"zwei"\n').entries
    assert (entry.text, entry.said) == ("one two", "eins zwei")


def test_what_is_no_catalogue_is_told_with_its_line() -> None:
    with pytest.raises(CourseError, match="line 2: msgstr two is not PO"):
        catalogues.parsed('msgid "one"\nmsgstr two\n')
    with pytest.raises(CourseError, match='"one" is there twice'):
        catalogues.parsed('msgid "one"\nmsgstr "1"\n\nmsgid "one"\nmsgstr "2"\n')


def test_an_update_keeps_what_is_translated() -> None:
    old = Catalogue(
        [
            Entry(kind="hint", text="Take the mean over the last axis.", said="对最后一轴取均值。"),
            Entry(kind="hint", text="Something else altogether", said="别的"),
            Entry(kind="title", text="Norm", said="归一化"),
        ]
    )
    wanted = [
        Entry(kind="title", text="Norm"),
        Entry(kind="hint", text="Take the mean over the last axes."),
        Entry(text="new"),
    ]
    made = catalogues.merged(old, wanted, "")
    norm, mean, new, gone = made.entries
    assert norm.said == "归一化"
    assert (mean.said, mean.before, FUZZY in mean.flags) == (
        "对最后一轴取均值。",
        "Take the mean over the last axis.",
        True,
    )
    assert not new.said
    assert gone.is_obsolete
    complaints = translating.faults(made, wanted)
    assert [text.partition(":")[0] for text in complaints] == [
        "to be looked at again (the English has changed)", "not translated",
    ]  # fmt: skip


def test_a_translation_keeps_the_code_of_its_text() -> None:
    wanted = [Entry(kind="hint", text="Use `x.shape` here"), Entry(text="{0} items", flags=frozenset({TEMPLATE}))]
    made = Catalogue(
        [
            Entry(kind="hint", text="Use `x.shape` here", said="用 `x`"),
            Entry(text="{0} items", said="{1} 项", flags=frozenset({TEMPLATE})),
        ]
    )
    lacks, places = translating.faults(made, wanted)
    assert "lacks `x.shape`" in lacks
    assert "has the places 1" in places


def test_the_engines_catalogue_is_complete_and_fresh() -> None:
    assert faults("zh") == []


# Lessons.


@pytest.mark.parametrize("slug", sorted(LESSONS))
def test_the_lessons_are_translated_as_the_course_says(slug: str) -> None:
    assert [hole.text for hole in holes(LESSONS[slug], LEGS.get(slug, Leg()), LANGUAGES)] == []


def test_the_course_itself_is_translated_as_it_says() -> None:
    wanted = [*translating.course_texts(read_settings(ROOT), ROOT)]
    for spoken in LANGUAGES:
        assert translating.faults(catalogues.read(ROOT / "solutions" / f"{spoken}.po"), wanted) == []


@pytest.mark.skipif(not (ROOT / "README.zh-CN.md").exists(), reason="there is none")
def test_the_readme_is_translated() -> None:
    said = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    assert list(departures((ROOT / "README.md").read_bytes(), said)) == []


ENGLISH = """\
# Rain

It falls. **You need** a coat, and `rain.py`.

*Difficulty: 2 of 5 · about 40 minutes · after: linear/linear*

![A cloud, and rain below it](figures/rain.svg)

## Pitfalls

<details><summary>Best read after a first try</summary>

- It rains $x^2$ [drops](https://rain.org). <!-- criterion: values -->
- It snows.

```python
assert 1 + 1 == 2  # never "3"
```

</details>
"""
CHINESE = """\
# 雨

雨在下。**你需要会**撑伞，还需要 `rain.py`。

*难度：2 / 5 · 约 40 分钟 · 前置：linear/linear*

![一朵云，云下有雨](figures/rain.svg)

## 常见的坑

<details><summary>先试一遍再看</summary>

- 落下 $x^2$ 颗[雨滴](https://rain.org)。 <!-- criterion: values -->
- 下雪。

```python
assert 1 + 1 == 2  # never "3"
```

</details>
"""
LEG = Leg(after=("linear/linear",), minutes=40, difficulty=2)


def _lesson(tmp_path: Path, chinese: str, english: str = ENGLISH, *, source: str = ENGLISH) -> list[str]:
    (tmp_path / "handout.md").write_text(english, encoding="utf-8")
    text = f"<!-- source: {digest(source.encode())} -->\n{chinese}"
    (tmp_path / "handout.zh.md").write_text(text, encoding="utf-8")
    return list(of_lesson(tmp_path, translation(tmp_path, "zh"), LEG))


def test_a_translation_in_step_has_no_hole(tmp_path: Path) -> None:
    assert _lesson(tmp_path, CHINESE) == []


def test_a_translation_is_stale_once_the_lesson_changes(tmp_path: Path) -> None:
    (stale,) = _lesson(tmp_path, CHINESE, ENGLISH.replace("It falls.", "It falls down."))
    assert stale.startswith("stale: the English text has changed since")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("== 2", "== 3", "the blocks of code are not those"),
        ('# never "3"', "# 决不是 3", "the blocks of code are not those"),
        ("$x^2$", "$x^3$", "the formulas are not those of the English text: missing $x^2$, too many $x^3$"),
        ("`rain.py`", "它", "the code between backticks"),
        ("figures/rain.svg", "figures/snow.svg", "the figures"),
        ("一朵云，云下有雨", "A cloud", "the alt text 'A cloud' is not translated"),
        ("https://rain.org", "https://snow.org", "the links"),
        ("</details>", "", "the folded texts"),
        (" <!-- criterion: values -->", "", "the comments"),
        ("- 下雪。", "下雪。", "the items of lists"),
        ("## 常见的坑", "### 常见的坑", "the headings are not in step: 1 2 in English, 1 3 here"),
        ("常见的坑", "小心", "is called 常见的坑, not 小心"),
        ("**你需要会**", "你要有", "**You need** is **你需要会**"),
        ("约 40 分钟", "约 45 分钟", "the line of difficulty"),
        ("**你需要会**撑伞", "**你需要会**：**撑伞。**再", "ends in punctuation with a letter behind it"),
        ("雨在下。", "It falls from the cloud above onto the field.", "this is still English"),
    ],
)  # fmt: skip
def test_what_departs_from_the_lesson_is_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in CHINESE
    found = _lesson(tmp_path, CHINESE.replace(old, new))
    assert any(said in text for text in found), found


def test_a_course_that_declares_a_language_has_its_lessons_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "solutions" / "linear" / "linear"
    shutil.copytree(LESSONS["linear/linear"].folder, folder, ignore=shutil.ignore_patterns("*.zh.md", "*.po"))
    (exercise,) = declared_exercises(tmp_path)
    assert holes(exercise, Leg(), ()) == []
    lesson, catalogue = holes(exercise, Leg(), ("zh",))
    assert lesson.text == "handout.zh.md is missing; course.toml asks for zh"
    assert "texts are missing or stale, such as not translated: title" in catalogue.text
    (tmp_path / "course.toml").write_text('[lessons]\nlanguages = ["xx"]\n', encoding="utf-8")
    with pytest.raises(CourseError, match="languages is"):
        read_settings(tmp_path)


def test_a_section_is_found_in_the_translation_by_its_place() -> None:
    assert section_of(ENGLISH, "values") == ("Pitfalls", 9)
    assert section_of(ENGLISH, "values", "<!-- x -->\n" + CHINESE) == ("常见的坑", 10)
    assert section_of(ENGLISH, "values", "# another text") == ("Pitfalls", 9)
