"""Programs about containers of modules, drawn together with a model of what is in them (see `grader.spec.programs`)."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from grader.spec.programs import Lines

__all__ = ["Container", "Row", "Table", "constructed"]

_KEYS = ("k", "h", "n", "1")
_LETTERS = "abcefghijklno"


def constructed(symbol: str, items: Sequence[str]) -> str:
    """The call that makes a list of some items: ``Sequential`` takes them one by one, the others all at once."""
    given = ", ".join(items)
    return f"{symbol}([{given}])" if items and symbol != "Sequential" else f"{symbol}({given})"


class Container(Lines):
    """A program about a container and its items, which ``item`` makes: ``{}`` is where their numbers go.

    Where it is ``plain``, items differ and indices count from the front, so that only names are at stake.
    """

    def __init__(self, draw: st.DrawFn, symbol: str, item: str, *, plain: bool = False) -> None:
        super().__init__(draw)
        self.symbol, self.item, self.plain, self.known = symbol, item, plain, list[str]()

    def fresh(self) -> str:
        """An item that is new to the container; occasionally one that is there already."""
        again = bool(self.known) and not self.plain and self.rarely(8)
        name = self.pick(self.known) if again else _LETTERS[min(len(self.known), len(_LETTERS) - 1)]
        if name not in self.known:
            self.known.append(name)
            self.add(f"{name} = {self.item.format(_LETTERS.index(name) + 1)}")
        return name

    def several(self, low: int, high: int) -> list[str]:
        """A few items."""
        return [self.fresh() for _ in range(self.number(low, high))]


class Row(Container):
    """A program about a list called ``s``; ``items`` are the variables in it, in order."""

    items: list[str]

    def start(self) -> None:
        """Make the list, of up to three items."""
        self.items = self.several(0, 3)
        self.add(f"s = {constructed(self.symbol, self.items)}")

    def index(self) -> int:
        """A position in the list, from the front or from the end."""
        position = self.number(0, len(self.items) - 1)
        return position if self.plain or not self.coin() else position - len(self.items)

    def change(self, *, movable: bool) -> None:
        """Add a line that changes the list; ``del``, ``pop`` and ``insert`` are for a list whose items can move."""
        options = ["append", "extend", *(["set"] if self.items else [])]
        if movable:
            options += ["pop", "del", "insert"] if self.items else ["insert"]
        what = self.pick(options)
        if what == "append":
            self.items.append(self.fresh())
            self.add(f"_ = s.append({self.items[-1]})")
        elif what == "extend":
            more = self.several(0, 2)
            self.add(f"_ = s.extend({self.pick(['[' + ', '.join(more) + ']', constructed(self.symbol, more)])})")
            self.items += more
        elif what == "insert":
            position, item = self.number(0, len(self.items)), self.fresh()
            self.add(f"_ = s.insert({position}, {item})")
            self.items.insert(position, item)
        elif what == "set":
            position, item = self.index(), self.fresh()
            self.add(f"s[{position}] = {item}")
            self.items[position] = item
        else:
            position = self.index()
            self.add(f"_ = s.pop({position})" if what == "pop" else f"del s[{position}]")
            del self.items[position]


class Table(Container):
    """A program about a dictionary called ``d``; ``items`` are the variables in it, by key."""

    items: dict[str, str]

    def start(self) -> None:
        """Make the dictionary, of up to three items."""
        self.items = self.some(0)
        self.add(f"d = {self.symbol}({_literal(self.items) if self.items else ''})")

    def some(self, low: int) -> dict[str, str]:
        """Up to three items under different keys, in their sorted order."""
        keys = self.draw(st.lists(st.sampled_from(_KEYS), min_size=low, max_size=3, unique=True))
        return {key: self.fresh() for key in sorted(keys)}

    def change(self) -> None:
        """Add a line that changes the dictionary."""
        what = self.pick(["set", "update", *(["del", "pop", "again"] if self.items else [])])
        if what in ("set", "again"):
            key, item = self.pick(_KEYS if what == "set" else self.items), self.fresh()
            self.add(f"d[{key!r}] = {item}")
            self.items[key] = item
        elif what == "update":
            more = self.some(1)
            wrapped = not self.plain and self.coin()
            self.add(f"_ = d.update({self.symbol}({_literal(more)}))" if wrapped else f"_ = d.update({_literal(more)})")
            self.items |= more
        else:
            key = self.pick(self.items)
            self.add(f"del d[{key!r}]" if what == "del" else f"_ = d.pop({key!r})")
            del self.items[key]


def _literal(items: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key!r}: {item}" for key, item in items.items()) + "}"
