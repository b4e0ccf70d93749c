"""A condition in words: "only with `bias=False`", "whenever `groups` > 1", "only in evaluation mode"."""

from collections.abc import Sequence
from enum import IntEnum

from grader.judge.atoms import Atom


class _Form(IntEnum):
    """What goes before a phrase, in the order in which phrases are put together."""

    BARE = 0
    """Nothing: "in evaluation mode"."""
    WITH = 1
    """"with `bias=False`"."""
    EITHER = 2
    """"whenever `groups` > 1", but "with `bias=False` and `groups` > 1"."""
    WHEN = 3
    """"whenever height and width differ"."""


_INPUT = "an input "
_CALL = {
    ("mode", "evaluation"): "in evaluation mode",
    ("mode", "training"): "in training mode",
    ("first", ""): "in its first call",
    ("later", ""): "from the second call on",
    ("after", "training"): "in evaluation mode, after a call in training mode",
    ("after", "evaluation"): "in training mode, after a call in evaluation mode",
    ("reloaded", ""): "after another state dict has been loaded",
    ("another shape", ""): "in a call with another input shape than the call before",
    ("same shape", ""): "in a call with the same input shape as the call before",
    ("another size", ""): "in a call whose last two sizes are others than in the call before",
    ("by name", ""): "with arguments passed by name",
    ("with gradient", ""): "where gradients are computed",
    ("without gradient", ""): "under torch.no_grad()",
}
_CASE = {
    "by position": "with its arguments passed by position",
    "several calls": "with more than one call",
    "one call": "with a single call",
    "loaded": "after a state dict has been loaded",
    "as constructed": "on a new object, into which nothing is loaded",
    "elsewhere": "on another device",
    "backward last": "where the backward passes come after all calls",
}
_TENSOR = {
    "empty": "that is empty",
    "one": "of which some size is 1",
    "no one": "of which all sizes are above 1",
    "not contiguous": "that is not contiguous in memory",
    "wants gradient": "that wants a gradient",
    "wants no gradient": "that wants no gradient",
    "constant": "whose elements are all alike",
    "integers": "of small whole numbers, with ties",
}


def in_words(atoms: Sequence[Atom], *, exact: bool) -> str:
    """A predicate in words, to follow "It is wrong".

    Args:
        atoms: What holds all together.
        exact: Whether it is wrong in every case that meets it.
    """
    forms = sorted(map(_phrase, atoms))
    if all(form >= _Form.EITHER for form, _ in forms):
        return f"{'whenever' if exact else 'only when'} {' and '.join(phrase for _, phrase in forms)}"
    said = [phrase for form, phrase in forms if form is _Form.BARE]
    given = [phrase for form, phrase in forms if form in (_Form.WITH, _Form.EITHER)]
    if given:
        first, *rest = given
        said.append(" and ".join([f"with {first}", *(_shortened(phrase, first) for phrase in rest)]))
    when = [phrase for form, phrase in forms if form is _Form.WHEN]
    return "only " + " ".join(said) + "".join(f", when {phrase}" for phrase in when)


def _shortened(phrase: str, before: str) -> str:
    """A phrase without the noun that it shares with the one before."""
    return phrase.removeprefix(_INPUT) if before.startswith(_INPUT) else phrase


def _phrase(atom: Atom) -> tuple[_Form, str]:
    if atom.about == "case":
        return _of_the_case(atom)
    if atom.about == "lines":
        return _Form.WHEN, f"the code uses `{atom.value}`"
    if atom.about == "input":
        return _of_a_tensor(atom)
    if atom.test == "some differ":
        return _Form.WHEN, "an argument differs between axes"
    if atom.about == "call" and not atom.name:
        return _Form.BARE, _CALL[atom.test, atom.value]
    return _of_an_argument(atom)


def _of_the_case(atom: Atom) -> tuple[_Form, str]:
    if atom.test == "listed":
        return _Form.BARE, f"for what the lesson lists as “{atom.value}”"
    if atom.test == "dtype":
        return _Form.BARE, f"in {atom.value}"
    if atom.test == "default dtype":
        return _Form.BARE, f"where the default dtype is {atom.value}"
    return _Form.BARE, _CASE[atom.test]


def _of_an_argument(atom: Atom) -> tuple[_Form, str]:
    # One without a name is "argument 2".
    name, value = f"`{atom.name}`" if atom.name.isidentifier() else atom.name, atom.value
    match atom.test:
        case "is" if name == atom.name:
            return _Form.WITH, f"{value} as {name}"
        case "is":
            return _Form.WITH, f"`{atom.name}={value}`"
        case "is not":
            return _Form.WITH, f"{name} other than {value}"
        case "other than":
            return _Form.WITH, f"{name} other than {value}"
        case "left out":
            return _Form.WHEN, f"{name} is left out"
        case "passed":
            return _Form.WHEN, f"{name} is passed"
        case "given":
            return _Form.WHEN, f"{name} is given"
        case "method":
            return _Form.BARE, f"in calls of `{atom.name}()`"
        case "text":
            return _Form.WITH, f"a string as {name}"
        case "number":
            return _Form.WITH, f"a number as {name}"
        case "tuple":
            return _Form.WITH, f"a tuple as {name}"
        case "list":
            return _Form.WITH, f"a list as {name}"
        case "sequence":
            return _Form.WITH, f"a tuple or a list as {name}"
        case "several":
            return _Form.WITH, f"more than one entry in {name}"
        case "entries":
            return _Form.WITH, f"{value} {'entry' if value == '1' else 'entries'} in {name}"
        case "differ":
            return _Form.WHEN, f"the entries of {name} differ"
        case "alike":
            return _Form.WHEN, f"the entries of {name} are alike"
        case "negative" | "even" | "odd":
            return _Form.WITH, f"{'an' if atom.test[0] in 'eo' else 'a'} {atom.test} {name}"
        case "fraction":
            return _Form.WITH, f"a fraction as {name}"
        case "equals":
            return _Form.WHEN, f"{name} and `{value}` are equal"
        case "differs from":
            return _Form.WHEN, f"{name} and `{value}` differ"
        case "larger than" | "smaller than":
            return _Form.WHEN, f"{name} is {atom.test} `{value}`"
    return _Form.EITHER, f"{name} {atom.test} {value}"


def _of_a_tensor(atom: Atom) -> tuple[_Form, str]:
    one, whose = (f"a tensor `{atom.name}`", f" of `{atom.name}`") if atom.name else ("an input", "")
    value = atom.value
    match atom.test:
        case "dims":
            return _Form.WITH, f"{one} of {value} {'dimension' if value == '1' else 'dimensions'}"
        case "other dims":
            return _Form.WITH, f"{one} of other than {value} {'dimension' if value == '1' else 'dimensions'}"
        case "size is one":
            if value == "batch":
                return _Form.WITH, f"a batch of one{whose}"
            return _Form.WHEN, _size(value, whose, "1")
        case "size above one":
            return _Form.WHEN, _size(value, whose, "above 1")
        case "odd" | "even":
            return _Form.WHEN, _size(value, whose, atom.test)
        case "sizes differ" | "sizes equal":
            how = "differ" if atom.test == "sizes differ" else "are equal"
            return _Form.WHEN, f"{value if 'axis' not in value else f'the sizes of {value}'}{whose} {how}"
        case "layout":
            how = value.replace("_", "-")
            return _Form.WITH, f"{one} whose memory layout is {how}"
        case "dtype":
            return _Form.WITH, f"{one} of {value}"
        case "large" | "small":
            more = "more" if atom.test == "large" else "less"
            return _Form.WITH, f"{one} of {atom.test} numbers, of size {value} or {more}"
        case "far":
            return _Form.WITH, f"{one} of numbers further from zero than {value} times their spread"
    return _Form.WITH, f"{one} {_TENSOR[atom.test]}"


def _size(axis: str, whose: str, what: str) -> str:
    """A size of the input in a sentence: "the height is odd", "the size of axis 1 is above 1"."""
    if "axis" in axis:
        return f"the size of {axis}{whose} is {what}"
    if axis == "channels":
        return f"the number of channels{whose} is {what}"
    return f"the {'batch size' if axis == 'batch' else axis}{whose} is {what}"
