"""formgrader in headless Chromium: its autograde button grades by our judge, and its page shows score and feedback."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.school import PLOT, School

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOKEN = "an-instructor"
START_SECONDS = 120
BOXES = "[...document.querySelectorAll('input.score')].map(box => box.placeholder)"
"""The automatic scores of a submission's page, which its script asks for once it is there."""


@pytest.fixture(scope="module")
def server(browser: "Browser", school: School) -> Iterator[str]:
    """JupyterLab in the instructor's directory, on loopback; its address. (Without a browser nothing is started.)"""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed (nbgrader brings it)")
    runtime = school.folder / "runtime"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    with (school.folder / "jupyter.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, *words, f"--IdentityProvider.token={TOKEN}"], cwd=school.course, stdout=log, stderr=log,
            env=school.environment | {"JUPYTER_RUNTIME_DIR": str(runtime)},
        )  # fmt: skip
        try:
            yield address(runtime, process)
        finally:
            process.terminate()
            process.wait()


def address(runtime: Path, process: "subprocess.Popen[bytes]") -> str:
    """Where the server answers, once it does."""
    for _ in range(START_SECONDS * 5):
        for path in runtime.glob("jpserver-*.json"):
            return str(json.loads(path.read_text(encoding="utf-8"))["url"]).rstrip("/")
        assert process.poll() is None, "JupyterLab did not start"
        time.sleep(0.2)
    raise AssertionError("JupyterLab did not come up")


@pytest.fixture
def page(browser: "Browser", server: str) -> Iterator["Page"]:
    """A page of an instructor who is logged in, and for whom there is nothing but this machine."""
    host = urlsplit(server).netloc
    logged_in = {"Authorization": f"token {TOKEN}"}
    with browser.new_context(viewport={"width": 1280, "height": 900}, extra_http_headers=logged_in) as context:
        context.route(lambda url: urlsplit(url).netloc != host, lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(120_000)
        yield page


def open_submission(page: "Page", server: str, student: str) -> None:
    page.goto(f"{server}/formgrader/manage_students/{student}/linear", wait_until="domcontentloaded")
    page.locator("#main-table").get_by_role("link", name="linear").click()
    page.locator("input.score").first.wait_for()


@pytest.fixture
def secretive(school: School) -> Iterator[None]:
    """A course whose students see verdicts and points only."""
    settings = school.root / "course.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before + '[feedback]\nhidden = "none"\n', encoding="utf-8")
    yield
    settings.write_text(before, encoding="utf-8")


@pytest.mark.usefixtures("secretive")
def test_the_autograde_button_grades_and_the_page_says_why(
    page: "Page", server: str, school: School, tmp_path: Path
) -> None:
    school.hand_in("late", school.students["wrong"])
    page.goto(f"{server}/formgrader/manage_submissions/linear", wait_until="domcontentloaded")
    row = page.locator("tr", has=page.locator("td.student-id", has_text=re.compile("^late$")))
    assert row.locator(".status").inner_text() == "needs autograding"
    row.locator(".autograde a").click()
    message = page.get_by_text("Successfully autograded 'linear' for student 'late'.")
    message.wait_for()
    applied = re.findall(r"Applying preprocessor: (\w+)", page.locator(".modal-body").inner_text())
    assert "GradeOutOfProcess" in applied
    assert "Execute" not in applied
    page.screenshot(path=tmp_path / "autograded.png")
    page.reload(wait_until="domcontentloaded")
    shown = row.locator(".score").inner_text()
    score, most = map(float, shown.split("/"))
    assert score == pytest.approx(school.scores()["late"], abs=0.01)
    assert score == pytest.approx(school.scores()["wrong"], abs=0.01)
    assert 0 < score < most
    assert row.locator(".status").inner_text() == "graded"

    open_submission(page, server, "late")
    page.wait_for_function(f"{BOXES}.every(Boolean)")
    assert sum(map(float, page.evaluate(BOXES))) == pytest.approx(score)
    feedback = page.locator(".course-feedback")
    assert feedback.count() == 2
    feedback.first.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "submission.png")
    assert "Run this beside your answer" in feedback.first.inner_text()
    assert re.search(r"Graded \d{4}-.* on suite \w{12}", feedback.first.inner_text())
    stored = (school.course / "autograded" / "late" / "linear" / "linear.ipynb").read_text(encoding="utf-8")
    assert not any("Run this beside" in line for line in stored.splitlines() if "course-feedback" in line)


def test_what_was_odd_and_what_was_plotted_is_shown(page: "Page", server: str, school: School, tmp_path: Path) -> None:
    open_submission(page, server, "numbered")
    assert page.get_by_text("There is no linear.ipynb: linear (1).ipynb was graded in its place.").is_visible()
    open_submission(page, server, "plotted")
    page.screenshot(path=tmp_path / "plotted.png", full_page=True)
    assert page.locator("img[src^='data:image/png']").evaluate_all("images => images.map(image => image.src)") == [
        f"data:image/png;base64,{PLOT}"
    ]
    open_submission(page, server, "prose")
    assert "Needs manual grading: the cell linear-Linear was turned into text" in page.content()
    page.wait_for_function(f"{BOXES}.includes('')")


def test_what_a_student_wrote_does_not_run_in_the_instructor_s_page(page: "Page", server: str, tmp_path: Path) -> None:
    open_submission(page, server, "scripted")
    page.screenshot(path=tmp_path / "scripted.png", full_page=True)
    assert "onerror" in page.locator(".course-feedback").first.inner_text()
    assert page.locator("img[onerror]").count() == 0
    assert page.title() != "1"
