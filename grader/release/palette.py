"""The colours of the lessons' figures: each is a pair, one for light pages and one for dark ones.

Hues, `INK` and `GREY` carry text on `PAPER` and on `PALE`, and `PAPER`-coloured text on the hues; `INK` carries text on
every tint. That these pairs have a contrast of 4.5:1 at least, in both themes, is tested; what a figure puts on what is
checked when it is drawn (`grader.release.drawing`).
"""

PAPER = "#ffffff"
INK = "#1f2328"
GREY = "#59636e"
"""Lines that connect, and text that stands back."""
PALE = "#e3e8ef"
"""The fill of what is there and not meant; it needs an edge to be seen."""
BLUE, ORANGE, GREEN, PURPLE = "#1f5fa8", "#9a480b", "#226b3e", "#7448a0"
RED, OLIVE, TEAL = "#a52f2f", "#665a1e", "#0f6674"
HUES = (BLUE, ORANGE, GREEN, PURPLE, RED, OLIVE, TEAL)
BLUE_TINT, ORANGE_TINT, GREEN_TINT, PURPLE_TINT = "#c9dcf3", "#f7dcc3", "#cbe7d4", "#e2d3f1"
TINTS = (BLUE_TINT, ORANGE_TINT, GREEN_TINT, PURPLE_TINT)

DARK = {
    PAPER: "#0d1117", INK: "#e6edf3", GREY: "#9da7b3", PALE: "#262d38",
    BLUE: "#7db3f2", ORANGE: "#f0a35e", GREEN: "#7ccb94", PURPLE: "#c6a0ea",
    RED: "#f58e86", OLIVE: "#cdbd7a", TEAL: "#6cc7d4",
    BLUE_TINT: "#1c3557", ORANGE_TINT: "#4a2d12", GREEN_TINT: "#183d28", PURPLE_TINT: "#3a2752",
}  # fmt: skip
"""What each colour becomes on a dark page."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, ``#rrggbb``, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def least_contrast(one: str, other: str) -> float:
    """The smaller of the contrasts that two colours of the palette have on a light and on a dark page."""
    return min(contrast(one, other), contrast(DARK[one], DARK[other]))


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
