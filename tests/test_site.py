"""The course's site: what its pages say and lead to, and how they do in headless Chromium."""

import ast
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from filelock import FileLock
from IPython.core.inputtransformer2 import TransformerManager

from grader.commands.site import commands
from grader.model import CRITERIA, CourseError, Verdict
from grader.release.site import text, words
from grader.release.site.build import build_site
from grader.release.site.formulas import formulas, side_by_side
from grader.release.site.lessons import lesson_pages
from grader.release.site.notebooks import notebook
from grader.release.site.settings import read_site_settings
from grader.release.site.source import read_source
from grader.release.site.words import CHINESE, ENGLISH
from tests import browser as browsers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
URL = "https://somebody.github.io/layers/"
TRANSLATED = "linear/linear"
CHINESE_LESSON = """\
<!-- source: 0123456789abcdef -->

# 线性层

全连接层把每个样本的特征
重新组合，参数放在权重里。

*难度：1 / 5 · 约 45 分钟 · 前置：无*

## 常见的坑

<details><summary>先试一遍再看</summary>

- 偏置加在 $x W^\\top$ 之后。 <!-- criterion: values -->

</details>
"""


def linear(folder: Path) -> Path:
    """The first assignment of this course, with a lesson in Chinese."""
    for name in ("solutions", "assignments"):
        shutil.copytree(ROOT / name / "linear", folder / name / "linear", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "course.toml", folder)
    (folder / "solutions" / TRANSLATED / "handout.zh.md").write_text(CHINESE_LESSON, encoding="utf-8")
    return folder


def course(folder: Path) -> Path:
    """The whole course, with that lesson."""
    linear(folder)
    shutil.rmtree(folder / "assignments")
    for name in ("assignments", "docs", "README.md", "CONTRIBUTING.md"):
        (folder / name).symlink_to(ROOT / name)
    for path in (ROOT / "solutions").iterdir():
        if path.name != "linear":
            (folder / "solutions" / path.name).symlink_to(path)
    settings = (ROOT / "course.toml").read_text(encoding="utf-8")
    ours = f'url = "{URL}"\nrepository = "somebody/layers"'
    (folder / "course.toml").write_text(settings.replace('url = ""\nrepository = ""', ours), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the whole course, made once for all tests, those of other workers too."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = base / "site"
    with FileLock(base / "site.lock"):
        if not made.is_dir():
            build_site(course(base / "site-course"), made, commands())
    return made


_TAG = re.compile(r"<(a|html|img|link|script|[\w-]+(?=[^>]*\sid=))\b([^>]*)>")
_ATTRIBUTE = re.compile(r'\b(href|src|id|lang|rel)="([^"]*)"')


class Read:
    """What a page leads to, what it loads, and what can be led to."""

    def __init__(self, page: Path) -> None:
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.language = ""
        for tag, attributes in _TAG.findall(page.read_text(encoding="utf-8")):
            values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
            self.anchors.add(values.get("id", ""))
            if tag == "html":
                self.language = values["lang"]
            elif tag == "a" and "href" in values:
                self.links.append(values["href"])
            elif "src" in values or values.get("rel") in ("stylesheet", "icon"):
                self.loads.append(values.get("src") or values["href"])


@pytest.mark.slow
def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = {path: Read(path) for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(pages) > 100
    wrong = []
    for path, page in pages.items():
        for target in {*page.links, *page.loads}:
            parts = urlsplit(target)
            if parts.scheme:
                is_plain = parts.scheme in ("http", "https") and "." in parts.netloc
                if not is_plain or target in page.loads:
                    wrong.append((path, target))
                continue
            file = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            file = file / "index.html" if file / "index.html" in pages else file
            there = file in pages or file.is_file()
            if not there or (parts.fragment and unquote(parts.fragment) not in pages[file].anchors):
                wrong.append((path, target))
    assert wrong == []
    # Each is there in both languages, and leads to the other.
    for path, page in pages.items():
        name = path.relative_to(site)
        is_chinese = name.parts[0] == "zh"
        twin = site / name.relative_to("zh") if is_chinese else site / "zh" / name
        assert page.language == ("zh-CN" if is_chinese else "en")
        assert twin in pages
        assert any(Path(os.path.normpath(path.parent / link)) == twin.parent for link in page.links), name
    assert 'lang="en"' in (site / "zh/docs/judging/index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_lessons_are_rendered_whole(site: Path) -> None:
    for lesson in read_source(ROOT).lessons:
        page = (site / "lessons" / lesson.slug / "index.html").read_text(encoding="utf-8")
        body = page[page.index("<article") : page.index("</article>")]
        ready = text.prepared(lesson.text(ENGLISH))
        many = sum(
            len(side_by_side(formula)) if block else 1
            for piece in text.prose(ready)
            for formula, block in formulas(piece)
        )
        assert body.count("<math") == many, lesson.slug
        plain = re.sub(r"<pre.*?</pre>|<code.*?</code>|<math.*?</math>", "", body, flags=re.DOTALL)
        for left in ("$", "<!--", "criterion:", "**", "\n- ", "```", "| ---"):
            assert left not in plain, (lesson.slug, left)
        assert body.count("<details") == ready.count("<details") + 1
        for theme in ("light", "dark"):
            assert body.count(f'class="only-{theme}"') == len(list(lesson.lesson.figures))


@pytest.mark.slow
def test_what_one_takes_along_is_there(site: Path) -> None:
    lesson = (site / "zh/lessons/linear/linear/index.html").read_text(encoding="utf-8")
    colab = "https://colab.research.google.com/github/somebody/layers/blob/gh-pages/"
    assert f"{colab}zh/files/{TRANSLATED}.ipynb" in lesson
    assert "全连接层把每个样本的特征重新组合" in lesson
    assert (site / "files" / f"{TRANSLATED}.py").read_bytes() == (
        ROOT / "assignments" / f"{TRANSLATED}.py"
    ).read_bytes()
    for language, word in ((ENGLISH, "What fails without it"), (CHINESE, "先试一遍再看")):
        made = nbformat.read(site / language.folder / "files" / f"{TRANSLATED}.ipynb", as_version=4)
        nbformat.validate(made)
        assert all("nbgrader" not in cell.metadata for cell in made.cells)
        first, described = made.cells[0].source, made.cells[1].source
        assert f"%pip install --quiet {URL}files/course.zip" in first
        ast.parse(TransformerManager().transform_cell(first))
        assert word in described
        assert "](figures/" not in described
        assert "<!--" not in described


@pytest.mark.slow
def test_what_pip_installs_of_the_site_is_the_course(site: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(site / "files" / "course.zip") as archive:
        archive.extractall(tmp_path / "installed")
    assert '"torch_course_kit*"' in (tmp_path / "installed" / "pyproject.toml").read_text(encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "grader.commands.main", "start", "learn"], cwd=elsewhere, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "learn" / f"{TRANSLATED}.py").is_file()
    state = json.loads((elsewhere / "learn" / ".course.json").read_text(encoding="utf-8"))
    assert state["course"] == str(tmp_path / "installed" / "torch_course_kit")


def test_without_an_address_there_is_no_colab(tmp_path: Path) -> None:
    source = read_source(linear(tmp_path), [TRANSLATED])
    page = next(lesson_pages(source, ENGLISH))
    assert "colab" not in page.text
    assert "%pip install --quiet torch-course-kit\\n" in notebook(source, source.lessons[0], ENGLISH)


def test_words_are_there_in_every_language() -> None:
    for language in words.LANGUAGES:
        assert language.words.keys() == ENGLISH.words.keys()
        for key, said in language.words.items():
            assert sorted(re.findall(r"{(\w+)}", said)) == sorted(re.findall(r"{(\w+)}", ENGLISH.words[key])), key
    assert {f"criterion.{name}" for name in CRITERIA} <= ENGLISH.words.keys()
    assert {f"verdict.{name}" for name in Verdict} <= ENGLISH.words.keys()


def test_markdown_is_made_ready_outside_of_code_only() -> None:
    source = "- a <!-- criterion: values --> b\n\n```\n<!-- kept -->\n<details>\n```\n\n`<!-- kept -->`\n"
    assert text.prepared(source) == source.replace(" <!-- criterion: values -->", "")
    assert text.joined("# 题\n甲，\n`乙`\n丙\n丁\n\n- 戊。\n  己\n- 庚\n") == "# 题\n甲，`乙`\n丙丁\n\n- 戊。己\n- 庚\n"
    assert text.joined("> 甲。\n> 乙\n\n| 丙 |\n| 丁 |\n") == "> 甲。乙\n\n| 丙 |\n| 丁 |\n"
    assert list(formulas("costs \\$5 and `$x$`, $5 or $6, but $a_i$.\n\n$$b$$")) == [("a_i", False), ("b", True)]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ('url = "somewhere"', "url is 'somewhere'"),
        ('url = "https://x.org/"\nrepository = "https://example.org/a/b/c"', "repository is"),
        ('ulr = "https://x.org/"', "unknown key ulr"),
        ("branch = 1", "site.branch is 1"),
    ],
)
def test_settings_that_say_nothing_are_told(tmp_path: Path, said: str, what: str) -> None:
    (tmp_path / "course.toml").write_text(f"[site]\n{said}\n", encoding="utf-8")
    with pytest.raises(CourseError, match=re.escape(what)):
        read_site_settings(tmp_path)


@pytest.mark.parametrize(
    "written", ["owner/name", "https://github.com/owner/name", "https://github.com/owner/name.git"]
)
def test_a_repository_is_named_in_any_way(tmp_path: Path, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "course.toml").write_text(f'[site]\nrepository = "{written}"\nurl = "https://x.org/a"\n', "utf-8")
    settings = read_site_settings(tmp_path)
    assert (settings.repository, settings.url) == ("owner/name", "https://x.org/a/")
    monkeypatch.setenv("COURSE_SITE_REPOSITORY", "fork/name")
    assert read_site_settings(tmp_path).repository == "fork/name"


def test_a_folder_with_other_files_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(CourseError, match="no site of a course"):
        build_site(ROOT, tmp_path, {})
    assert (tmp_path / "mine.txt").is_file()


def test_a_formula_that_cannot_be_shown_is_told_with_its_page(tmp_path: Path) -> None:
    root = linear(tmp_path / "course")
    path = root / "solutions" / TRANSLATED / "handout.zh.md"
    path.write_text(CHINESE_LESSON.replace("x W", r"\wrong"), encoding="utf-8")
    with pytest.raises(CourseError, match=r"lessons/linear/linear\.md: The formula \$\\wrong"):
        build_site(root, tmp_path / "site", {}, [TRANSLATED])


def test_hidden_cases_are_never_on_a_site(tmp_path: Path) -> None:
    root = linear(tmp_path)
    settings = (root / "course.toml").read_text(encoding="utf-8")
    (root / "course.toml").write_text(f'kind = "sealed"\n{settings}', encoding="utf-8")
    with pytest.raises(CourseError, match="it holds the hidden cases"):
        build_site(root, tmp_path / "site", {})


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that prints nothing."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """The address of the site on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light", "has_touch": True},
}
FEW = ("", "lessons/", "lessons/normalization/batchnorm/", "docs/judging/")
PAGES = {
    "light": (*FEW, "zh/", "zh/lessons/linear/linear/", "reference/commands/", "reference/criteria/"),
    "dark": FEW,
    "phone": FEW,
}
"""A page of each kind; in the other looks those whose looks differ."""


def open_page(browser: "Browser", served: str, look: str) -> "Iterator[Page]":
    """A page of that look, which must cause no word on the console and ask nobody else for anything."""
    with browser.new_context(**LOOKS[look]) as context:
        page = context.new_page()
        page.set_default_timeout(10_000)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request", lambda asked: said.append(asked.url) if not asked.url.startswith((served, "data:")) else None
        )
        yield page
        assert said == []


@pytest.fixture
def page(browser: "Browser", served: str) -> "Iterator[Page]":
    yield from open_page(browser, served, "light")


@pytest.mark.browser
@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_quiet_fit_and_keep_nobody_out(browser: "Browser", served: str, look: str) -> None:
    for page in open_page(browser, served, look):
        for name in PAGES[look]:
            page.goto(served + name)
            for _ in range(page.locator("[data-lab]").count()):
                page.locator(".lab-tool").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            assert browsers.violations(page) == [], name


@pytest.mark.browser
def test_the_theme_changes_figures_too(page: "Page", served: str) -> None:
    page.goto(f"{served}lessons/normalization/batchnorm/")
    light, dark = page.locator(".drawing .only-light img"), page.locator(".drawing .only-dark img")
    assert (light.is_visible(), dark.is_visible()) == (True, False)
    paper = "one => getComputedStyle(one).backgroundColor"
    interactive = page.locator(".lab-tool")
    assert interactive.evaluate(paper) == "rgb(255, 255, 255)"
    page.get_by_title("Switch to dark mode").click()
    assert (light.is_visible(), dark.is_visible()) == (False, True)
    assert interactive.evaluate(paper) == "rgb(13, 17, 23)"
    assert light.evaluate("one => one.naturalWidth") > 0
    wide = page.locator(".drawing").evaluate("one => one.getBoundingClientRect().width")
    assert wide <= page.locator(".md-content__inner").evaluate("one => one.getBoundingClientRect().width")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("start", "word", "count", "page_title"),
    [
        ("lessons/", "checkerboard", "results?$", "Checkerboard|Transposed|Upsampl|Pixel"),
        ("zh/", "全连接层", "条结果$", "线性层"),
    ],
)
def test_search_finds_in_both_languages(
    page: "Page", served: str, start: str, word: str, count: str, page_title: str
) -> None:
    page.goto(served + start)
    page.locator(".md-search__button").click()
    page.get_by_role("combobox").fill(word)
    page.get_by_role("status").filter(has_text=re.compile(count)).wait_for()
    page.get_by_role("option").first.wait_for()
    assert browsers.violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/lessons/"))
    assert re.search(page_title, page.locator("h1").inner_text())


@pytest.mark.browser
def test_from_the_first_page_to_a_stub_and_into_the_other_language(page: "Page", served: str) -> None:
    page.goto(served)
    page.get_by_role("link", name="Linear and Flatten").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Stub").click()
    assert b"class Flatten" in download.value.path().read_bytes()
    page.get_by_role("link", name="中文").click()
    page.wait_for_url(f"{served}zh/lessons/linear/linear/")
    assert page.locator("h1").inner_text().startswith("线性层")
    page.get_by_role("link", name="EN: English").click()
    page.wait_for_url(f"{served}lessons/linear/linear/")
