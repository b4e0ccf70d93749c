"""Markdown as authors write it for GitHub and notebooks, made ready for the dialect that renders pages."""

import re
from collections.abc import Callable, Iterator

FENCED = re.compile(r"^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
"""A block of code between fences."""
_CODE = re.compile(FENCED.pattern + r"|(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.MULTILINE | re.DOTALL)
_WIDE, _FULL = "\u4e00-\u9fff", "\u3001-\u303f\uff01-\uff60“”‘’…—"
"""Chinese characters, and the punctuation that is as wide."""
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_LINK = re.compile(r"(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")


def outside(code: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """A text with a change made to all of it but the code."""
    pieces, at = [], 0
    for found in code.finditer(text):
        pieces += [change(text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*pieces, change(text[at:])])


def prose(text: str) -> Iterator[str]:
    """The pieces of a text between its blocks of code."""
    at = 0
    for found in FENCED.finditer(text):
        yield text[at : found.start()]
        at = found.end()
    yield text[at:]


def prepared(text: str) -> str:
    """A text without comments, with Markdown inside folded parts, and with what other dialects let stand unfolded."""
    return outside(FENCED, without_comments(text), _folded)


def without_comments(text: str) -> str:
    """A text without the comments that no reader sees."""
    return outside(_CODE, text, lambda piece: re.sub(r"[ \t]*<!--.*?-->", "", piece, flags=re.DOTALL))


def joined(text: str) -> str:
    """Chinese text with the lines of a paragraph joined: a line break would show as a space."""
    return outside(FENCED, text, _joined)


def _joined(piece: str) -> str:
    lines: list[str] = []
    for line in piece.split("\n"):
        before = lines[-1] if lines else ""
        quoted = before.startswith(">") and line.startswith(">")
        rest = line.removeprefix(">").strip() if quoted else line.strip()
        begins = line.startswith((">", "#", "|", "<", "$$")) and not quoted
        is_item = re.match(r"[-*+] |\d+[.)] |[#|<]|\$\$|!\[", rest)
        full, wide = re.search(rf"[{_FULL}]$", before.rstrip()), re.search(rf"[{_WIDE}]$", before.rstrip())
        follows = full or (wide and re.match(rf"[{_WIDE}{_FULL}]", rest))
        if rest and follows and not begins and not is_item and not before.startswith(("#", "|")):
            lines[-1] = before.rstrip() + rest
        else:
            lines.append(line)
    return "\n".join(lines)


def _folded(piece: str) -> str:
    """Folded parts whose body is rendered, each with room around it."""
    piece = re.sub(r"^<details>", '\n<details markdown="1">', piece, flags=re.MULTILINE)
    return re.sub(r"^</details>", "\n</details>\n", piece, flags=re.MULTILINE)


def with_images(text: str, shown: Callable[[str, str], str]) -> str:
    """A text with each image replaced.

    Args:
        text: Markdown.
        shown: From the alternative text, on one line, and the address, what stands in its place.
    """

    def image(found: re.Match[str]) -> str:
        return shown(" ".join(found["alt"].split()), found["target"])

    return outside(FENCED, text, lambda piece: _IMAGE.sub(image, piece))


def with_links(text: str, led: Callable[[str], str | None]) -> str:
    """A text with the addresses of its links replaced; where there is none any more, the words stay.

    Args:
        text: Markdown.
        led: From an address, where it leads from a page of the site.
    """

    def link(found: re.Match[str]) -> str:
        target = led(found["target"])
        return found["text"] if target is None else f"[{found['text']}]({target})"

    return outside(FENCED, text, lambda piece: _LINK.sub(link, piece))


def title_of(text: str) -> str:
    """The first heading, as plain text."""
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    return heading[1].replace("`", "").strip() if heading else ""


def first_words(text: str, most: int = 200) -> str:
    """The beginning of the first paragraph below the title, as plain text, for who lists or searches pages."""
    body = re.sub(r"^# .+$", "", text, count=1, flags=re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n", body):
        words = " ".join(paragraph.split())
        if words and not words.startswith(("#", "<", "|", "```", "!", "*", "-", "$$", "---")):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
            plain = re.sub(r"[`*$\\{}]", "", plain)
            return plain if len(plain) <= most else plain[:most].rsplit(" ", 1)[0] + " …"
    return ""
