"""The HTML report in headless Chromium, opened from disk as a teacher opens it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.model import GradeReport
from grader.report.html import write
from tests import browser as browsers
from tests import report_samples as samples

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


class Visit:
    """A page opened from disk, with all that it said and asked for."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        page.set_default_timeout(10_000)
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def names(self) -> list[str]:
        """The students in view, from the top."""
        return self.page.locator("#matrix tbody tr:visible th").all_inner_texts()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a class with a student of every kind."""
    directory = tmp_path_factory.mktemp("report")
    write(report(), directory, "criterion", title="Layers")
    return directory


def report() -> GradeReport:
    return samples.report(samples.ana(), samples.evil(), *samples.classroom(12, 20).submissions)


@pytest.fixture
def visit(browser: "Browser", folder: Path) -> Iterator[Visit]:
    """The class page; whatever a test does with it must cause no word on the console and no request off the disk."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, offline=True) as context:
        visit = Visit(context.new_page())
        visit.page.goto((folder / "index.html").as_uri())
        yield visit
        assert visit.said == []
        assert {url for url in visit.asked if not url.startswith(folder.as_uri())} == set()


def test_a_heading_sorts_both_ways(visit: Visit) -> None:
    points = visit.page.get_by_role("button", name="Points", exact=True)
    values = visit.page.locator("#matrix tbody td.number")
    points.click()
    down = [int(text) for text in values.all_inner_texts()]
    assert down == sorted(down, reverse=True)
    heading = visit.page.locator("#matrix th[data-column='1']")
    assert heading.get_attribute("aria-sort") == "descending"
    points.press("Enter")
    assert [int(text) for text in values.all_inner_texts()] == down[::-1]
    assert heading.get_attribute("aria-sort") == "ascending"
    visit.page.get_by_role("button", name="Student", exact=True).click()
    assert visit.names() == sorted(visit.names())
    assert heading.get_attribute("aria-sort") is None


def test_students_are_filtered_by_name_and_by_what_happened(visit: Visit) -> None:
    form = visit.page.locator("form[data-for=matrix]")
    form.get_by_label("Student").fill("STUDENT01")
    assert visit.names() == ["student010", "student011"]
    assert form.get_by_role("status").inner_text() == "2 of 14 shown"
    form.get_by_label("Student").fill("")
    form.get_by_label("Who").select_option("used what is off limits")
    assert visit.names() == ["ana"]
    form.get_by_label("Who").select_option("something ungraded")
    assert len(visit.names()) == 2
    form.get_by_label("Who").select_option("everybody")
    assert len(visit.names()) == 14


def test_one_assignment_s_parts_are_shown_alone(visit: Visit) -> None:
    headings = visit.page.locator("#matrix th.part:visible")
    assert headings.count() == 27
    choice = visit.page.get_by_label("Parts of")
    choice.select_option("assignment1")
    assert headings.all_inner_texts()[0].startswith("Layer8")
    assert headings.count() == 8
    assert visit.page.locator("#matrix .group:visible").all_inner_texts() == ["assignment1"]
    for row in ("#matrix .share td:visible", "#matrix tbody tr:nth-child(1) td:visible"):
        assert visit.page.locator(row).count() == 9
    choice.select_option("every assignment")
    assert headings.count() == 27


def test_a_square_leads_to_its_part_on_the_student_s_page(visit: Visit, folder: Path) -> None:
    visit.page.locator("#matrix tbody tr", has_text="ana").locator("td").nth(1).click()
    assert visit.page.url == (folder / "students/ana.html").as_uri() + "#normalization-batchnorm-batchnorm2d"
    heading = visit.page.locator(":target")
    assert "BatchNorm2d" in heading.inner_text()
    visit.page.go_back()
    visit.page.locator("#exercises ~ .scroll").get_by_role("link", name="normalization/batchnorm").click()
    assert visit.page.get_by_role("heading", level=1).inner_text() == "normalization/batchnorm"
    visit.page.get_by_role("link", name="ana").first.click()
    assert visit.page.url.startswith((folder / "students/ana.html").as_uri())


def test_every_square_of_the_matrix_leads_somewhere(visit: Visit, folder: Path) -> None:
    anchors = visit.page.locator("#matrix th[data-anchor]").evaluate_all("all => all.map(one => one.dataset.anchor)")
    for submission, name in zip(report().submissions[2:5], ("student000", "student001", "student002"), strict=True):
        text = (folder / "students" / f"{name}.html").read_text(encoding="utf-8")
        assert sum(f'id="{anchor}"' in text for anchor in anchors) == len(submission.parts)


def test_the_keyboard_walks_the_matrix(visit: Visit, folder: Path) -> None:
    page = visit.page
    page.get_by_label("Parts of").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    where = "document.activeElement.closest('th,td').cellIndex + ',' + document.activeElement.closest('tr').rowIndex"
    while page.evaluate("!document.activeElement.closest('#matrix tbody')"):
        page.keyboard.press("Tab")
    first = page.evaluate(where)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(where) == f"2,{first.split(',')[1]}"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Control+End")
    assert page.evaluate("document.activeElement.closest('tr').rowIndex") == int(first.split(",")[1]) + 13
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url((folder / "students/ana.html").as_uri())


def test_the_matrix_is_one_stop_of_the_tab_key(visit: Visit) -> None:
    assert visit.page.locator("#matrix tbody [tabindex='0']").count() == 1
    assert visit.page.get_by_role("grid").count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_out(browser: "Browser", folder: Path, theme: str) -> None:
    with browser.new_context(color_scheme=theme) as context:
        page = context.new_page()
        for name in ("index.html", "students/ana.html", "exercises/normalization-batchnorm.html"):
            page.goto((folder / name).as_uri())
            assert browsers.violations(page) == [], name


@pytest.mark.parametrize("name", ["index.html", "students/ana.html", "exercises/normalization-batchnorm.html"])
def test_pages_fit_a_phone(browser: "Browser", folder: Path, name: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True) as context:
        page = context.new_page()
        page.goto((folder / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.locator("h1").is_visible()


def test_without_scripts_everything_is_there(browser: "Browser", folder: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((folder / "index.html").as_uri())
        assert page.locator("#matrix tbody tr").count() == 14
        assert page.locator("form:visible").count() == 0
        assert page.locator("#matrix tbody a").first.get_attribute("href") == "students/ana.html"


def test_a_student_s_page_stands_alone_and_prints(browser: "Browser", folder: Path, tmp_path: Path) -> None:
    mailed = tmp_path / "ana.html"
    mailed.write_bytes((folder / "students" / "ana.html").read_bytes())
    with browser.new_context(offline=True) as context:
        visit = Visit(context.new_page())
        visit.page.goto(mailed.as_uri())
        links = visit.page.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        assert all(link.startswith("#") for link in links)
        visit.page.locator("a", has_text="BatchNorm1d").click()
        assert visit.page.locator(":target").is_visible()
        assert len(visit.page.pdf()) > 10_000
        assert visit.said == []
        assert visit.asked == [mailed.as_uri()]
