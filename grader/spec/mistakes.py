"""Declare known-wrong answers: as edits of the reference, or written out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

UNNAMED, UNWRITTEN = "Unnamed", "To be written"
"""How the name and the hint of a misconception begin that `course misconception new` wrote down."""

_Answer = TypeVar("_Answer", bound=Callable[..., object])


@dataclass(frozen=True, kw_only=True, slots=True)
class Misconception:
    """A known-wrong answer: what it does, the criterion that must catch it first, and its hint."""

    name: str
    part: str
    criterion: str
    hint: str
    answer: object = None
    """The class or function, where it is written out."""
    edits: Mapping[str, str] = field(default_factory=dict)
    """Else what is changed in the text of the reference: new text by old."""

    @property
    def missing(self) -> list[str]:
        """What its author has still to write, ``name`` or ``hint``: it is known to nobody before that."""
        is_missing = {"name": self.name.startswith(UNNAMED), "hint": self.hint.startswith(UNWRITTEN)}
        return [what for what in is_missing if is_missing[what]]


def mistake(
    name: str, parts: str | Sequence[str], criterion: str, hint: str, edits: Mapping[str, str]
) -> list[Misconception]:
    """A known-wrong answer as an edit of the reference, once for each of the parts that share the line.

    An edit is a line or two. Each old text must be found exactly once: in the part's own definition (the class or
    function of that name) or, where it is not there at all, in the whole file. ``course verify`` checks that.

    Args:
        name: What the mistake is called in reports, in PascalCase: ``ForgetsBias``.
        parts: The symbol, or the symbols, in whose place the edited reference stands.
        criterion: The first criterion that must reject it.
        hint: What is shown to a student whose answer behaves like it: what seems to be wrong and where to look, not
            the solution.
        edits: New text by old text.
    """
    if not edits:
        raise ValueError(f"the misconception {name} edits nothing")
    return [
        Misconception(name=name, part=part, criterion=criterion, hint=_one_line(hint), edits=dict(edits))
        for part in ([parts] if isinstance(parts, str) else parts)
    ]


def misconception(part: str, criterion: str) -> Callable[[_Answer], _Answer]:
    """Declare a class or function of ``misconceptions.py`` as a known-wrong answer for a part.

    For mistakes in the whole approach, which no edit of a line or two could make (see `mistake`). Its docstring is the
    hint that a student reads; it may subclass or call the reference.

    Args:
        part: The symbol it stands in for.
        criterion: The first criterion that must reject it.
    """

    def mark(answer: _Answer) -> _Answer:
        hint = _one_line(answer.__doc__ or "")
        if not hint:
            raise ValueError(f"the misconception {answer.__name__} has no docstring, so no hint")
        declared = [*vars(answer).get("__misconceptions__", [])]
        declared.append(Misconception(name=answer.__name__, part=part, criterion=criterion, hint=hint, answer=answer))
        setattr(answer, "__misconceptions__", declared)  # noqa: B010 - mypy knows no such attribute
        return answer

    return mark


def _one_line(text: str) -> str:
    return " ".join(text.split())
