"""Know code by itself: what was there before any line of an answer, of torch, the standard library and the grader.

A frame's names can be forged (``exec`` with torch's namespace, a code object with torch's file name). The identity of a
code object that was there before the answer cannot.
"""

import gc
import sys
import types
from collections.abc import Iterator

_IMPLEMENTERS = (
    "torch.nn.functional", "torch.functional", "torch._tensor", "torch._tensor_str", "torch.nn.init", "torch.special",
    "torch.nn.modules", "torch.optim", "torch.distributions", "torch.linalg",
)  # fmt: skip
"""Modules of torch that call functions of torch as part of their own work."""
_CALL_BACK = ("torch.nn.modules.module", "torch.nn.modules.container", "torch.nn.modules.lazy")
"""Modules of torch that call what they are given."""
_KNOWN_ROOTS = frozenset(("torch", "functorch", "grader", "numpy", "__main__", *sys.stdlib_module_names))

_current_frames = sys._current_frames
"""Bound before any answer is there, whatever one does to ``sys``."""
_known: dict[int, types.CodeType] = {}
"""The code of torch and the grader by its id; the values keep the ids from being given to others."""
_users: dict[str, dict[int, int]] = {}
"""By a name that code uses: the ids of the code of implementers that use it, and of the namespaces it belongs to."""


def remember() -> None:
    """Note all code that there is, once, before any answer is there."""
    if _known:
        return
    namespaces: dict[int, str] = {
        id(vars(module)): name
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in _KNOWN_ROOTS and isinstance(module, types.ModuleType)
    }
    for function in gc.get_objects():
        if type(function) is types.FunctionType and id(function.__globals__) in namespaces:
            home = namespaces[id(function.__globals__)]
            implements = home.startswith(_IMPLEMENTERS) and home not in _CALL_BACK
            for code in _with_nested(function.__code__):
                _known[id(code)] = code
                for name in code.co_names if implements else ():
                    _users.setdefault(name, {})[id(code)] = id(function.__globals__)
    frame: types.FrameType | None = sys._getframe()
    while frame is not None:
        _known[id(frame.f_code)] = frame.f_code
        frame = frame.f_back


def _with_nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _with_nested(constant)


def users(name: str) -> dict[int, int]:
    """Code of torch that uses a name for its own work: its id, and the id of the namespace that it belongs to."""
    return _users.get(name, {})


def is_user(frame: types.FrameType, users: dict[int, int]) -> bool:
    """Whether a frame runs such code, in the namespace that it belongs to."""
    return users.get(id(frame.f_code)) == id(frame.f_globals)


def is_answer_running() -> bool:
    """Whether a line of an answer is being executed, in whatever thread: autograd has threads of its own on a GPU."""
    return not all(map(are_known, _current_frames().values()))


def are_known(frame: types.FrameType | None, maker: types.CodeType | None = None) -> bool:
    """Whether all frames from one down to the first run known code, among it (where one is given) the maker's."""
    made = maker is None
    while frame is not None:
        if id(frame.f_code) not in _known:
            return False
        made = made or frame.f_code is maker
        frame = frame.f_back
    return made
