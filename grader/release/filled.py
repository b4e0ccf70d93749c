"""Texts of a release that are files beside this one, with a few words to fill in."""

import re
from importlib.resources import files


def filled(name: str, **words: object) -> str:
    """A template with its ``@WORD@`` filled in: in no language of these files does that mean anything else.

    Args:
        name: The file below ``templates/``.
        words: What stands for each.
    """
    text = (files("grader.release") / "templates" / name).read_text(encoding="utf-8")
    assert set(re.findall(r"@([A-Z_]+)@", text)) == words.keys(), name
    return re.sub(r"@([A-Z_]+)@", lambda match: str(words[match[1]]), text)
