r"""Formulas of docstrings and lessons as a terminal can show them: ``$W_{ih} x_t + \sqrt{2}$`` is W_ih x_t + √2.

What is made for being read on one line keeps its order: a fraction has a slash, and what would stand below or above the
line brackets where it is longer than a name. What is not known is shown as it is written.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

_CODE = re.compile(r"(^```.*?^```[^\n]*$|``[^`]+``|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
"""What is no prose: fenced blocks, and code within a line."""
_FORMULA = re.compile(r"(?<!\\)\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$]+?)(?<!\s)\$(?!\w)", re.DOTALL)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}_^&]|\s+|[^\\{}_^&\s]", re.DOTALL)

_SIGNS: Mapping[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "ell": "ℓ",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ",
    "Omega": "Ω", "sum": "Σ", "prod": "Π", "int": "∫", "partial": "∂", "nabla": "∇", "infty": "∞",
    "cdot": "·", "odot": "⊙", "times": "×", "circ": "∘", "ast": "*", "star": "*", "pm": "±", "oplus": "⊕",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "equiv": "≡", "sim": "~",
    "ll": "≪", "gg": "≫", "propto": "∝", "in": "∈", "notin": "∉", "mid": "|", "vert": "|", "Vert": "‖", "|": "‖",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←", "mapsto": "↦", "Rightarrow": "⇒", "implies": "⇒",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩",
    "dots": "...", "ldots": "...", "cdots": "...", "top": "T", "prime": "'", "forall": "∀", "exists": "∃",
    "mathbb": "", "mod": "mod", "bmod": "mod",
    ",": " ", ";": " ", ":": " ", " ": " ", "!": "", "quad": "\u2003", "qquad": "\u2003",
}  # fmt: skip
"""Signs and spaces, by the command's name; a wide space stands between two formulas."""
_SPACED = frozenset("·⊙×∘⊕≤≥≠≈≡≪≫∝∈∉→←↦⇒")
"""Signs that stand between two things, and have a space on either side."""
_FUNCTIONS = frozenset((
    "tanh", "sinh", "cosh", "sin", "cos", "tan", "log", "ln", "exp", "max", "min", "det", "arg", "argmax",
    "argmin", "sup", "inf", "lim",
))  # fmt: skip
"""Names that are set as they are, with a space before what follows."""
_LETTERS = frozenset((
    "mathrm", "text", "mathcal", "mathbf", "mathbb", "mathit", "operatorname", "textbf", "textit", "boldsymbol",
    "textstyle", "displaystyle",
))  # fmt: skip
"""Commands about the kind of letter, or its size."""
_SIZES = frozenset((
    "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "limits", "nolimits",
))  # fmt: skip
"""Commands about the size of what follows."""
_ABOVE = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "overline": "\u0304"}
"""Signs above a letter, as characters that join the one before."""
_FACTORS = _LETTERS | frozenset(
    ["sum", "prod", "log", "ln", "exp", "sqrt", "frac", "left", "big", "Big", "bigl", "Bigl"]
)
"""Commands that begin another factor."""
_RAISED = str.maketrans("0123456789T", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵀ")


def readable(text: str) -> str:
    """A text in Markdown with its formulas in plain characters; code stays as it is."""
    pieces = _CODE.split(text)
    return "".join(piece if place % 2 else _FORMULA.sub(_shown, piece) for place, piece in enumerate(pieces))


def _shown(found: re.Match[str]) -> str:
    return plain(found[1] if found[1] is not None else found[2])


def plain(formula: str) -> str:
    """A formula, written in TeX, in plain characters; one that has rows has a line for each."""
    rows = [_Row(_TOKEN.findall(row)).written() for row in formula.split(r"\\")]
    return "\n".join(filter(None, rows))


class _Row:
    """One line of a formula, token by token."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens, self._at = tokens, 0

    def written(self) -> str:
        """All of it."""
        text = re.sub(r"[ \n]+", " ", "".join(self._pieces(until="")))
        text = re.sub(r"(?<=[⌊⌈∂∇(]) | (?=[⌋⌉),])", "", text)
        return re.sub(r" *\u2003[ \u2003]*", "   ", text).strip()

    def _pieces(self, until: str) -> Iterator[str]:
        while self._at < len(self._tokens):
            if self._tokens[self._at] == until:
                self._at += 1
                return
            yield self._piece()

    def _piece(self) -> str:
        """The next thing: a letter, a group, or a command with what belongs to it."""
        token = self._tokens[self._at]
        self._at += 1
        if token == "{":
            return "".join(self._pieces(until="}"))
        if token in "_^":
            return self._beside(token)
        if token == "&":
            # Columns: what a sign stands in front of is one formula, anything else begins another.
            return "" if self._next_is("=") else "\u2003"
        if token.isspace():
            return " "
        return self._command(token[1:]) if token.startswith("\\") else token

    def _next_is(self, sign: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at] == sign

    def _goes_on(self) -> bool:
        """Whether what comes next is multiplied with what was before."""
        spaces = (r"\,", r"\;", r"\ ")
        rest = (token for token in self._tokens[self._at :] if not token.isspace() and token not in spaces)
        following = next(rest, "")
        return following[:1].isalnum() or following in ("(", "[", "{") or following[1:] in _FACTORS

    def _argument(self) -> str:
        """What a command is about: the next group or letter."""
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        return self._piece().strip() if self._at < len(self._tokens) else ""

    def _command(self, name: str) -> str:
        if name in ("begin", "end"):
            self._argument()
            return ""
        if name in ("frac", "dfrac", "tfrac"):
            fraction = f"{_grouped(self._argument())} / {_grouped(self._argument())}"
            return f"({fraction})" if self._goes_on() else fraction
        if name == "sqrt":
            return f"√{_grouped(self._argument())}"
        if name in _ABOVE:
            return unicodedata.normalize("NFC", self._argument() + _ABOVE[name])
        if name in _LETTERS:
            return ""
        if name in _SIZES:
            # \left. has no bracket.
            self._at += self._next_is(".")
            return ""
        if name in _FUNCTIONS:
            followed = self._tokens[self._at : self._at + 1]
            return name if not followed or followed[0] in "(_^{" else f"{name} "
        sign = _SIGNS.get(name)
        if sign is None:
            return name if not name.isalpha() else f"\\{name}"
        return f" {sign} " if sign in _SPACED and sign else sign

    def _beside(self, where: str) -> str:
        """What stands below or above the line."""
        inside = self._argument()
        while self._at < len(self._tokens) and inside == "":
            inside = self._argument()  # a command about the kind of letter
        if where == "^" and "_" in inside and re.fullmatch(r"\w+", inside):
            return f"^({inside})"
        if where == "^" and re.fullmatch(r"\d+|T", inside):
            return inside.translate(_RAISED)
        return f"{where}{_grouped(inside)}" if where == "^" or not re.fullmatch(r"'+", inside) else inside


def _grouped(inside: str) -> str:
    """Something in brackets, where it is more than a name or a number."""
    return inside if re.fullmatch(r"[\w.*∞]*'*|[√\w]*\([^()]*\)|⌊[^⌊⌋]*⌋", inside) else f"({inside})"
