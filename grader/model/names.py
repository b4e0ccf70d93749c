"""Names of files and people in a form that everything can print, store and send, and that can be told apart."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

_JOINERS = "\u200c\u200d"
"""Invisible, but part of how names are written in Persian, Hindi and others."""
_LIKE_AN_ESCAPE = re.compile(r"\\|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}")
_ESCAPE = re.compile(r"\\(?:(\\)|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
_RAW = 0xDC00
"""What Python adds to a byte that is not UTF-8, to have it in a name."""


def printable(name: str) -> str:
    r"""A name without anything that cannot be printed, stored or sent: different names stay different.

    A byte that is not UTF-8 (``b"st\xe9fan"``, as an archive made elsewhere unpacks) and a control or formatting
    character are written as Python would, a backslash in front of what reads like that is doubled, and any other name
    is as it was. `unescaped` is the way back.
    """
    if name.isprintable() and "\\" not in name:
        return name
    pieces = []
    for index, character in enumerate(name):
        following = name[index + 1 : index + 2]
        is_taken = bool(_LIKE_AN_ESCAPE.match(name, index + 1)) or (following != "" and _is_odd(following))
        pieces.append("\\\\" if character == "\\" and is_taken else _escaped(character))
    return "".join(pieces)


def unescaped(text: str) -> str:
    """The name of which `printable` made this."""
    return _ESCAPE.sub(_character, text)


def shown_path(path: Path) -> str:
    """A path as text, each part of it `printable`; forward slashes everywhere, since a backslash begins an escape."""
    return printable(path.as_posix())


def tame(text: str) -> str:
    """Foreign text on one line without anything that acts on what shows it; for text that is `printable`, the same."""
    return "".join(map(_escaped, text))


def alike(name: str) -> str:
    """What a reader sees of a printable name: the same for names that look the same, however they are encoded."""
    return unicodedata.normalize("NFC", "".join(letter for letter in name if letter not in _JOINERS))


def told_apart(names: Sequence[Sequence[str]]) -> list[str]:
    """A name for each, no two of which look the same.

    Args:
        names: For each its printable names, the shortest first; the last ones must differ. Only who shares a name with
            another is called by a longer one, and those whose names look the same but are not have their accents
            spelt out.
    """
    lengths = [0] * len(names)
    while True:
        chosen = [each[length] for each, length in zip(names, lengths, strict=True)]
        groups: dict[str, list[int]] = {}
        for index, name in enumerate(chosen):
            groups.setdefault(alike(name), []).append(index)
        shared = [group for group in groups.values() if len(group) > 1]
        for group in shared:
            if len({chosen[index] for index in group}) > 1:
                for index in group:
                    chosen[index] = _spelt_out(chosen[index])
        longer = {index for group in shared for index in group if lengths[index] + 1 < len(names[index])}
        if len(set(chosen)) == len(chosen) or not longer:
            return chosen
        for index in longer:
            lengths[index] += 1


def _is_odd(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _JOINERS


def _escaped(character: str) -> str:
    if not _is_odd(character):
        return character
    code = ord(character)
    if _RAW + 0x80 <= code <= _RAW + 0xFF:
        return f"\\x{code - _RAW:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _character(match: re.Match[str]) -> str:
    backslash, byte, *wide = match.groups()
    if backslash:
        return backslash
    if byte:
        return chr(int(byte, 16)) if int(byte, 16) < 0x80 else chr(_RAW + int(byte, 16))
    return chr(int(wide[0] or wide[1], 16))


def _spelt_out(name: str) -> str:
    return "".join(letter if letter.isascii() else f"\\u{ord(letter):04x}" for letter in name)
