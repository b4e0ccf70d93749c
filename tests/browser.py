"""Headless Chromium, the system's own, for tests marked `browser` and for the pictures in docs/."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing() -> str:
    """Why there is no browser here; nothing where there is one."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "playwright is not installed (make test installs it)"
    return "" if _found() else "no Chromium here (apt install chromium, or set CHROMIUM to its path)"


@contextmanager
def chromium() -> "Iterator[Browser]":
    """The system's Chromium, started headless; playwright downloads nothing."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_found())
        try:
            yield browser
        finally:
            browser.close()


def violations(page: "Page") -> list[str]:
    """What axe-core finds wrong with a page as it is shown, a line for each rule that is broken."""
    page.evaluate(_axe())
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes']][:4]}" for rule in found]


@cache
def _axe() -> str:
    """axe-core, as a package for Python carries it; of that package nothing else is used."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def _found() -> str | None:
    return os.environ.get("CHROMIUM") or next((path for name in _NAMES if (path := shutil.which(name))), None)
