"""``make screenshots``: the pictures of the documentation, taken of real runs.

Those of docs/report.md are of the report of `make demo`; the terminal's are of `course check`, on an answer that is
wrong and then right, and of `course watch`, on a terminal of its own; the notebook's is of ``%check`` in a notebook
that is executed for it. Those of the site are of `make site`.
"""

import io
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from fcntl import ioctl
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from PIL import Image
from rich.console import Console
from rich.text import Text

from tests import browser

ROOT = Path(__file__).parent.parent
_COLUMNS, _ROWS = 92, 50
"""The terminal's size."""

_SHOTS = (
    ("class", "index.html", 1280, 1000, 1),
    ("class-phone", "index.html", 390, 844, 2),
    ("student", "students/ben.html", 1000, 1000, 1),
    ("student-phone", "students/ben.html", 390, 844, 2),
    ("exercise", "exercises/linear-linear.html", 1280, 1000, 1),
)
"""Name, page, width, height and pixels a point."""


_SHUFFLE = """\
class PixelShuffle(nn.Module):
    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, x):
        r = self.upscale_factor
        *batch, channels, height, width = x.shape
        x = x.reshape(*batch, channels // r**2, r, r, height, width)
        x = x.movedim(-4, -1).movedim(-4, -3)
        return x.reshape(*batch, channels // r**2, height * r, width * r)
"""
"""Rows and columns of each block the wrong way round."""


_SITE_SHOTS = (
    ("site-front", "index.html", "", 1280, 1000, "light"),
    ("site-lesson", "lessons/recurrent/layers/index.html", "#the-formulas", 1280, 1200, "light"),
    ("site-lesson-dark", "lessons/normalization/batchnorm/index.html", "#the-formula", 1280, 1200, "dark"),
    ("site-chinese", "zh/lessons/normalization/batchnorm/index.html", "", 1280, 1200, "light"),
    ("site-phone", "lessons/backward/convolution/index.html", "#one-dimension-first", 390, 844, "light"),
)
"""Name, page, the place on it, width, height and theme."""


def main(report: Path, site: Path, pictures: Path) -> None:
    """Take them all."""
    reason = browser.missing()
    if reason:
        sys.exit(reason)
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        _course(folder, "start", "learn")
        learn = Path(folder) / "learn"
        # In this order: after the second one part is passed, and the line that says how far one is would say so.
        (pictures / "watch.svg").write_text(watching(learn), encoding="utf-8")
        (pictures / "check.svg").write_text(terminal(learn), encoding="utf-8")
        notebook(learn, pictures)
    pages(report, pictures)
    site_pages(site, pictures)


def _course(folder: str | Path, *words: str) -> str:
    """What a command prints on a terminal with colours; it may fail, for answers may be wrong."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "FORCE_COLOR": "1", "COLORTERM": "truecolor"}
    environment["COLUMNS"] = str(_COLUMNS)
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout


def _flattens() -> tuple[str, str]:
    """The README's `Flatten`: as many begin, and right."""
    found = re.search(r"^```py\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    first = re.sub(
        r"(def forward.*?\n).*?\n\n", r"\1        return x.reshape(x.shape[0], -1)\n\n", found[1], flags=re.DOTALL
    )
    return first, found[1]


def _console() -> Console:
    return Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True)


def _svg(console: Console, title: str) -> str:
    """What a console has printed, without the fonts that rich would have the picture fetch."""
    return re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title=title), flags=re.DOTALL)


def terminal(learn: Path) -> str:
    """Checks of the README's `Flatten`, before and after, as SVG."""
    answer = learn / "linear/linear.py"
    stub = answer.read_text(encoding="utf-8")
    before = stub[: stub.index("class Flatten")]
    console = _console()
    for flatten in _flattens():
        answer.write_text(before + flatten, encoding="utf-8")
        console.print(Text.assemble(("$ ", "green"), ("course check Flatten", "bold")))
        console.print(Text.from_ansi(_course(learn, "check", "Flatten")))
    answer.write_text(stub, encoding="utf-8")
    return _svg(console, "learn")


def watching(learn: Path) -> str:
    """The screen of `course watch` after the first `Flatten` was saved and h was pressed, as SVG."""
    answer = learn / "linear/linear.py"
    stub = answer.read_text(encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "watch"], cwd=learn, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    shown = _until_asked(ours, "", "Now:")
    answer.write_text(stub[: stub.index("class Flatten")] + _flattens()[0], encoding="utf-8")
    shown = _until_asked(ours, shown, "stuck?")
    os.write(ours, b"h")
    shown = _until_asked(ours, shown, "Hint 1")
    os.write(ours, b"q")
    process.wait(60)
    for end in (ours, theirs):
        os.close(end)
    answer.write_text(stub, encoding="utf-8")
    console = _console()
    console.print(Text.from_ansi(_on_screen(shown)))
    return _svg(console, "course watch")


def _until_asked(terminal: int, shown: str, said: str) -> str:
    """What has been shown once this was said, and the keys, which stand below all else, after it."""
    deadline = time.monotonic() + 300
    while "q quit" not in shown.partition(said)[2]:
        assert time.monotonic() < deadline, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 2**16).decode(errors="replace")
    return shown


def _on_screen(shown: str) -> str:
    """What is left of it on the screen, after the last clearing and without the lines that were wiped."""
    first, *later = re.split(r"((?:\x1b\[1A\x1b\[2K)+)", shown.rpartition("\x1b[2J")[2].replace("\x1b[H", ""))
    lines = first.replace("\r", "").split("\n")
    for wiped, text in zip(later[::2], later[1::2], strict=True):
        lines = [*lines[: -1 - wiped.count("\x1b[1A")], *text.replace("\r", "").split("\n")]
    return "\n".join(lines).strip("\n")


def notebook(learn: Path, pictures: Path) -> None:
    """``%check`` of a wrong `PixelShuffle`, in the looks of JupyterLab, light and dark."""
    made = nbformat.v4.new_notebook()
    sources = ["import torch\nfrom torch import nn", "%load_ext grader.magic", _SHUFFLE, "%check PixelShuffle"]
    made.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    folder = learn / "upsampling"
    nbformat.write(made, folder / "picture.ipynb")
    command = [sys.executable, "-c", "from nbclient.cli import main; main()", "--output=shown", "picture.ipynb"]
    subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
    (path,) = folder.glob("shown*")
    shown = nbformat.read(path, as_version=4)
    shown.cells = shown.cells[-1:]
    with browser.chromium() as chromium:
        for theme in ("light", "dark"):
            exporter = HTMLExporter(template_name="lab", theme=theme, mathjax_url="", require_js_url="")
            page_path = folder / f"{theme}.html"
            page_path.write_text(exporter.from_notebook_node(shown)[0], encoding="utf-8")
            with chromium.new_context(viewport={"width": 920, "height": 760}, offline=True) as context:
                page = context.new_page()
                page.goto(page_path.as_uri(), wait_until="domcontentloaded")
                path = pictures / f"notebook-{theme}.png"
                page.screenshot(path=path)
                _small(path)


def _small(path: Path, colours: int = 64) -> None:
    """Keep a PNG to a few colours."""
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(colours).save(path, optimize=True)


def pages(report: Path, pictures: Path) -> None:
    """The pages of a report."""
    with browser.chromium() as chromium:
        for name, page_name, width, height, scale in _SHOTS:
            with chromium.new_context(
                viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme="light"
            ) as context:
                page = context.new_page()
                page.goto((report / page_name).resolve().as_uri())
                path = pictures / f"{name}.png"
                page.screenshot(path=path)
                _small(path)


def site_pages(site: Path, pictures: Path) -> None:
    """Pages of the site; a translated one only where there is one."""
    with browser.chromium() as chromium:
        for name, page_name, place, width, height, theme in _SITE_SHOTS:
            if not (site / page_name).is_file():
                continue
            with chromium.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, offline=True
            ) as context:
                page = context.new_page()
                page.goto((site / page_name).resolve().as_uri() + place)
                for picture in page.locator(".drawing img:visible").all():
                    picture.evaluate("one => { one.loading = 'eager'; return one.decode(); }")
                path = pictures / f"{name}.png"
                page.screenshot(path=path)
                _small(path, 160)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
