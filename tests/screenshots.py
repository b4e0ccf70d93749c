"""``make screenshots``: the pictures of docs/report.md, taken of the report of `make demo`."""

import sys
from pathlib import Path

from PIL import Image

from tests import browser

_SHOTS = (
    ("class", "index.html", 1280, 1000, 1),
    ("class-phone", "index.html", 390, 844, 2),
    ("student", "students/ben.html", 1000, 1000, 1),
    ("student-phone", "students/ben.html", 390, 844, 2),
    ("exercise", "exercises/linear-linear.html", 1280, 1000, 1),
)
"""Name, page, width, height and pixels a point."""


def main(report: Path, pictures: Path) -> None:
    """Take them, as small PNGs of 64 colours."""
    reason = browser.missing()
    if reason:
        sys.exit(reason)
    pictures.mkdir(parents=True, exist_ok=True)
    with browser.chromium() as chromium:
        for name, page_name, width, height, scale in _SHOTS:
            with chromium.new_context(
                viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme="light"
            ) as context:
                page = context.new_page()
                page.goto((report / page_name).resolve().as_uri())
                path = pictures / f"{name}.png"
                page.screenshot(path=path)
                with Image.open(path) as picture:
                    picture.convert("RGB").quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
