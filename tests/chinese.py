"""Whether a text is in Chinese: what of it is still English, but for code, names and what others have written."""

import re

_FOREIGN = re.compile(r"\w*(?:Error|Exception|Interrupt)\b[^，；。）]*")
"""An exception as Python tells it, up to where our own sentence goes on."""
_CODE = re.compile(r"`[^`]*`|\[[^\]]*\]|\([^()]*\)|[\w.]+\([^)]*\)|\w+(?:[._/]\w+)+|\w*_\w*|\w+=\S+|[A-Z]\w*")
_WORDS = re.compile(r"\b[a-z]{2,}(?:[ ,]+[a-z]{2,})+\b")


def english_in(text: str) -> list[str]:
    """Two English words or more in a row, wherever they stand."""
    bare = _CODE.sub(" § ", _FOREIGN.sub(" § ", text))
    return _WORDS.findall(bare)
