"""Names by which code gets at the judge's own machinery, or around any name: no answer needs one of them."""

import functools
import unicodedata

ATTRIBUTES = frozenset({
    "__subclasses__", "__closure__", "__globals__", "__builtins__", "cell_contents", "f_back", "f_globals", "f_locals",
    "f_builtins", "tb_frame", "gi_frame", "cr_frame", "ag_frame", "_current_frames", "_getframe", "read_text",
    "read_bytes",
})  # fmt: skip
"""Attributes that are off limits on anything in what a part reaches."""

MACHINERY = frozenset({
    "sys.modules", "sys._getframe", "sys._current_frames", "gc.get_objects", "gc.get_referrers", "gc.get_referents",
    "ctypes", "_ctypes", "cffi", "os.write", "os.read", "os.pwrite", "os.pread", "os.writev", "os.readv", "os.fdopen",
    "os.dup", "os.dup2", "os.sendfile", "os.splice", "posix", "socket.fromfd", "grader",
})  # fmt: skip
"""Off limits in all that is loaded for a part, reached by it or not, and in parts without limits too."""

_WORDS = (
    "sys", "gc", "ctypes", "_ctypes", "cffi", "os", "posix", "socket", "grader", "builtins", "open", "import_module",
    "__import__", "__builtins__", "__loader__", "__spec__", "__globals__", "__subclasses__",
)  # fmt: skip
"""Without one of these in its text an answer cannot come to the machinery."""

HOMES = frozenset({
    "torch", "torch.nn", "torch.nn.functional", "torch.nn.modules", "torch.functional", "torch.special", "torch.linalg",
    "torch.sparse", "torch.nested", "torch.Tensor", "torch._VF", "sys", "builtins", "os", "inspect", "types",
})  # fmt: skip
"""Namespaces in which there is something off limits."""


def is_home(dotted: str) -> bool:
    """Whether a path is a namespace in which there is something off limits."""
    return dotted in HOMES or (dotted.startswith("torch.nn.modules.") and dotted.count(".") == 3)


def is_machinery(dotted: str) -> bool:
    """Whether a path belongs to the machinery."""
    return any(dotted == name or dotted.startswith(name + ".") for name in MACHINERY)


@functools.lru_cache(maxsize=8)
def may_be_in(text: str) -> bool:
    """Whether it is worth looking for machinery in some code."""
    # Identifiers are normalised by Python, so that other letters may stand for these.
    text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return "/proc" in text or any(_has_word(text, word) for word in _WORDS)


def _has_word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(word) : at + len(word) + 1]
        if not any(letter.isalnum() or letter == "_" for letter in around):
            return True
        at = text.find(word, at + 1)
    return False


def is_process_file(text: str) -> bool:
    """Whether a text names a file of a running process."""
    return text.startswith("/proc")
